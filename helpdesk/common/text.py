"""Cleaning and folding of text that strangers wrote: bodies, header values, file names, addresses, search terms."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import islice
from math import isfinite
from typing import Any

import idna

MAX_FILE_NAME_CHARACTERS = 200
MAX_ADDRESS_CHARACTERS = 320
MAX_SEARCH_BYTES = 200_000

# PostgreSQL refuses NUL and lone surrogates; the other C0 codes are noise in a browser and in logs.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NUL_OR_SURROGATE = re.compile("[\x00\ud800-\udfff]")
_LINE_BREAKS = re.compile("[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_BLANKS = re.compile(r"\s+")
# Left/right marks, embeddings, overrides and isolates let "gpj.exe" be shown as "exe.jpg"; zero-width ones hide.
_DECEIVING = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_RESERVED_IN_NAMES = re.compile(r'[<>:"|?*\x00-\x1f\x7f-\x9f]')
# Scripts written without spaces between words: Thai, Lao, Khmer, Myanmar, kana, bopomofo, Han, Hangul syllables.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3105-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_SEARCH_RUNS = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}\\W_]+")
_UNSPACED_START = re.compile(f"[{_UNSPACED}]")
_DEVICE_NAMES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
)


def clean_text(text: str) -> str:
    """The text as it may be stored: line ends are LF, no control characters but LF and TAB, no lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _NUL_OR_SURROGATE.sub("\ufffd", text)
    return _UNWANTED.sub("", text)


def clean_json(value: Any, *, depth: int = 8) -> Any:
    """A JSON value of a stranger as the database takes it: texts cleaned, at most 8 deep and 200 entries wide."""
    if isinstance(value, str):
        return clean_text(value)[:10_000]
    if depth and isinstance(value, Mapping):
        entries = islice(value.items(), 200)
        return {clean_text(str(key))[:200]: clean_json(entry, depth=depth - 1) for key, entry in entries}
    if depth and isinstance(value, (list, tuple)):
        return [clean_json(entry, depth=depth - 1) for entry in value[:200]]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value if value is None or isinstance(value, (bool, int, float)) else None


def one_line(text: str) -> str:
    """The text as one line that can stand in a header: no line break of any kind, blanks at the ends removed."""
    return clean_text(_LINE_BREAKS.sub(" ", text)).replace("\t", " ").strip()


def preview(text: str, limit: int = 140) -> str:
    """The beginning of the text for lists: one line, single blanks, at most ``limit`` characters."""
    short = _BLANKS.sub(" ", clean_text(text[: limit * 20])).strip()
    if len(short) <= limit:
        return short
    return short[: limit - 1].rstrip() + "…"


def fold_for_sorting(name: str) -> str:
    """What names are sorted by: case folded, accents stripped, single blanks."""
    return _BLANKS.sub(" ", _without_accents(clean_text(name)).casefold()).strip()


def normalise_email(raw: str) -> str:
    """The stored form of a mail address: lower case, NFC, the domain as IDNA A-label; the plus tag stays.

    Gives "" for what has no local part, no domain, or is longer than any address may be. Quotes around a local part
    that needs none are dropped.
    """
    address = one_line(unicodedata.normalize("NFC", _DECEIVING.sub("", raw[: MAX_ADDRESS_CHARACTERS * 4]))).strip(" <>")
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or len(address) > MAX_ADDRESS_CHARACTERS:
        return ""
    if len(local) > 2 and local[0] == local[-1] == '"' and re.fullmatch(r"[^\s\"\\(),:;<>@\[\]]+", local[1:-1]):
        local = local[1:-1]
    normalised = f"{local.lower()}@{_domain_label(domain)}"
    return normalised if normalised[-1] != "@" else ""


def _domain_label(domain: str) -> str:
    domain = domain.strip().rstrip(".").lower()
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain[:255], uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return unicodedata.normalize("NFC", domain)


def clean_file_name(name: str, *, default: str = "attachment") -> str:
    """A name that can be shown and offered for download: no path, no control or direction characters, not too long.

    A long name is cut before its extension. What leaves nothing behind becomes ``default``.
    """
    name = unicodedata.normalize("NFC", _NUL_OR_SURROGATE.sub("", name[:100_000]))
    name = _DECEIVING.sub("", _LINE_BREAKS.sub(" ", name)).replace("\\", "/").rstrip("/ ").rpartition("/")[2]
    name = _BLANKS.sub(" ", _RESERVED_IN_NAMES.sub("_", name.replace("\t", " "))).strip(" .")
    if not name.strip("_. "):
        return default
    stem, dot, extension = name.rpartition(".")
    if len(name) > MAX_FILE_NAME_CHARACTERS:
        if dot and 0 < len(extension) <= 16:
            name = f"{stem[: MAX_FILE_NAME_CHARACTERS - len(extension) - 1].rstrip()}.{extension}"
        else:
            name = name[:MAX_FILE_NAME_CHARACTERS].rstrip()
    return f"_{name}" if name.partition(".")[0].lower() in _DEVICE_NAMES else name


def text_for_search(text: str) -> str:
    """The text as it is indexed and asked for: folded words, and bigrams where a script has no blanks between words.

    Used on both sides, so that the same word always gives the same terms. At most the first 200 kB are read.
    """
    if len(text) > MAX_SEARCH_BYTES or len(text.encode("utf-8", "replace")) > MAX_SEARCH_BYTES:
        text = text.encode("utf-8", "replace")[:MAX_SEARCH_BYTES].decode("utf-8", "ignore")
    folded = unicodedata.normalize("NFC", _without_accents(clean_text(text)).casefold())
    return " ".join(_search_terms(folded))


def _search_terms(folded: str) -> Iterator[str]:
    for match in _SEARCH_RUNS.finditer(folded):
        run = match.group()
        if len(run) > 2 and _UNSPACED_START.match(run):
            yield from (run[i : i + 2] for i in range(len(run) - 1))
        else:
            yield run


def _without_accents(text: str) -> str:
    """NFKD without the marks of Latin, Greek, Cyrillic and Hebrew; marks that are letters (Thai, Khmer, kana) stay."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not _is_accent(char))


def _is_accent(char: str) -> bool:
    return "\u0300" <= char <= "\u036f" or "\u0591" <= char <= "\u05c7" or "\u064b" <= char <= "\u065f"


def initials(name: str) -> str:
    """One or two letters: first and last word's, the first sign of a name in a script without spaces."""
    words = [word for word in re.split(r"[\s@._\-]+", name) if word and word[0].isalnum()]
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 and words[0][0].isascii() else "")
    return letters.upper()
