"""Reading JSON that strangers wrote: strict, bounded, and with typed access only."""

import base64
import binascii
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from helpdesk.common.errors import ParseError
from helpdesk.common.text import clean_text, one_line

MAX_INTEGER_DIGITS = 20
_MOST_FAULTS_SHOWN = 5


def load_json(body: bytes) -> Any:
    """The value in ``body``. Raises ParseError for what is no JSON, and for duplicate keys, NaN, endless numbers, depth."""
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_without_duplicates,
            parse_constant=_refuse_constant,
            parse_int=_parse_int,
            parse_float=_parse_float,
        )
    except RecursionError:
        raise ParseError("invalid_json", "The JSON is nested too deeply.") from None
    except ValueError as error:  # also JSONDecodeError and UnicodeDecodeError; their texts may quote the body
        where = f" at byte {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        raise ParseError("invalid_json", f"The body is not valid JSON{where}.") from None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ParseError("duplicate_key", "A key stands twice in one JSON object.")
    return values


def _refuse_constant(name: str) -> Any:
    raise ParseError("invalid_number", f"{name} is not a JSON number.")


def _parse_int(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise ParseError("invalid_number", "A number has too many digits.")
    return int(digits)


def _parse_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ParseError("invalid_number", "A number is too large.")
    return number


class Faults:
    """What cannot be read of a delivery that holds several events: collected, so that the others are read all the same."""

    def __init__(self) -> None:
        self._found: list[ParseError] = []

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Whatever ParseError ends the block is kept."""
        try:
            yield
        except ParseError as fault:
            self._found.append(fault)

    def raise_beside(self, items: Sequence[Any]) -> None:
        """Raise one ParseError that names the faults and brings ``items`` along; nothing where there are none."""
        if self._found:
            rest = len(self._found) - _MOST_FAULTS_SHOWN
            words = " ".join(fault.message for fault in self._found[:_MOST_FAULTS_SHOWN])
            raise ParseError(self._found[0].code, f"{words} And {rest} more." if rest > 0 else words, items=items)


class Fields:
    """Typed access to one JSON object. Every wrong type or missing value raises ParseError that names its place."""

    def __init__(self, value: Any, *, place: str) -> None:
        if not isinstance(value, dict):
            raise ParseError("wrong_type", f"{place} is not an object.")
        self._values: Mapping[str, Any] = value
        self.place = place

    def has(self, name: str) -> bool:
        """Whether the object has this key, whatever stands there."""
        return name in self._values

    def canonical(self) -> str:
        """The whole object as JSON text, the same for equal objects."""
        return json.dumps(self._values, sort_keys=True, ensure_ascii=True)

    def present(self) -> list[str]:
        """The names of the object's keys, in their order, each one line of at most 100 characters."""
        return [one_line(key[:100]) for key in self._values]

    def text(self, name: str, *, is_required: bool = False, limit: int = 1000) -> str:
        """One line of at most ``limit`` characters; "" where it is missing or null."""
        return one_line(self._string(name, is_required=is_required, limit=limit))

    def long_text(self, name: str, *, limit: int) -> str:
        """Text with its lines."""
        return clean_text(self._string(name, is_required=False, limit=limit))

    def identifier(self, name: str, *, is_required: bool = False, limit: int = 1000) -> str:
        """An id: a text of at most ``limit`` characters, or a whole number."""
        value = self._values.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return self.text(name, is_required=is_required, limit=limit)

    def number(self, name: str) -> float | None:
        """A number; None where it is missing."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise ParseError("wrong_type", f"{self.place}.{name} is not a number.")
        return float(value)

    def flag(self, name: str) -> bool:
        value = self._values.get(name)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise ParseError("wrong_type", f"{self.place}.{name} is neither true nor false.")
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, is_required=True)
        if value not in choices:
            raise ParseError("unknown_value", f"{self.place}.{name} is none of {', '.join(choices)}.")
        return value

    def time(self, name: str) -> datetime | None:
        """An instant in ISO 8601; without an offset it is UTC."""
        written = self.text(name, limit=64)
        if not written:
            return None
        try:
            moment = parse_datetime(written)
            if moment is not None:
                moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            raise ParseError("invalid_time", f"{self.place}.{name} is no time in ISO 8601.")
        return moment

    def unix_time(self, name: str, *, is_milliseconds: bool = False) -> datetime | None:
        """An instant as a Unix timestamp in whole seconds (or milliseconds), a number or its digits; None where it is missing."""
        written = self.identifier(name, limit=24)
        if not written:
            return None
        try:
            return datetime.fromtimestamp(int(written) / (1000 if is_milliseconds else 1), tz=UTC)
        except (ValueError, OverflowError, OSError):
            raise ParseError("invalid_time", f"{self.place}.{name} is no Unix time.") from None

    def integer(self, name: str) -> int | None:
        """A whole number; None where it is missing."""
        value = self._values.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise ParseError("wrong_type", f"{self.place}.{name} is not a whole number.")
        return value

    def objects(self, name: str, *, limit: int) -> list["Fields"]:
        """The objects of a list."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise ParseError("wrong_type", f"{self.place}.{name} is not a list.")
        if len(value) > limit:
            raise ParseError("too_many", f"{self.place}.{name} has more than {limit} entries.")
        return [Fields(entry, place=f"{self.place}.{name}[{index}]") for index, entry in enumerate(value)]

    def events(self, name: str, *, limit: int, faults: Faults) -> list["Fields"]:
        """The objects of a list of events; an entry that is none, and what is no list, is a fault and stops nothing."""
        value = self._values.get(name)
        found: list[Fields] = []
        if not isinstance(value, list) or len(value) > limit:
            with faults.collected():
                return self.objects(name, limit=limit)
            return found
        for index, entry in enumerate(value):
            with faults.collected():
                found.append(Fields(entry, place=f"{self.place}.{name}[{index}]"))
        return found

    def object(self, name: str) -> "Fields | None":
        value = self._values.get(name)
        return None if value is None else Fields(value, place=f"{self.place}.{name}")

    def names(self, name: str, *, limit: int) -> list[str]:
        """A list of short texts."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > limit or not all(isinstance(entry, str) for entry in value):
            raise ParseError("wrong_type", f"{self.place}.{name} is not a list of at most {limit} texts.")
        return [one_line(entry[:1000]) for entry in value]

    def integers(self, name: str, *, limit: int) -> list[int]:
        """A list of whole numbers."""
        value = self._values.get(name)
        if value is None:
            return []
        is_fitting = isinstance(value, list) and len(value) <= limit
        if not is_fitting or any(isinstance(entry, bool) or not isinstance(entry, int) for entry in value):
            raise ParseError("wrong_type", f"{self.place}.{name} is not a list of at most {limit} whole numbers.")
        return list(value)

    def rows(self, name: str, *, limit: int) -> list[list["Fields"]]:
        """Lists of objects inside a list."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > limit or not all(isinstance(row, list) for row in value):
            raise ParseError("wrong_type", f"{self.place}.{name} is not a list of at most {limit} lists.")
        return [Fields({"row": row}, place=f"{self.place}.{name}").objects("row", limit=limit) for row in value]

    def base64_bytes(self, name: str, *, limit: int) -> bytes | None:
        """The bytes of a base64 text; None where it is missing or empty."""
        encoded = "".join(self._string(name, is_required=False, limit=limit).split())
        try:
            return base64.b64decode(encoded, validate=True) if encoded else None
        except (binascii.Error, ValueError):
            raise ParseError("invalid_base64", f"{self.place}.{name} is not base64.") from None

    def _string(self, name: str, *, is_required: bool, limit: int) -> str:
        value = self._values.get(name)
        if value is None:
            value = ""
        if not isinstance(value, str):
            raise ParseError("wrong_type", f"{self.place}.{name} is not a text.")
        if len(value) > limit:
            raise ParseError("too_long", f"{self.place}.{name} is longer than {limit} characters.")
        if is_required and not value.strip():
            raise ParseError("missing", f"{self.place}.{name} is missing.")
        return value
