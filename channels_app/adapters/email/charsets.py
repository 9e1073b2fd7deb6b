"""Bytes to text for mail: every charset name seen in the wild, wrong declarations, undeclared 8-bit text.

Never raises: what cannot be decoded becomes U+FFFD. See also japanese.py for the vendor variants of ISO-2022-JP.
"""

import codecs
import re
import unicodedata

from channels_app.adapters.email.charset_guess import guess
from channels_app.adapters.email.charset_names import CODECS, FAMILIES, UNDECLARED
from channels_app.adapters.email.japanese import decode_japanese

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]")
_FIRST_WORD = re.compile(r"[^\x00\s\"';,<>()*]+")
_ESCAPE_SEQUENCE = re.compile(rb"\x1b[$(]")
# Codecs of Python that are no charsets, or that turn harmless text into something else.
_NO_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"})
_MULTIBYTE = frozenset(
    {"gb18030", "hz", "big5hkscs", "cp950", "shift_jis", "cp932", "euc_jp", "cp949", "johab", "utf_7"}
)
_LONG_SEQUENCE = re.compile("[\u0800-\U0010ffff]")
_LATIN = frozenset({"cp1252", "iso8859-15", "ascii", "mac_roman"})
_SURROGATES = re.compile("[\ud800-\udfff]")


def _keep_undefined_byte(error: UnicodeError) -> tuple[str, int]:
    """Bytes that cp1252 leaves undefined are the C1 controls of the same number, as browsers read them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("mail_c1", _keep_undefined_byte)


def codec_for(charset: str) -> str:
    """Python's name of the codec for a declared charset; "" for one that says nothing or is unknown."""
    match = _FIRST_WORD.search(charset[:200].lower().removeprefix("charset="))
    key = _NOT_IN_NAMES.sub("", match.group()) if match else ""
    if not key or key in UNDECLARED:
        return ""
    if key in CODECS:
        return CODECS[key]
    for pattern, template in FAMILIES:
        found = pattern.search(key)
        if found:
            candidate = template.format(found.group(1))
            return CODECS.get(_NOT_IN_NAMES.sub("", candidate), candidate)
    return _known_codec(match.group() if match else "")


def _known_codec(name: str) -> str:
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    is_text = getattr(info, "_is_text_encoding", True)
    return info.name if is_text and info.name.replace("-", "_") not in _NO_CHARSETS else ""


def decode(data: bytes, charset: str = "") -> str:
    """The text of ``data``, whatever ``charset`` claims. Lone surrogates and a byte order mark do not come out."""
    codec = codec_for(charset)
    text = _decode(data, codec)
    if text.startswith("\ufeff"):
        text = text[1:]
    return _SURROGATES.sub("\ufffd", text)


def _decode(data: bytes, codec: str) -> str:
    if not data:
        return ""
    if codec.startswith(("utf_16", "utf_32")) or data.startswith((codecs.BOM_UTF8, b"\xff\xfe", b"\xfe\xff")):
        wide = _decode_wide(data, codec)
        if wide is not None:
            return wide
    if codec.startswith("iso2022") or (codec in ("", "cp1252", "shift_jis") and _ESCAPE_SEQUENCE.search(data)):
        return decode_japanese(data, codec)
    if data.isascii() and codec not in ("utf_7", "hz"):
        return data.decode("ascii")
    if not codec:
        return guess(data)
    return _decode_declared(data, codec)


def _decode_declared(data: bytes, codec: str) -> str:
    if codec == "utf-8":
        return _decode_utf8(data)
    # Text that is well-formed UTF-8 is UTF-8: in another charset it would read "Ã¼", which nobody writes. Short text in
    # the charsets of East Asia can be well-formed by chance.
    text = _strict(data, "utf-8")
    if text is not None and (codec in _LATIN or len(_LONG_SEQUENCE.findall(text)) > 2 or codec not in _MULTIBYTE):
        return text
    if codec == "cp1252":
        return data.decode("cp1252", "mail_c1")
    for candidate in (codec, *_SUPERSETS.get(codec, ())):
        if (decoded := _strict(data, candidate)) is not None:
            return decoded
    if text is not None:
        return text
    return data.decode(_SUPERSETS.get(codec, (codec,))[-1], "replace")


# Where a declared charset fails, its vendor's larger one is tried; the last one decodes what stays broken.
_SUPERSETS: dict[str, tuple[str, ...]] = {
    "shift_jis": ("cp932",),
    "cp932": ("cp932",),
    "euc_jp": ("euc_jis_2004", "euc_jp"),
    "big5hkscs": ("cp950", "big5hkscs"),
    "cp950": ("big5hkscs", "cp950"),
    "iso8859-8": ("cp1255",),
    "iso8859-6": ("cp1256", "iso8859-6"),
    "iso8859-7": ("cp1253", "iso8859-7"),
    "koi8-r": ("koi8-u", "koi8-r"),
    "iso8859-15": ("cp1252", "iso8859-15"),
    "utf_7": ("cp1252", "utf_7"),
    "johab": ("cp949", "johab"),
}


def _decode_utf8(data: bytes) -> str:
    """UTF-8 with damage stays UTF-8; bytes without one well-formed sequence were never UTF-8."""
    if (text := _strict(data, "utf-8")) is not None:
        return text
    text = data.decode("utf-8", "replace")
    well_formed = sum(1 for char in text if char > "\x7f" and char != "\ufffd")
    return text if well_formed >= text.count("\ufffd") or well_formed > 2 else guess(data)


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _decode_wide(data: bytes, codec: str) -> str | None:
    """UTF-16 and UTF-32 by their mark, else by where the zero bytes are; None where it is neither."""
    if data.startswith(codecs.BOM_UTF8):
        return data[3:].decode("utf-8", "replace")
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) and len(data) % 4 == 0:
        return data.decode("utf-32", "replace")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    sample = data[:4096]
    zeros = sample.count(0)
    if codec.startswith("utf_32") and zeros >= len(sample) // 2:
        is_big = sample[0] == 0
        return data.decode("utf-32-be" if is_big else "utf-32-le", "replace")
    if codec.startswith("utf_16"):
        if codec != "utf_16":
            return data.decode(codec, "replace")
        if zeros == 0 and _strict(data, "utf-8") is not None and len(data) % 2:
            return None
        if data.isascii() and zeros == 0:
            return None  # declared by mistake: no UTF-16 text has only printable ASCII bytes in pairs
        return data.decode(_utf16_order(sample), "replace")
    return None


def _utf16_order(sample: bytes) -> str:
    """The byte order of UTF-16 without a mark: that which gives fewer characters that nobody uses."""
    big, little = sample.decode("utf-16-be", "replace"), sample.decode("utf-16-le", "replace")
    return "utf-16-be" if _oddity(big) < _oddity(little) else "utf-16-le"


def _oddity(text: str) -> int:
    return sum(unicodedata.category(char) in ("Co", "Cn", "Cs") or char == "\ufffd" for char in text) * 4 + sum(
        char > "\u024f" for char in text
    )
