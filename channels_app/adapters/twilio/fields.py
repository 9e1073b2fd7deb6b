"""Reading Twilio's forms: bounded, typed access, every value a text of a stranger."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from channels_app.adapters.base import ParseError, RawEvent
from channels_app.adapters.twilio.signing import is_json, read_form
from channels_app.adapters.untrusted_json import load_json
from helpdesk.common.text import clean_text, one_line

_SID = re.compile(r"[A-Z]{2}[0-9A-Za-z]{1,62}")
_MAX_NUMBER_DIGITS = 9


class Form:
    """The parameters of one request, by name; of one that comes twice the last counts, as in Twilio's own libraries."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def text(self, name: str, *, limit: int = 1000) -> str:
        """One line of at most ``limit`` characters; "" where it is missing."""
        return one_line(clean_text(self._values.get(name, "")))[:limit].strip()

    def long_text(self, name: str, *, limit: int = 100_000) -> str:
        """Text with its lines."""
        return clean_text(self._values.get(name, ""))[:limit]

    def number(self, name: str) -> int | None:
        """A whole number of at most nine digits; None for everything else."""
        written = self._values.get(name, "").strip()
        is_number = written.isascii() and written.isdigit() and len(written) <= _MAX_NUMBER_DIGITS
        return int(written) if is_number else None

    def share(self, name: str) -> float | None:
        """A share between 0 and 1; None for everything else."""
        written = self._values.get(name, "").strip()
        if not re.fullmatch(r"[01](\.[0-9]{1,20})?", written):
            return None
        return min(float(written), 1.0)

    def sid(self, *names: str) -> str:
        """The first of these that holds an id such as SM… or CA…; "" where none does."""
        return next((value for value in map(self.text, names) if _SID.fullmatch(value)), "")

    def time(self, name: str) -> datetime | None:
        """An instant as Twilio writes it (RFC 2822); None where it is missing or wrong."""
        try:
            moment = parsedate_to_datetime(self._values.get(name, "").strip())
        except (TypeError, ValueError, OverflowError, IndexError):
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def __contains__(self, name: str) -> bool:
        return name in self._values


def form_of(event: RawEvent) -> Form:
    """The parameters of a stored request. Raises ParseError for what is neither a form nor a flat JSON object."""
    if is_json(event.body):
        document = load_json(event.body)
        if not isinstance(document, dict):
            raise ParseError("wrong_type", "The body is not an object.")
        values = {name: str(value) for name, value in document.items() if isinstance(value, (str, int, float, bool))}
    else:
        values = dict(read_form(event.body))
    if not values:
        raise ParseError("empty", "The request has no parameters.")
    return Form(values)


def query_of(event: RawEvent) -> Form:
    """What stands in the address to which the request came."""
    query = event.meta.get("query")
    return Form({str(name): str(value) for name, value in query.items()} if isinstance(query, Mapping) else {})
