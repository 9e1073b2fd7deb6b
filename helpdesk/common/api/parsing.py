"""Reading request bodies that anybody may have written: strict JSON, bounded uploads."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser

from helpdesk.common.api.errors import PayloadTooLarge

MAX_JSON_BYTES = 2 * 1024 * 1024
MAX_JSON_DEPTH = 32
MAX_INTEGER = 2**63 - 1
# What a multipart body has beside the file: boundaries, headers, small fields.
MULTIPART_OVERHEAD_BYTES = 64 * 1024


class StrictJSONParser(BaseParser):
    """JSON as RFC 8259 has it, in UTF-8: no NaN, no key twice, no number that a database cannot hold.

    Strings with NUL or half a surrogate pair are refused by the name of their field: PostgreSQL cannot store them.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(MAX_JSON_BYTES + 1)
        if len(raw) > MAX_JSON_BYTES:
            raise PayloadTooLarge()
        try:
            value = json.loads(
                raw.decode("utf-8"),
                parse_constant=_refuse_constant,
                parse_int=_bounded_integer,
                parse_float=_finite_float,
                object_pairs_hook=_object_without_repeats,
            )
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None
        except ValueError as error:
            raise ParseError(_("This is no valid JSON: %(reason)s") % {"reason": error}) from None
        _check_strings(value)
        return value


class LimitedMultiPartParser(MultiPartParser):
    """Multipart with one file of at most the permitted size; longer bodies are refused before they are read."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> DataAndFiles:
        request: HttpRequest = (parser_context or {})["request"]
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > settings.HELPDESK_MAX_ATTACHMENT_BYTES + MULTIPART_OVERHEAD_BYTES:
            raise PayloadTooLarge()
        parsed: DataAndFiles = super().parse(stream, media_type, parser_context)
        _check_strings({name: parsed.data.getlist(name) for name in parsed.data})
        return parsed


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _bounded_integer(digits: str) -> int:
    # The length first: turning a million digits into a number is slow.
    if len(digits) > 20 or abs(value := int(digits)) > MAX_INTEGER:
        raise ValueError("a number is too large")
    return value


def _finite_float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key appears twice in one object")
    return value


def _check_strings(value: Any) -> None:
    """Raise ValidationError for text that cannot be stored, ParseError for nesting that nobody means."""
    waiting: list[tuple[str, int, Any]] = [("", 0, value)]
    while waiting:
        path, depth, item = waiting.pop()
        if depth > MAX_JSON_DEPTH:
            raise ParseError(_("The JSON is nested too deeply."))
        if isinstance(item, str):
            if not _is_storable(item):
                raise ValidationError(
                    {path or "non_field_errors": _("This text has characters that cannot be stored.")}
                )
        elif isinstance(item, dict):
            for name, inner in item.items():
                if not _is_storable(name):
                    raise ValidationError(
                        {path or "non_field_errors": _("A name has characters that cannot be stored.")}
                    )
                waiting.append((f"{path}.{name}" if path else name, depth + 1, inner))
        elif isinstance(item, list):
            waiting.extend(
                (f"{path}.{index}" if path else str(index), depth + 1, inner) for index, inner in enumerate(item)
            )


def _is_storable(text: str) -> bool:
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)
