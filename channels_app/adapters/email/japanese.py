"""ISO-2022-JP as it is sent: with half-width kana, vendor characters and missing shift sequences.

CP50220, CP50221 and ISO-2022-JP-MS use code points that the standard leaves free (circled digits, company signs).
Their two-byte codes are the rows of Shift JIS in another arithmetic, so they are turned into cp932 and read there.
"""

import re

_ESCAPES = re.compile(rb"\x1b(\$[@B]|\$\([DOPQ]|\([BJIHA]|\$A|\$\(C|&@|\.[AF]|\$\)C)|(\x0e|\x0f)")
_STANDARD = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_ext")


def decode_japanese(data: bytes, codec: str = "") -> str:
    """The text of 7-bit escaped data: by the standard where it keeps to it, else by the vendors' tables."""
    candidates = ("iso2022_kr",) if codec == "iso2022_kr" or b"\x1b$)C" in data else _STANDARD
    if b"\x0e" in data and candidates is _STANDARD:
        return "".join(_runs(data))  # kana by shift out, which the standard does not know
    for candidate in candidates:
        try:
            return data.decode(candidate)
        except (UnicodeError, ValueError):
            continue
    if candidates == ("iso2022_kr",):
        return data.decode("iso2022_kr", "replace")
    return "".join(_runs(data))


def _runs(data: bytes) -> list[str]:
    texts: list[str] = []
    mode, is_kana, position = b"(B", False, 0
    for match in _ESCAPES.finditer(data):
        texts.append(_decode_run(data[position : match.start()], b"(I" if is_kana else mode))
        position = match.end()
        if match.group(2):
            is_kana = match.group(2) == b"\x0e"
        else:
            mode, is_kana = match.group(1), False
    texts.append(_decode_run(data[position:], b"(I" if is_kana else mode))
    return texts


def _decode_run(run: bytes, mode: bytes) -> str:
    if mode == b"(I":
        return bytes(byte | 0x80 if 0x20 < byte < 0x60 else byte for byte in run).decode("cp932", "replace")
    if mode.startswith(b"$"):
        return _to_shift_jis(run).decode("cp932", "replace")
    if run.isascii():
        return run.decode("ascii")
    # 8-bit text in a 7-bit charset: what the sender's program had before it forgot to convert.
    for codec in ("utf-8", "cp932"):
        try:
            return run.decode(codec)
        except UnicodeDecodeError:
            continue
    return run.decode("cp1252", "mail_c1")


def _to_shift_jis(run: bytes) -> bytes:
    out = bytearray()
    position = 0
    while position < len(run):
        row = run[position]
        if row in (0x0A, 0x0D, 0x20, 0x09) or position + 1 >= len(run):
            # A line end inside a two-byte run means that the shift back was left out.
            out.append(row)
            position += 1
            continue
        cell = run[position + 1]
        position += 2
        row, cell = row & 0x7F, cell & 0x7F
        lead = ((row - 0x21) >> 1) + (0x81 if row < 0x5F else 0xC1)
        trail = cell + (0x1F if cell < 0x60 else 0x20) if row & 1 else cell + 0x7E
        out += bytes((min(max(lead, 0x3F), 0xFF), min(max(trail, 0x3F), 0xFF)))
    return bytes(out)
