"""The header block of a mail or a part: found in broken mails too, kept as raw bytes, decoded on request."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from channels_app.adapters.email.limits import MAX_HEADER_BYTES
from channels_app.adapters.email.words import decode_words, header_text
from helpdesk.common.errors import ParseError
from helpdesk.common.text import one_line

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_FOLD = re.compile("[\r\n]+[ \t]*")
# A line without a colon between these is rubbish in the header; before anything else it is the body.
_KNOWN = re.compile(
    rb"(?i)(?:from|to|cc|bcc|subject|date|sender|reply-to|message-id|in-reply-to|references|mime-version|received|"
    rb"return-path|delivered-to|content-[a-z-]+|auto-submitted|precedence|list-[a-z-]+|dkim-signature|"
    rb"authentication-results|arc-[a-z-]+|thread-[a-z]+|importance|user-agent|x-[a-z0-9-]+)[ \t]*:"
)


@dataclass
class Headers:
    """The fields of one header block in order. ``charset`` is what raw 8-bit values are read in after UTF-8."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    charset: str = ""
    _values: dict[str, list[bytes]] = field(default_factory=dict)

    def add(self, name: str, value: bytes) -> None:
        self.fields.append((name, value))
        self._values.setdefault(name, []).append(value)

    def raw_all(self, name: str) -> list[str]:
        """Every value of the field as text, unfolded, encoded words untouched."""
        return [_unfold(header_text(value, self.charset)) for value in self._values.get(name, ())]

    def raw(self, name: str) -> str:
        """The first value of the field, unfolded, encoded words untouched; "" where there is none."""
        values = self._values.get(name)
        return _unfold(header_text(values[0], self.charset)) if values else ""

    def text(self, name: str) -> str:
        """The first value of the field, decoded, on one line."""
        return one_line(decode_words(self.raw(name)))

    def count(self, name: str) -> int:
        return len(self._values.get(name, ()))

    def has(self, name: str) -> bool:
        return name in self._values


def _unfold(text: str) -> str:
    if "\n" not in text and "\r" not in text:
        return text.strip(" \t")
    # The blank after the break belongs to the value (RFC 5322, 2.2.3); a tab there stood for a blank.
    return _FOLD.sub(lambda match: match.group().lstrip("\r\n").replace("\t", " ") or " ", text).strip(" \t")


def read_headers(
    raw: bytes, start: int, *, end: int | None = None, delimiters: Collection[bytes] = (), is_top: bool = False
) -> tuple[Headers, int]:
    """Read the block that begins at ``start``; gives it and where the body begins.

    The block ends at an empty line, at a line that can be no header, or at one of the ``delimiters`` of an outer
    multipart. Raises ParseError("headers_too_large").
    """
    limit = len(raw) if end is None else end
    position = _skip_envelope(raw, start, limit) if is_top else start
    first = position
    headers = Headers()
    parts: list[bytes] = []
    while position < limit:
        if position - first > MAX_HEADER_BYTES:
            raise ParseError("headers_too_large", f"The header is longer than {MAX_HEADER_BYTES} bytes.")
        line_end = _line_end(raw, position, limit)
        line = raw[position:line_end].rstrip(b"\r\n")
        if not line:
            position = line_end
            break
        if line[:1] in b" \t":
            if not line.strip() and not _continues(raw, line_end, limit):
                position = line_end
                break
            parts.append(raw[position:line_end]) if parts else None
        elif line.startswith(b"--") and _is_delimiter(line, delimiters):
            break
        elif _FIELD.match(line):
            _store(headers, parts)
            parts = [raw[position:line_end]]
        elif not _is_rubbish(raw, line_end, limit):
            break
        position = line_end
    _store(headers, parts)
    return headers, position


def _skip_envelope(raw: bytes, position: int, limit: int) -> int:
    """Past a byte order mark, empty lines and mbox "From " lines before the first field."""
    if raw.startswith(b"\xef\xbb\xbf", position):
        position += 3
    while position < limit:
        line_end = _line_end(raw, position, limit)
        line = raw[position:line_end].strip()
        if line and not (line.startswith((b"From ", b">From ")) and not _FIELD.match(line)):
            return position
        position = line_end
    return position


def _line_end(raw: bytes, position: int, limit: int) -> int:
    found = raw.find(b"\n", position, limit)
    return limit if found < 0 else found + 1


def _store(headers: Headers, parts: list[bytes]) -> None:
    if not parts:
        return
    line = b"".join(parts)
    name, _, value = line.partition(b":")
    # A lone CR is no line end (RFC 5322, 2.2): read as one it would let a value smuggle in a field.
    value = value.rstrip(b"\r\n").replace(b"\r\n", b"\n").replace(b"\r", b" ")
    headers.add(name.strip().decode("ascii", "replace").lower(), value)


def _is_delimiter(line: bytes, delimiters: Collection[bytes]) -> bool:
    name = line.rstrip()[2:]
    return name in delimiters or (name.endswith(b"--") and name[:-2] in delimiters)


def _continues(raw: bytes, position: int, limit: int) -> bool:
    line = raw[position : min(_line_end(raw, position, limit), position + 300)]
    return bool(_KNOWN.match(line)) or (line[:1] in b" \t" and bool(line.strip()))


def _is_rubbish(raw: bytes, position: int, limit: int) -> bool:
    return bool(_KNOWN.match(raw[position : min(_line_end(raw, position, limit), position + 300)]))
