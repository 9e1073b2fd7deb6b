"""The tables of the tests as the migrations left them: what Django's flush does, without making every row anew."""

from django.db import connection, transaction

# Of 8 kB. Rows that were deleted, or never committed, stay in the way until their table is emptied.
_FEW_PAGES = 200


class CleanTables:
    """Remembers the rows of a fresh database, and brings every table back to them.

    After a test with transactions of its own Django empties all tables and then sends the signal that follows a
    migration, which makes the content types, permissions, roles and presets again by hundreds of statements. Here
    only the tables that the test has changed are emptied, and the first rows are copied back as they were.
    """

    def __init__(self) -> None:
        tables = sorted(set(connection.introspection.table_names()) - {"django_migrations"})
        filled = _names(" UNION ALL ".join(f"SELECT '{table}' WHERE {_has_rows(table)}" for table in tables))
        self._first_rows = {table: _read(table) for table in filled}
        self._changed = " UNION ALL ".join(
            f"SELECT '{table}' WHERE {_digest(table)} IS DISTINCT FROM '{_digest_now(table)}'"
            if table in filled
            else f"SELECT '{table}' WHERE {_has_rows(table)}"
            for table in tables
        )

    def restore(self) -> None:
        """Every table as it was when this object was made; sequences go on."""
        changed = _names(self._changed)
        if not changed:
            return
        # In one transaction, at whose end all rows that are referred to are there.
        with transaction.atomic():
            if _pages(changed) > _FEW_PAGES:
                self._empty(changed)
            else:
                self._delete_rows_of(changed)

    def _empty(self, changed: list[str]) -> None:
        """New files for all of them and their indexes: dear, and the only thing that gives room back."""
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(map(_quoted, changed))} CASCADE")
        # Also those among them that refer to an emptied table.
        for table, rows in self._first_rows.items():
            if not _names(f"SELECT '{table}' WHERE {_has_rows(table)}"):
                _write(table, rows)

    def _delete_rows_of(self, changed: list[str]) -> None:
        with connection.cursor() as cursor:
            # The log of events lets nothing be deleted without it.
            cursor.execute("SELECT set_config('helpdesk.purge', 'on', true)")
            cursor.execute("; ".join(f"DELETE FROM {_quoted(table)}" for table in changed))
        for table in changed:
            if table in self._first_rows:
                _write(table, self._first_rows[table])


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)


def _pages(tables: list[str]) -> int:
    return int(_names(f"SELECT sum(pg_relation_size(t::regclass)) / 8192 FROM unnest(ARRAY{tables!r}) t")[0])


def _has_rows(table: str) -> str:
    return f"EXISTS (SELECT FROM {_quoted(table)})"


def _digest(table: str) -> str:
    return f"(SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM {_quoted(table)} t)"


def _digest_now(table: str) -> str:
    return _names(f"SELECT {_digest(table)}")[0]


def _names(query: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [name for (name,) in cursor.fetchall()]


def _read(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {_quoted(table)} TO STDOUT") as rows:
        return b"".join(rows)


def _write(table: str, rows: bytes) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {_quoted(table)} FROM STDIN") as lines:
        lines.write(rows)
