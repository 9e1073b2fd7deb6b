"""How an answer may sound to its reader, for a hint beside the box. Pure; it points, and nothing is ever blocked by it."""

import re
from dataclasses import dataclass

from tickets.policies.language import recognise_language
from tickets.policies.own_words import own_words
from tickets.policies.person_names import first_name

LONGEST_TEXT = 20_000
# A shorter text is a line in a chat, where nobody expects to be addressed by name each time.
LEAST_FOR_NAME = 60
LEAST_FOR_LANGUAGE = 25
_SURE = 0.7
_LOUD_WORDS = 3
_LONG_WORD = 4

_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_MARKS = re.compile(r"[!?！？]{3,}")
_BETWEEN = re.compile(r"[\s,.;:!?()]+")
# Words that put the reader in the wrong. Phrases, since single words do so rarely.
_BLAME = {
    "en": "your fault|you should have|you failed to|you forgot to|you did not read|you didn't read|as i already said|as i said before"
    "|as already stated|you claim|you must have|obviously you|you simply have to|calm down",
    "de": "ihre schuld|deine schuld|sie hätten|wie bereits gesagt|wie bereits erwähnt|wie schon gesagt|sie haben versäumt|sie behaupten"
    "|sie müssen doch|offensichtlich haben sie|selbst schuld|beruhigen sie sich",
    "fr": "votre faute|ta faute|vous auriez dû|comme je l'ai déjà dit|comme déjà indiqué|vous prétendez|vous avez oublié de"
    "|vous n'avez pas lu|vous n'avez qu'à|calmez-vous",
    "es": "su culpa|tu culpa|debería haber|como ya le dije|como ya se indicó|usted afirma|se olvidó de|usted no leyó|no leyó bien"
    "|cálmese",
}
_PHRASES = tuple(phrase for phrases in _BLAME.values() for phrase in phrases.split("|"))


@dataclass(frozen=True, kw_only=True)
class ToneHint:
    """``code``: missing_name, shouting, blame, other_language; ``detail``: the name, the words, or the language it is about."""

    code: str
    detail: str = ""


def tone_hints(text: str, *, name: str = "", language: str = "", is_first_answer: bool = False) -> tuple[ToneHint, ...]:
    """What a colleague would point at in an answer to somebody called ``name`` who writes in ``language`` ("" for unknown)."""
    own = own_words(text[:LONGEST_TEXT]).strip()
    words = _WORDS.findall(own)
    found = [
        _missing_name(own, name) if is_first_answer else None,
        _shouting(own, words),
        _blame(own),
        _other_language(own, words, language),
    ]
    return tuple(hint for hint in found if hint is not None)


def _missing_name(text: str, name: str) -> ToneHint | None:
    called = first_name(name)
    if not called or len(text) < LEAST_FOR_NAME:
        return None
    folded = text.casefold()
    # Whoever is addressed by the family's name is addressed.
    if any(part.casefold().strip(",.") in folded for part in name.split() if len(part) > 1):
        return None
    return ToneHint(code="missing_name", detail=called)


def _shouting(text: str, words: list[str]) -> ToneHint | None:
    run: list[str] = []
    for word in words:
        is_loud = len(word) >= _LONG_WORD and word.isupper()
        # "ICH WILL ES" is loud, too: short words between loud ones do not end it.
        if is_loud or (run and word.isupper()):
            run.append(word)
        else:
            run = []
        if sum(len(one) >= _LONG_WORD for one in run) >= _LOUD_WORDS:
            return ToneHint(code="shouting", detail=" ".join(run))
    marks = _MARKS.search(text)
    return ToneHint(code="shouting", detail=marks.group()[:10]) if marks is not None else None


def _blame(text: str) -> ToneHint | None:
    spoken = _BETWEEN.split(text.casefold().replace("’", "'"))
    folded = f" {' '.join(spoken)} "
    phrase = next((phrase for phrase in _PHRASES if f" {phrase} " in folded), None)
    return ToneHint(code="blame", detail=phrase) if phrase is not None else None


def _other_language(text: str, words: list[str], language: str) -> ToneHint | None:
    if not language or sum(map(len, words)) < LEAST_FOR_LANGUAGE:
        return None
    found = recognise_language(text, hint=language)
    wanted = language.replace("_", "-").partition("-")[0].lower()
    if not found.language or found.confidence < _SURE or found.language.partition("-")[0] == wanted:
        return None
    return ToneHint(code="other_language", detail=found.language)
