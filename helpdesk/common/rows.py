"""Rows in and out by prepared texts of SQL, for the paths where thousands of messages pass.

The ORM builds every statement anew, which costs more than PostgreSQL needs to run it. Here the text is made once per model and set
of columns. Values go through the model's fields, so that rows are what ``save`` would have written (without its defaults of the
database, signals and ``auto_now``). Everywhere else the ORM is the better tool.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any

from django.db import connection, connections, models
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

# Fields whose values the driver takes as they stand on the instance.
_AS_THEY_ARE = frozenset({
    models.AutoField, models.BigAutoField, models.BigIntegerField, models.BooleanField, models.CharField, models.DateTimeField,
    models.DurationField, models.ForeignKey, models.IntegerField, models.OneToOneField, models.PositiveIntegerField,
    models.PositiveSmallIntegerField, models.TextField, models.UUIDField,
})  # fmt: skip


class Batch:
    """Statements without an answer, sent in one round trip; call inside a transaction, so that all or none take effect."""

    def __init__(self) -> None:
        self._statements: list[tuple[str, list[Any]]] = []

    def add(self, sql: str, parameters: Iterable[Any] = ()) -> None:
        """One more statement, with %s for each parameter."""
        self._statements.append((sql, list(parameters)))

    def extend(self, other: "Batch") -> None:
        """What another batch holds, behind what is here."""
        self._statements += other._statements

    def insert(self, rows: Sequence[Model]) -> None:
        """Insert rows of one model, all with keys (see ``next_values``) or all without."""
        if not rows:
            return
        head, places, prepare = _insert_text(type(rows[0]), _left_to_database(rows[0]))
        self.add(f"{head} VALUES {', '.join([places] * len(rows))}", (value for row in rows for value in prepare(row)))

    def update(self, row: Model, names: tuple[str, ...]) -> None:
        """Write the named fields of one row."""
        sql, prepare = _update_text(type(row), names)
        self.add(sql, [*prepare(row), row.pk])

    def run(self) -> None:
        """Send it. Raises what the database raises, IntegrityError for a broken constraint among it."""
        if not self._statements:
            return
        with connection.cursor() as cursor:
            # Each by itself: the driver keeps the parsed text of short statements, not of a long one put together anew.
            texts = [cursor.mogrify(sql, parameters) for sql, parameters in self._statements]
            cursor.execute(";\n".join(texts))


def fetch(sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """The first row of an answer, or None."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def fetch_all(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Every row of an answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def next_values(*sequences: str) -> list[int]:
    """The next number of each sequence, in one round trip."""
    return list(fetch(_next_values_text(sequences)) or ())


@lru_cache(maxsize=64)
def key_sequence(model: type[Model]) -> str:
    """The sequence that gives the model's keys (the name that PostgreSQL makes up for an identity column)."""
    return f"{model._meta.db_table}_id_seq"


@lru_cache(maxsize=64)
def _next_values_text(sequences: tuple[str, ...]) -> str:
    return "SELECT " + ", ".join(f"nextval('{name}')" for name in sequences)


@lru_cache(maxsize=64)
def columns(model: type[Model], alias: str) -> str:
    """The model's columns as they stand in a SELECT, in the order that ``read`` expects."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def read(row: Sequence[Any], *models: type[Model]) -> list[Any]:
    """One instance a model from a row whose SELECT named their ``columns`` one behind the other."""
    instances, start = [], 0
    for model in models:
        names, converters = _reading(model)
        values = list(row[start : start + len(names)])
        for position, convert in converters:
            values[position] = convert(values[position])
        instances.append(model.from_db(connection.alias, names, values))
        start += len(names)
    return instances


@lru_cache(maxsize=64)
def _reading(model: type[Model]) -> tuple[list[str], list[tuple[int, Callable[[Any], Any]]]]:
    """The attribute names of the columns, and what the fields make of the driver's values (JSON comes as text)."""
    fields = model._meta.concrete_fields
    converters: list[tuple[int, Callable[[Any], Any]]] = []
    for position, field in enumerate(fields):
        from_db = getattr(field, "from_db_value", None)
        if from_db is not None:
            converters.append((position, partial(_from_db, from_db)))
    return [field.attname for field in fields], converters


def _from_db(convert: Callable[..., Any], value: Any) -> Any:
    return convert(value, None, connection)


def _left_to_database(row: Model) -> tuple[str, ...]:
    """The fields that the database fills: a key that is not set, and defaults of its own that nobody has given a value."""
    key = row._meta.pk
    names = [key.attname] if key is not None and row.pk is None else []
    return (
        *names,
        *(name for name in _database_defaults(type(row)) if isinstance(getattr(row, name), DatabaseDefault)),
    )


@lru_cache(maxsize=64)
def _database_defaults(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.has_db_default())


@lru_cache(maxsize=64)
def _insert_text(model: type[Model], left_out: tuple[str, ...]) -> tuple[str, str, Callable[[Model], list[Any]]]:
    fields = [field for field in model._meta.concrete_fields if field.attname not in left_out]
    names = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{model._meta.db_table}" ({names})', f"({places})", _preparer(fields)


@lru_cache(maxsize=64)
def _update_text(model: type[Model], names: tuple[str, ...]) -> tuple[str, Callable[[Model], list[Any]]]:
    by_name = {field.name: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    assignments = ", ".join(f'"{field.column}" = %s' for field in fields)
    return f'UPDATE "{model._meta.db_table}" SET {assignments} WHERE "id" = %s', _preparer(fields)  # noqa: S608  names of the model


def _preparer(fields: Sequence[Field]) -> Callable[[Model], list[Any]]:
    """How the values of these fields are taken from an instance and made ready for the driver."""
    attributes = attrgetter(*(field.attname for field in fields))
    special = [
        (position, field.get_db_prep_save) for position, field in enumerate(fields) if type(field) not in _AS_THEY_ARE
    ]
    is_single = len(fields) == 1

    def prepare(row: Model) -> list[Any]:
        values = [attributes(row)] if is_single else list(attributes(row))
        wrapper = connections[connection.alias]
        for position, to_database in special:
            values[position] = to_database(values[position], wrapper)
        return values

    return prepare
