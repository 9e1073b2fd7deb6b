"""Cutting a chat message into words, numbers and the breaks between thoughts, whatever script it is written in. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

# Whoever votes does so at the beginning or with few words; what stands behind is not looked at.
LONGEST = 1000
THUMB_UP, THUMB_DOWN, STAR, HUNDRED = "👍", "👎", "⭐", "💯"
# What is put on other characters and says nothing here: keycaps, joiners, direction marks, skin tones, vowel signs, marks of emphasis.
_SILENT = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b-\u200f\u202a-\u202e\u2066-\u2069\u20e3\ufe0e\ufe0f\U0001f3fb-\U0001f3ff☆*_`~]"
)
_JOINED = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_LETTER = rf"(?:[^\W\d_{_JOINED}]|[\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963])"
_TOKEN = re.compile(
    rf"(?P<number>[0-9]+(?:[.,:/'–-][0-9]+)*)|(?P<joined>[{_JOINED}]+)|(?P<word>{_LETTER}+(?:'{_LETTER}+)*)|(?P<space>[^\S\n]+)"
    r"|(?P<emoji>[\u2190-\u2bff\U0001f000-\U0001faff])|(?P<mark>.)",
    re.DOTALL,
)
_SIGNS = {"★": STAR, "⭐": STAR, "🌟": STAR, THUMB_UP: THUMB_UP, THUMB_DOWN: THUMB_DOWN, HUNDRED: HUNDRED}
# A number beside one of these is an amount, a reference or a sign of something else.
_STUCK_BEFORE, _STUCK_BEHIND = "#$€£¥₹₺₽№@&<>^\\+-", "$€£¥₹₺₽%‰°@^\\"
_MONTHS = re.compile(
    r"\.\s*(?:januar|jan|februar|feb|marz|april|apr|mai|juni|jun|juli|jul|august|aug|september|sep|oktober|okt|november|nov|dezember|dez)\b"
)

_ALIKE = {
    "ı": "i", "ł": "l", "ø": "o", "ß": "s", "ё": "е", "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك",
    "’": "'", "‘": "'", "−": "-", "—": "–",
}  # fmt: skip


@dataclass(frozen=True)
class Token:
    """``kind``: "number", "word", "sign" (an emoji that is an answer), "emoji", or "break" (``text`` is what parts two thoughts).

    ``text`` is folded; ``start`` and ``end`` are places in the text that was cut.
    """

    kind: str
    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Small letters, plain digits, Latin letters without accents, one way of writing Arabic ones; silent signs are left out."""
    return "".join(character for character, _place in _folded(text))


def _folded(text: str) -> Iterator[tuple[str, int]]:
    for place, character in enumerate(text):
        if _SILENT.match(character):
            continue
        if character == "\U0001f51f":  # the keycap of ten is one sign
            yield from (("1", place), ("0", place))
            continue
        yield _fold_one(character), place


def _fold_one(character: str) -> str:
    compatible = unicodedata.normalize("NFKC", character)
    # "½" and "㎏" stay as they are: taken apart they would be numbers and letters that nobody wrote.
    character = compatible if len(compatible) == 1 else character
    value = unicodedata.decimal(character, None)
    if value is not None:
        return str(value)
    lower = character.lower()[0]
    if lower in _ALIKE:
        return _ALIKE[lower]
    base = unicodedata.normalize("NFD", lower)[0]
    return base if "LATIN" in unicodedata.name(base, "") else lower


def tokens_of(text: str, *, lexicon: Collection[str]) -> list[Token]:
    """What a text is made of, without quoted lines. ``lexicon``: the words to look for in scripts without spaces.

    Emoji that are no answers and the signs around numbers are kept, so that "9%" and "#9" are words and no numbers.
    """
    folded = list(_folded(text[:LONGEST]))
    flat = "".join(character for character, _place in folded)
    quoted = [match.span() for match in re.finditer(r"^[ \t]*[>＞].*$", flat, re.MULTILINE)]
    found: list[Token] = []
    for match in _TOKEN.finditer(flat):
        if match.lastgroup == "space" or any(start <= match.start() < end for start, end in quoted):
            continue
        found += _read(match, flat, folded, lexicon)
    return found


def _read(match: re.Match[str], flat: str, folded: list[tuple[str, int]], lexicon: Collection[str]) -> Iterator[Token]:
    def token(kind: str, text: str, start: int, end: int) -> Token:
        return Token(kind, text, folded[start][1], folded[end - 1][1] + 1)

    start, end = match.span()
    match match.lastgroup:
        case "number":
            yield token("word" if _counts_something(flat, start, end) else "number", match[0], start, end)
        case "joined":
            for piece, place in _cut(match[0], lexicon):
                yield token("word", piece, start + place, start + place + len(piece))
        case "word":
            for piece in _apart(match[0]):
                yield token("word", piece, start, end)
        case "emoji":
            known = _SIGNS.get(match[0])
            yield token("sign" if known else "emoji", known or match[0], start, end)
        case _:
            yield token("word" if match[0] == "/" else "break", match[0], start, end)


def _counts_something(flat: str, start: int, end: int) -> bool:
    """Whether signs or letters are stuck to a number, money stands beside it, or a month behind it."""
    before, behind = flat[:start], flat[end:]
    stuck_before = before[-1:] in tuple(_STUCK_BEFORE) and not before[-2:-1].isalnum()
    stuck_behind = behind[:1] in tuple(_STUCK_BEHIND) or re.match(rf"{_LETTER}", behind) is not None
    # "1) refund 2) exchange" is a list; "(9)" is a score.
    is_listed = behind[:1] == ")" and before[-1:] != "("
    letters_before = re.search(rf"{_LETTER}$", before) is not None
    money = (before.rstrip()[-1:], behind.lstrip()[:1])
    is_numbered = re.search(r"\b(?:no|nr|num|n)\.[ ]*$", before) is not None
    return (
        stuck_before
        or stuck_behind
        or letters_before
        or is_numbered
        or is_listed
        or any(sign and sign in "$€£¥₹₺₽%" for sign in money)
        or _MONTHS.match(behind) is not None
    )


def _apart(word: str) -> list[str]:
    """ "l'aide" and "i'd" are two words, "don't" is one."""
    head, _, tail = word.partition("'")
    if not tail:
        return [head]
    return [head, tail.replace("'", "")] if len(head) <= 2 else [word.replace("'", "")]


def _cut(run: str, lexicon: Collection[str]) -> Iterator[tuple[str, int]]:
    """A run without spaces in words of the lexicon, the longest first; what is not known, sign by sign."""
    longest = max(map(len, lexicon), default=1)
    at = 0
    while at < len(run):
        piece = next(
            (run[at : at + n] for n in range(min(longest, len(run) - at), 1, -1) if run[at : at + n] in lexicon),
            run[at],
        )
        yield piece, at
        at += len(piece)
