"""RFC 2047 encoded words as they are sent, and raw 8-bit bytes in headers."""

import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

from channels_app.adapters.email.charsets import codec_for, decode

_HEX_PAIR = re.compile("[0-9a-fA-F]{2}")
_ESCAPE = re.compile(rb"\x1b[$(]")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]")
_MAX_CHARSET_CHARACTERS = 80


class EncodedWord(NamedTuple):
    """One encoded word and where it stands."""

    charset: str
    encoding: str
    text: str
    start: int
    end: int


def header_text(raw: bytes, charset: str = "") -> str:
    """Raw header bytes as text, encoded words untouched: UTF-8, else the mail's declared charset, else a guess."""
    if raw.isascii():
        return decode(raw, charset or "iso-2022-jp") if _ESCAPE.search(raw) else raw.decode("ascii")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return decode(raw, charset)


def decode_words(text: str) -> str:
    """The text with its encoded words decoded; whatever is not one stays as it is. Linear, never raises.

    Words side by side are joined as bytes before decoding, because senders split characters between them.
    """
    if "=?" not in text:
        return text
    pieces: list[str] = []
    run: list[EncodedWord] = []
    position = 0
    for word in _words(text):
        gap = text[position : word.start]
        if run and (gap.strip() or codec_for(word.charset) != codec_for(run[-1].charset)):
            pieces.append(_decode_run(run))
            run = []
            if gap.strip():
                pieces.append(gap)
        elif not run:
            pieces.append(gap)
        run.append(word)
        position = word.end
    if run:
        pieces.append(_decode_run(run))
    pieces.append(text[position:])
    return "".join(pieces)


def without_words(text: str) -> str:
    """The text with a blank in place of each encoded word."""
    pieces: list[str] = []
    position = 0
    for word in _words(text):
        pieces.append(text[position : word.start])
        position = word.end
    return " ".join([*pieces, text[position:]])


def _words(text: str) -> Iterator[EncodedWord]:
    position = 0
    while True:
        start = text.find("=?", position)
        if start < 0:
            return
        if text.find("?=", start + 2) < 0:
            return
        word = word_at(text, start)
        if word is None:
            position = start + 2
            continue
        yield word
        position = word.end


def word_at(text: str, start: int) -> EncodedWord | None:
    """The encoded word that begins at ``start``, or None where there is none."""
    charset_end = text.find("?", start + 2, start + 2 + _MAX_CHARSET_CHARACTERS)
    if charset_end < 0:
        return None
    charset = text[start + 2 : charset_end].strip()
    encoding_end = text.find("?", charset_end + 1, charset_end + 5)
    encoding = text[charset_end + 1 : encoding_end].strip().lower()
    if encoding_end < 0 or encoding not in ("q", "b") or not charset:
        return None
    end = text.find("?=", encoding_end + 1)
    # "what?=3F?=": a question mark before an escape is text, not the end.
    while encoding == "q" and end >= 0 and _HEX_PAIR.match(text, end + 2):
        later = text.find("?=", end + 2, end + 200)
        if later < 0 or "=?" in text[end + 2 : later]:
            break
        end = later
    if end < 0:
        return None
    return EncodedWord(charset.partition("*")[0], encoding, text[encoding_end + 1 : end], start, end + 2)


def _decode_run(run: list[EncodedWord]) -> str:
    data = b"".join(_run_bytes(run))
    charset = run[0].charset
    if len(run) > 1 and codec_for(charset).startswith(("utf_16", "utf_32", "iso2022")):
        return "".join(decode(_word_bytes(word), charset) for word in run)
    return decode(data, charset).replace("\ufeff", "")


def _run_bytes(run: list[EncodedWord]) -> Iterator[bytes]:
    """The bytes of each word; base64 cut in the middle of a group goes on in the next word."""
    carried = ""
    for index, word in enumerate(run):
        if word.encoding == "q":
            yield _word_bytes(word)
            continue
        digits = carried + _NOT_BASE64.sub("", word.text)
        carried = ""
        follows = index + 1 < len(run) and run[index + 1].encoding == "b"
        if follows and "=" not in word.text and len(digits) % 4:
            keep = len(digits) - len(digits) % 4
            digits, carried = digits[:keep], digits[keep:]
            following = len(_NOT_BASE64.sub("", run[index + 1].text))
            if (len(carried) + following) % 4 and len(carried) > 1 and following % 4 == 0:
                digits, carried = digits + carried, ""  # padding was left out, the next word starts anew
        yield _base64(digits)


def _word_bytes(word: EncodedWord) -> bytes:
    if word.encoding == "b":
        return _base64(_NOT_BASE64.sub("", word.text))
    text = word.text.replace("_", " ")
    raw = text.encode("utf-8", "surrogatepass")
    return binascii.a2b_qp(raw, header=False) if b"=" in raw else raw


def _base64(digits: str) -> bytes:
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))
