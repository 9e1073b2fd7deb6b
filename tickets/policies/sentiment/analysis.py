"""How a customer feels, read from one message: words by language, emoji, shouting. Pure; unknown is unknown."""

import re
from collections import Counter
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from tickets.policies.own_words import own_words
from tickets.policies.sentiment.emoji import EMOJI, WEIGHTS
from tickets.policies.sentiment.languages import LEXICONS
from tickets.policies.sentiment.weighing import Spoken, weigh

Label = Literal["negative", "neutral", "positive", ""]

MOST_CHARACTERS = 2_000
SHOWN_WORDS = 6
LEAST_SCORE = 0.25
# The sum of weights at which the score is 0.7 of what it can be.
_HALF = 6.0
STRONG_SUM = 6.0
STRONG_WORD = -4.0
_STRONG_CONFIDENCE = 0.6
_SHOUTING_FACTOR = 1.25
_SHOUTED_LETTERS = 10
_SHOUTED_SHARE = 0.55
_SAME_SIGNS = 2
_SAME_SIGNS_FACTOR = 1.25
_NO_LEXICON = 0.8

_CAPITALS = re.compile(r"[A-ZÀ-ÖØ-Þ]{2,}")
_MARKS = re.compile(r"[!?！？؟]{3,}")
_EMOJI = re.compile("[" + "".join(EMOJI) + "]")
_SIGNS = re.compile(r"[:=;<>^]['\-:]{0,2}[()/|*D3^]")


@dataclass(frozen=True, kw_only=True)
class Sentiment:
    """``label``: "" where nothing speaks. ``score`` from -1 to 1, ``confidence`` from 0 to 1. ``words``: what spoke, as written, the
    heaviest first. ``strong``: anger or joy that calls for a look."""

    label: Label
    strong: bool
    score: float
    confidence: float
    words: tuple[str, ...]


UNKNOWN = Sentiment(label="", strong=False, score=0.0, confidence=0.0, words=())


def analyse_sentiment(text: str, *, language: str) -> Sentiment:
    """What ``text`` (its first 2 000 characters) says of the writer's mood.

    ``language``: an ISO 639 code as ``recognise_language`` gives it. In a language without a lexicon emoji and shouted marks speak
    alone. Irony is not understood.
    """
    text = own_words(text[:MOST_CHARACTERS])
    lexicon = LEXICONS.get(language[:2].lower())
    spoken = [*(weigh(text, lexicon) if lexicon is not None else ()), *_signs(text)]
    loud = _loudness(text)
    if loud and not spoken:
        spoken = [Spoken(words=loud, weight=-1.5 if loud.isupper() else -1.0)]
    elif loud:
        spoken = [Spoken(words=one.words, weight=one.weight * _SHOUTING_FACTOR) for one in spoken]
    return _sum(spoken, certainty=1.0 if lexicon is not None else _NO_LEXICON)


def _signs(text: str) -> list[Spoken]:
    counts = Counter(_SIGNS.findall(text))
    if not text.isascii():
        counts.update(_EMOJI.findall(text))
    return [
        Spoken(words=sign, weight=WEIGHTS[sign] * (1.0 if count < _SAME_SIGNS else _SAME_SIGNS_FACTOR))
        for sign, count in counts.items()
        if sign in WEIGHTS
    ]


def _loudness(text: str) -> str:
    """What is shouted: some of the capitals, or the marks; "" for a calm text."""
    shouted = _CAPITALS.findall(text)
    letters = sum(map(len, shouted))
    if letters >= _SHOUTED_LETTERS and letters >= _SHOUTED_SHARE * len(text):
        return " ".join(shouted[:3])
    marks = _MARKS.search(text)
    return marks[0][:3] if marks else ""


def _sum(spoken: list[Spoken], *, certainty: float) -> Sentiment:
    good = sum(one.weight for one in spoken if one.weight > 0)
    bad = -sum(one.weight for one in spoken if one.weight < 0)
    evidence, total = good + bad, good - bad
    if not evidence:
        return UNKNOWN
    score = total / sqrt(total * total + _HALF)
    label: Label = "neutral" if abs(score) < LEAST_SCORE else "positive" if score > 0 else "negative"
    agreement = abs(total) / evidence if label != "neutral" else 0.4
    confidence = certainty * (0.35 + 0.65 * agreement) * evidence / (evidence + 1.5)
    heaviest = sorted(spoken, key=lambda one: -abs(one.weight))
    speaking = heaviest if label == "neutral" else [one for one in heaviest if one.weight * total > 0]
    is_fury = bool(speaking) and speaking[0].weight <= STRONG_WORD and total <= STRONG_WORD / 2
    return Sentiment(
        label=label,
        strong=label != "neutral" and confidence >= _STRONG_CONFIDENCE and (abs(total) >= STRONG_SUM or is_fury),
        score=round(score, 3),
        confidence=round(confidence, 2),
        words=tuple(dict.fromkeys(one.words for one in speaking))[:SHOWN_WORDS],
    )
