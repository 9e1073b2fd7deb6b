"""Message ids, dates, and the key by which a mail that was read before is known."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

from channels_app.adapters.base import digest
from channels_app.adapters.email.headers import read_headers
from helpdesk.common.errors import ParseError
from helpdesk.common.text import clean_text

_BRACKETED = re.compile(r"<([^<>]{1,9000})>")
_BLANKS = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[\s,;]+")
_DATE_CHARACTERS = 200
_ZONES = {"cet": 3600, "met": 3600, "cest": 7200, "mest": 7200, "bst": 3600, "msk": 10800, "jst": 32400, "kst": 32400}
_LAST_WORD = re.compile(r"([A-Za-z]{3,5})\)?\s*$")
_MAX_OFFSET_SECONDS = 15 * 3600
# What the way to the mailbox adds, so that the same mail fetched again or by another way is the same mail.
_TRACE_FIELDS = (
    "received return-path delivered-to x-original-to envelope-to x-envelope-to status x-status x-uid x-keywords "
    "x-mozilla-status x-mozilla-status2 x-mozilla-keys authentication-results received-spf x-received "
    "arc-seal arc-message-signature arc-authentication-results x-spam-status x-spam-checker-version x-spam-level "
    "x-gmail-labels x-gm-thrid content-length lines x-evolution-source x-imapbase x-imap"
)
_TRACE = frozenset(_TRACE_FIELDS.split())


def message_ids(raw: str) -> tuple[str, ...]:
    """The message ids in a header value without brackets, each once, in order. Comments and phrases are left out."""
    found = [_BLANKS.sub("", match) for match in _BRACKETED.findall(raw)]
    if not found:
        words = [word.strip("<>\"'()[]{}") for word in _SEPARATORS.split(raw.strip())]
        found = words if len(words) == 1 else [word for word in words if "@" in word]
    return tuple(dict.fromkeys(clean_text(word) for word in found if word))


def message_id(raw: str) -> str:
    """The id in a Message-ID header, "" where it is empty."""
    found = message_ids(raw)
    if found:
        return found[0]
    return clean_text(_BLANKS.sub("", raw.strip().strip("<>")))


def parse_date(raw: str) -> datetime | None:
    """The moment a Date header names, in UTC; None for what names none. A missing or absurd zone is UTC."""
    text = raw[:_DATE_CHARACTERS].strip()
    try:
        parsed = parsedate_tz(text)
        if parsed is None or parsed[0] < 1:
            return _parse_iso_date(text)
        naive = datetime(*parsed[:6])  # noqa: DTZ001
        return (naive - timedelta(seconds=_offset(parsed[9], text))).replace(tzinfo=UTC)
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
        return _parse_iso_date(text)


def _offset(offset: int | None, text: str) -> int:
    if not offset:
        match = _LAST_WORD.search(text)
        return _ZONES.get(match[1].lower(), 0) if match and "+" not in text else 0
    return offset if abs(offset) <= _MAX_OFFSET_SECONDS else 0


def _parse_iso_date(text: str) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def email_key(raw: bytes) -> bytes:
    """The dedup key of a mail: by its Message-ID and body, or by all of it where it has no id. Never raises.

    Line ends and the headers that a mail collects on its way do not change it. The Message-ID alone is not enough:
    whoever takes the id of a mail beforehand would make that mail vanish.
    """
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        headers, body_start = read_headers(lines, 0, is_top=True)
    except ParseError:
        return digest("mail", lines)
    body = hashlib.sha256(lines[body_start:].rstrip(b"\n")).digest()
    found = message_id(headers.raw("message-id"))
    if found:
        return digest("mail-id", found, body)
    kept = [part for name, value in headers.fields if name not in _TRACE for part in (name, value.strip())]
    return digest("mail", body, *kept)
