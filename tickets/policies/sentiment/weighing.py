"""Weighs the words of a text by a lexicon: phrases, negation, strength, contrast. Pure, one pass over the words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from helpdesk.common.text import fold_for_sorting
from tickets.policies.sentiment.lexicon import Lexicon, Phrase, beginning_key

# How many words a negation reaches, and within how many it turns bad to good ("not broken") rather than only silencing it.
REACH = 4
NEAR = 2
TURNED_GOOD = -0.75
TURNED_BAD = -0.4
BEFORE_CONTRAST = 0.5
AFTER_CONTRAST = 1.2
_STRENGTH_REACH = 2
_LONGEST_PHRASE = 8
_TOKEN = re.compile(r"\w[\w'’]*|[.!?;:,…\n¡¿。！？،؟]+")
_ELIDED_TOKEN = re.compile(r"\w+['’]?|[.!?;:,…\n]+")


class Spoken(NamedTuple):
    """One word or phrase that says something, as written, with its weight where it stands."""

    words: str
    weight: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Word:
    """What the lexicon says of one word as written; kept, because most words of a text were met before."""

    folded: str
    weight: float
    phrases: Mapping[str, tuple[Phrase, ...]]
    turns: bool
    strength: float
    is_contrast: bool
    is_silent: bool


@lru_cache(maxsize=30_000)
def _word(lexicon: Lexicon, written: str) -> _Word:
    folded = fold_for_sorting(written.replace("’", "'")) if written[0].isalnum() else ""
    weight, phrases = lexicon.weight(folded), lexicon.phrases.get(folded, {})
    strength, turns, is_contrast = (
        lexicon.strengths.get(folded, 0.0),
        folded in lexicon.negators,
        folded in lexicon.contrasts,
    )
    return _Word(
        folded=folded,
        weight=weight,
        phrases=phrases,
        turns=turns,
        strength=strength,
        is_contrast=is_contrast,
        is_silent=bool(folded) and not (weight or phrases or strength or turns or is_contrast),
    )


def weigh(text: str, lexicon: Lexicon) -> list[Spoken]:
    """What speaks in ``text``, in its order; what was said before a "but" counts half, what comes after it more."""
    written = (_ELIDED_TOKEN if lexicon.elisions else _TOKEN).findall(text)
    spoken: list[Spoken] = []
    for one in _speaking([_word(lexicon, token) for token in written], written, lexicon):
        if one is None:
            spoken = [Spoken(words=said.words, weight=said.weight * BEFORE_CONTRAST) for said in spoken]
        else:
            spoken.append(one)
    return spoken


def _speaking(words: list[_Word], written: list[str], lexicon: Lexicon) -> Iterator[Spoken | None]:
    """What speaks; None where a contrast stands."""
    negated, strength, strength_left, after, at = 0, 1.0, 0, 1.0, 0
    while at < len(words):
        word = words[at]
        if word.is_silent:
            negated, strength_left, at = negated and negated - 1, strength_left - 1, at + 1
            continue
        phrase = _phrase_at(words, at) if word.phrases else None
        length = 1 + len(phrase.words) if phrase else 1
        weight = phrase.weight if phrase else 0.0 if word.turns and negated else word.weight
        if weight and not (phrase and phrase.is_whole):
            is_turned_behind = (
                weight > 0 and at + length < len(words) and words[at + length].folded in lexicon.negators_behind
            )
            weight = _turned(weight, REACH if is_turned_behind else negated)
        if weight:
            factor = strength if strength_left > 0 else 1.0
            yield Spoken(words=" ".join(written[at : at + length]).replace("' ", "'"), weight=weight * factor * after)
        negated, strength_left = max(0, negated - length), strength_left - 1
        if not word.folded:
            negated, strength_left = 0, 0
        elif phrase is None and word.turns:
            negated = REACH
        elif phrase is None and word.strength:
            strength, strength_left = word.strength, _STRENGTH_REACH
        elif word.is_contrast:
            yield None
            negated, after = 0, AFTER_CONTRAST
        at += length


def _turned(weight: float, negated: int) -> float:
    """The weight under a negation that reaches ``negated`` words further; 0 for none."""
    if not negated:
        return weight
    if weight > 0:
        return weight * TURNED_GOOD
    return weight * TURNED_BAD if negated > REACH - NEAR else 0.0


def _phrase_at(words: list[_Word], at: int) -> Phrase | None:
    """The longest phrase that begins at this word."""
    if at + 1 == len(words):
        return None
    phrases = words[at].phrases
    second = words[at + 1].folded
    likely = phrases.get(second, ()) + phrases.get(beginning_key(second), ())
    if not likely:
        return None
    following = [word.folded for word in words[at + 1 : at + 1 + _LONGEST_PHRASE]]
    return next((phrase for phrase in likely if phrase.fits(following)), None)
