"""Structured headers with parameters (Content-Type, Content-Disposition): RFC 2045, RFC 2231, and how they are broken."""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from channels_app.adapters.email.charsets import decode
from channels_app.adapters.email.limits import MAX_PARAMETERS
from channels_app.adapters.email.words import decode_words

_NAME = re.compile(r"([^\s=;,\"]{1,200})\s*=\s*")
_MAX_VALUE = 300
_SLASH = re.compile(r"\s{0,9}/\s{0,9}")
_SEPARATORS = re.compile(r"[\s;,]*")
_NEXT_NAME = re.compile(r"\s+[A-Za-z][A-Za-z0-9*-]{0,60}=")
_AFTER_QUOTE = re.compile(r"\s*(?:$|;|,\s*[\w*-]{1,60}=|\s[\w*-]{1,60}\s?=)")
_SECTION = re.compile(r"(.{1,100}?)\*([0-9]{1,5})(\*?)$")
_ESCAPED = re.compile(r'\\(["\\])')
_EXTENDED = re.compile(r"([A-Za-z0-9_:.-]{1,60})'([A-Za-z0-9-]{0,20})'")


def parse_parameters(raw: str) -> tuple[str, dict[str, str]]:
    """The value in lower case and its parameters, decoded. Missing semicolons and quotes are forgiven. Linear."""
    value, rest = _split_value(raw)
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, (name, text) in enumerate(_pairs(rest)):
        if count >= MAX_PARAMETERS:
            break
        match = _SECTION.match(name)
        if match:
            sections.setdefault(match[1], {}).setdefault(int(match[2]), (text, bool(match[3])))
        elif name.endswith("*"):
            sections.setdefault(name[:-1], {}).setdefault(0, (text, True))
        else:
            plain.setdefault(name, text)
    decoded = {name: decode_parameter(text) for name, text in plain.items()}
    decoded |= {name: _join(numbered) for name, numbered in sections.items()}
    return value, decoded


def _split_value(raw: str) -> tuple[str, str]:
    raw = raw.strip()
    end = len(raw)
    semicolon = raw.find(";")
    if semicolon >= 0:
        end = semicolon
    following = _NEXT_NAME.search(raw, 0, end)
    if following:
        end = following.start()
    value = _SLASH.sub("/", raw[: min(end, _MAX_VALUE)]).strip().strip("\"'").lower()
    if "=" in value and "/" not in value.partition("=")[0]:
        return "", raw
    return value.partition(",")[0].partition(" ")[0].strip(), raw[end:]


def _pairs(rest: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(rest):
        position = _SEPARATORS.match(rest, position).end()  # type: ignore[union-attr]
        match = _NAME.match(rest, position)
        if not match:
            following = rest.find(";", position + 1)
            if following < 0:
                return
            position = following
            continue
        start = match.end()
        if rest[start : start + 1] == '"':
            text, position = _quoted(rest, start + 1)
        else:
            text, position = _unquoted(rest, start)
        yield match[1].lower(), text


def _quoted(rest: str, start: int) -> tuple[str, int]:
    """Up to the quote that something sensible follows: names with quotes of their own are not escaped by all."""
    end = start
    while True:
        end = rest.find('"', end)
        if end < 0:
            stop = rest.find(";", start)
            stop = len(rest) if stop < 0 else stop
            return rest[start:stop].strip(), stop
        if rest[end - 1] == "\\" and rest[end - 2] != "\\" and not _ends_value(rest, end):
            end += 1
            continue
        if _AFTER_QUOTE.match(rest, end + 1):
            return _ESCAPED.sub(r"\1", rest[start:end]), end + 1
        end += 1


def _ends_value(rest: str, quote: int) -> bool:
    return not rest[quote + 1 :].strip()[:1]


def _unquoted(rest: str, start: int) -> tuple[str, int]:
    end = rest.find(";", start)
    end = len(rest) if end < 0 else end
    following = _NEXT_NAME.search(rest, start, end)
    if following:
        end = following.start()
    return rest[start:end].strip().strip("'"), end


def decode_parameter(text: str) -> str:
    """A plain value: encoded words are not allowed there, and neither is RFC 2231 without a star, but both are sent."""
    match = _EXTENDED.match(text)
    if match and "%" in text:
        return decode(unquote_to_bytes(text[match.end() :]), match[1])
    return decode_words(text)


def _join(numbered: dict[int, tuple[str, bool]]) -> str:
    ordered = [numbered[number] for number in sorted(numbered)]
    if not any(is_encoded for _, is_encoded in ordered):
        return decode_parameter("".join(text for text, _ in ordered))
    charset = ""
    first, is_encoded = ordered[0]
    match = _EXTENDED.match(first) if is_encoded else None
    if match:
        charset = match[1]
        ordered[0] = (first[match.end() :], True)
    elif first.startswith("''"):
        ordered[0] = (first[2:], True)
    data = b"".join(
        unquote_to_bytes(text) if is_encoded else text.encode("utf-8", "replace") for text, is_encoded in ordered
    )
    return decode_words(decode(data, charset))
