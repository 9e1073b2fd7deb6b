"""How well an article fits a question, from 0 to 1. Pure; works on the terms of policies/search_terms.py in every script.

A question that shares its telling words with the title or the keywords of an article fits well; words that stand in the text alone
speak less for it; words that stand in many articles tell little. Inflections and typing errors count a little less than the word itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from tickets.policies.own_words import own_words
from tickets.policies.search_terms import indexed_terms
from tickets.policies.stop_words import NONE, STOP_WORDS
from tickets.policies.texts import base_of

MOST_TERMS = 40
# On the 94 questions in eight languages of tests/tickets/selectors/test_articles.py 60 are answered with the right article and one with a
# wrong one, of 62 that have one; at 0.3 two are wrong, at 0.5 three are missed, at 0.7 ten.
THRESHOLD = 0.4
# Of what two words may differ to be forms of one another, and how much such a form counts.
_LEAST_STEM = 4
_MOST_ENDING = 4
_FORM_COUNTS = 0.9
_TYPO_COUNTS = 0.7
_LEAST_ALIKE = 0.5
_BODY_COUNTS = 0.5
# What nobody has written an article about is a name or talk more often than what the question is about.
_STRANGE_WORD_COUNTS = 0.5
_QUESTION_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """The terms of one published text; ``keywords`` are further names of the matter, each a list of terms."""

    title: Sequence[str]
    keywords: Sequence[Sequence[str]] = ()
    body: Sequence[str] = ()


def question_terms(text: str, language: str) -> list[str]:
    """The distinct terms of a customer's message that may tell what he asks, in their order; of nothing but small words, those."""
    terms = indexed_terms(own_words(text))
    small = STOP_WORDS.get(base_of(language), NONE)
    telling = [term for term in terms if term not in small and (len(term) > 1 or not term.isascii())]
    return (telling or terms)[:MOST_TERMS]


def rarity(documents: int, holding: Mapping[str, int]) -> dict[str, float]:
    """How much each term tells: 1 and a little more for one that stands in a single text, little for one that stands in most."""
    return {
        term: log(1 + (documents + 1) / (count + 0.5)) / log(documents + 2) if count else _STRANGE_WORD_COUNTS
        for term, count in holding.items()
    }


def fit(asked: Sequence[str], candidate: Candidate, weights: Mapping[str, float]) -> float:
    """How well the candidate fits, 0 to 1. ``weights``: how much each term of the question tells; see ``rarity``."""
    if not asked:
        return 0.0
    names = [*candidate.title, *(term for keyword in candidate.keywords for term in keyword)]
    found = {term: max(_best(term, names), _BODY_COUNTS * (term in candidate.body)) for term in asked}
    whole = sum(weights.get(term, _STRANGE_WORD_COUNTS) for term in asked)
    covered = sum(weights.get(term, _STRANGE_WORD_COUNTS) * share for term, share in found.items()) / whole
    named = max((_named(name, asked, weights) for name in (candidate.title, *candidate.keywords) if name), default=0.0)
    return min(1.0, _QUESTION_SHARE * covered + (1 - _QUESTION_SHARE) * named)


def _named(name: Sequence[str], asked: Sequence[str], weights: Mapping[str, float]) -> float:
    """How much of a title or keyword the question says; a name of many words needs not all of them."""
    shares = [(_best(term, asked), weights.get(term, 1.0)) for term in name]
    whole = sum(weight for _share, weight in shares)
    return sum(share * weight for share, weight in shares) / whole if whole else 0.0


def _best(term: str, others: Sequence[str]) -> float:
    return max((alike(term, other) for other in others), default=0.0)


def alike(one: str, other: str) -> float:
    """1 for the same word, less for another form of it or a typing error, else 0."""
    if one == other:
        return 1.0
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < _LEAST_STEM or not shorter[:2].isalpha():
        return 0.0
    stem = _common_beginning(shorter, longer)
    if stem >= _LEAST_STEM and len(longer) - stem <= _MOST_ENDING and stem >= 0.6 * len(longer):
        return _FORM_COUNTS
    if len(shorter) >= 5 and len(longer) - len(shorter) <= 2 and _trigram_share(one, other) >= _LEAST_ALIKE:
        return _TYPO_COUNTS
    return 0.0


def _common_beginning(shorter: str, longer: str) -> int:
    for place, letter in enumerate(shorter):
        if letter != longer[place]:
            return place
    return len(shorter)


def _trigram_share(one: str, other: str) -> float:
    """Jaccard's index over trigrams with blanks at the ends, as pg_trgm counts."""
    first, second = _trigrams(one), _trigrams(other)
    return len(first & second) / len(first | second)


def _trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[place : place + 3] for place in range(len(padded) - 2)}
