"""Content-Transfer-Encoding undone: base64 and quoted-printable with damage, uuencode, declarations that lie."""

import binascii
import re
from typing import NamedTuple

_MAX_GROUPS = 10_000  # pieces of base64, each with a padding of its own
_MAX_UU_FILES = 100
_BLANKS = re.compile(rb"[ \t\r\n\x00]+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_BASE64_LINES = re.compile(rb"[A-Za-z0-9+/=\s]*")
_SOFT_BREAK_WITH_BLANKS = re.compile(rb"=[ \t]{1,100}(\r?\n)")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? ([0-7]{3,4}) ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^(?:end|====)[ \t]*\r?$\n?", re.MULTILINE)


class UuFile(NamedTuple):
    """A file that stood uuencoded in a text."""

    name: bytes
    content: bytes


def encoding_name(raw: str) -> str:
    """The encoding that a header value means: "base64", "quoted-printable", "uuencode", or "" for none."""
    key = re.sub(r"[^a-z0-9]", "", raw.strip().lower().partition(";")[0])
    if key.startswith(("base64", "xbase64")):
        return "base64"
    if key.startswith(("quotedprint", "qp")):
        return "quoted-printable"
    return "uuencode" if key in ("uuencode", "xuuencode", "uue", "xuue") else ""


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """The bytes that were sent. Damage costs what is damaged and nothing else; never raises."""
    if encoding == "base64":
        return _decode_base64(data)
    if encoding == "quoted-printable":
        return _decode_quoted_printable(data)
    if encoding == "uuencode":
        files, rest = split_uuencoded(data)
        return files[0].content if files else rest
    return data


def _decode_base64(data: bytes) -> bytes:
    stripped = _BLANKS.sub(b"", data)
    if not stripped:
        return b""
    sample = stripped[:8192].partition(b"=")[0]  # behind the padding a list server may have put a footer
    if len(_NOT_BASE64.findall(sample)) * 20 > len(sample) and not _starts_as_base64(data):
        return data  # declared but not done
    decoded: list[bytes] = []
    position = 0
    may_go_on = _goes_on(data)
    while position < len(stripped) and len(decoded) < _MAX_GROUPS:
        padding = stripped.find(b"=", position)
        end = len(stripped) if padding < 0 else padding
        decoded.append(_decode_group(stripped[position:end]))
        position = end
        while stripped[position : position + 1] == b"=":
            position += 1
        # Behind the padding may come the next piece of the same file, or a footer that a list server has appended.
        if padding >= 0 and position < len(stripped) and not (may_go_on and len(stripped) - position > 3):
            break
    return b"".join(decoded)


def _goes_on(data: bytes) -> bool:
    rest = data[data.find(b"=") :][:4096] if b"=" in data else b""
    return bool(_BASE64_LINES.fullmatch(rest)) and b" " not in rest.strip()


def _starts_as_base64(data: bytes) -> bool:
    first = data.lstrip()[:200].split(b"\n", 1)[0].strip()
    return len(first) >= 40 and not _NOT_BASE64.search(first.rstrip(b"="))


def _decode_group(group: bytes) -> bytes:
    digits = _NOT_BASE64.sub(b"", group)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _decode_quoted_printable(data: bytes) -> bytes:
    data = _SOFT_BREAK_WITH_BLANKS.sub(rb"=\1", data)
    return binascii.a2b_qp(data.removesuffix(b"="))


def split_uuencoded(data: bytes) -> tuple[list[UuFile], bytes]:
    """The uuencoded files in a text and the text without them. A block without its end is text."""
    files: list[UuFile] = []
    rest: list[bytes] = []
    position = 0
    while len(files) < _MAX_UU_FILES and (begin := _UU_BEGIN.search(data, position)):
        end = _UU_END.search(data, begin.end())
        if end is None:
            break
        content = _decode_uu_lines(data[begin.end() : end.start()], is_base64=begin.group().startswith(b"begin-base64"))
        if content is None:
            rest.append(data[position : begin.end()])
            position = begin.end()
            continue
        rest.append(data[position : begin.start()])
        files.append(UuFile(begin[2].strip(), content))
        position = end.end()
    rest.append(data[position:])
    return files, b"".join(rest)


def _decode_uu_lines(data: bytes, *, is_base64: bool) -> bytes | None:
    if is_base64:
        return _decode_base64(data)
    decoded: list[bytes] = []
    for line in data.splitlines():
        line = line.rstrip(b"\r\n")
        if not line or line in (b"`", b" "):
            continue
        count = (line[0] - 32) & 63
        groups = (count + 2) // 3 * 4
        if not 32 <= line[0] <= 96 or len(line) > 1 + groups + 4:
            return None
        try:
            decoded.append(binascii.a2b_uu(line[: 1 + groups].ljust(1 + groups)))
        except (binascii.Error, ValueError):
            return None
    return b"".join(decoded)
