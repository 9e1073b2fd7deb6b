"""Instants as Meta writes them: whole seconds since 1970, as a text or a number."""

from datetime import datetime

from channels_app.adapters.untrusted_json import Fields
from helpdesk.common.clock import from_timestamp
from helpdesk.common.errors import ParseError

_LATEST = 32_503_680_000  # the year 3000; some histories come in milliseconds


def unix_time(fields: Fields, name: str) -> datetime | None:
    """The instant, aware; None where it is missing. Raises ParseError for what is no such number."""
    written = fields.identifier(name, limit=20)
    if not written:
        return None
    if not (written.isascii() and written.isdigit()):
        raise ParseError("invalid_time", f"{fields.place}.{name} is no number of seconds.")
    seconds = int(written)
    if seconds > _LATEST:
        seconds //= 1000
    if seconds > _LATEST:
        raise ParseError("invalid_time", f"{fields.place}.{name} lies too far away.")
    return from_timestamp(seconds)
