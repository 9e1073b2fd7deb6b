"""Suggestions for topics, learned from the team's own resolved cases: words counted, nothing else. Pure.

Naive Bayes over the presence of words, with half a case added to every count (Laplace's rule, halved), and with words to show for
it: a suggestion is only made where words can be named that are at least twice as frequent in the topic as elsewhere.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log

from helpdesk.common.text import text_for_search
from tickets.policies.own_words import own_words

MOST_WORDS_OF_CASE = 150
MOST_WORDS_OF_TOPIC = 300
LONGEST_WORD = 60
# A word must have been used by so many customers, a topic by so many cases, before it says anything.
LEAST_CUSTOMERS = 3
LEAST_CASES = 5
LEAST_CONFIDENCE = 0.6
LEAST_LIFT = 2.0
# One word alone is enough where it is so much more frequent than elsewhere.
TELLING_LIFT = 6.0
SHOWN_WORDS = 4
_SMOOTHING = 0.5
_DIGIT = re.compile(r"\d")
# Words that every message has, folded: they would speak for whatever topic is frequent.
_COMMON_WORDS = """
    the and you your yours our ours for not but did does done has have had was were are this that these those with
    from they them there then than what when where which who how why can could would will shall should may might
    must been being its his her him she all any some out about into over also just very please hello dear thanks
    thank regards hi que los las una uno unos unas con por para del como pero mas este esta estos estas eso esa ser
    sin sobre entre hasta desde cuando donde quien porque muy hola gracias saludos favor mi mis tus sus nos les fue
    era son han hay des une est pas vous nous mon mes ton tes ses leur dans pour par sur avec sans qui quoi dont
    mais donc car cette ces cet aux ont ete etre avoir fait bonjour merci cordialement plus tout tous comme der die
    das ein eine einen einem einer und oder nicht ist sind war mit von auf aus bei ich mir mich sie wir uns ihr ihre
    mein meine den dem auch noch nur hallo danke bitte gruss wie wann wer hat habe haben
"""
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, kw_only=True)
class LearnedCase:
    """A resolved case whose topic a person has set or confirmed."""

    topic: int
    customer: int
    words: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class LearnedTopic:
    """``cases``: how many were read; ``words``: in how many of them a word was used."""

    cases: int
    words: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """``words``: what speaks for the topic, the most telling first; ``confidence`` from 0 to 1."""

    topic: int
    confidence: float
    words: tuple[str, ...]


def words_of(subject: str, text: str) -> frozenset[str]:
    """The words of a message as they are counted: folded, without numbers, pairs of signs in scripts without blanks."""
    terms = dict.fromkeys(text_for_search(f"{subject} {own_words(text)}").split())
    kept = [term for term in terms if _may_tell(term)]
    return frozenset(term[:LONGEST_WORD] for term in kept[:MOST_WORDS_OF_CASE])


def _may_tell(term: str) -> bool:
    return (len(term) > 2 or not term.isascii()) and term not in _COMMON and not _DIGIT.search(term)


def learn(cases: Iterable[LearnedCase]) -> dict[int, LearnedTopic]:
    """Count the words. The order of the cases does not matter; words of fewer than three customers are left out."""
    totals: dict[int, int] = {}
    counts: dict[int, dict[str, int]] = {}
    customers: dict[tuple[int, str], set[int]] = {}
    for case in cases:
        totals[case.topic] = totals.get(case.topic, 0) + 1
        of_topic = counts.setdefault(case.topic, {})
        for word in case.words:
            of_topic[word] = of_topic.get(word, 0) + 1
            seen = customers.setdefault((case.topic, word), set())
            if len(seen) < LEAST_CUSTOMERS:
                seen.add(case.customer)
    learned: dict[int, LearnedTopic] = {}
    for topic, total in totals.items():
        kept = {word: count for word, count in counts[topic].items() if len(customers[topic, word]) >= LEAST_CUSTOMERS}
        telling = sorted(kept, key=lambda word: (-_lift(word, topic, counts, totals), -kept[word], word))
        learned[topic] = LearnedTopic(cases=total, words={word: kept[word] for word in telling[:MOST_WORDS_OF_TOPIC]})
    return learned


def suggest(words: frozenset[str], learned: Mapping[int, LearnedTopic]) -> Suggestion | None:
    """The topic that the words speak for, or None: too little was learned, or nothing speaks clearly."""
    topics = {topic: known for topic, known in learned.items() if known.cases >= LEAST_CASES}
    if len(topics) < 2:
        return None
    totals = {topic: known.cases for topic, known in topics.items()}
    counts = {topic: known.words for topic, known in topics.items()}
    vocabulary = [word for word in words if any(word in known for known in counts.values())]
    weights = {
        topic: log(totals[topic]) + sum(log(_share(word, topic, counts, totals)) for word in vocabulary)
        for topic in topics
    }
    best = max(weights, key=lambda topic: (weights[topic], -topic))
    confidence = 1 / sum(exp(min(weight - weights[best], 0.0)) for weight in weights.values())
    lifts = {word: _lift(word, best, counts, totals) for word in vocabulary if word in counts[best]}
    speaking = sorted((word for word in lifts if lifts[word] >= LEAST_LIFT), key=lambda word: (-lifts[word], word))
    is_clear = len(speaking) >= 2 or (len(speaking) == 1 and lifts[speaking[0]] >= TELLING_LIFT)
    if confidence < LEAST_CONFIDENCE or not is_clear:
        return None
    return Suggestion(topic=best, confidence=round(confidence, 2), words=tuple(speaking[:SHOWN_WORDS]))


def _share(word: str, topic: int, counts: Mapping[int, Mapping[str, int]], totals: Mapping[int, int]) -> float:
    return (counts[topic].get(word, 0) + _SMOOTHING) / (totals[topic] + 2 * _SMOOTHING)


def _lift(word: str, topic: int, counts: Mapping[int, Mapping[str, int]], totals: Mapping[int, int]) -> float:
    """How much more frequent the word is in the topic than in all others together."""
    elsewhere = sum(known.get(word, 0) for other, known in counts.items() if other != topic)
    others = sum(total for other, total in totals.items() if other != topic)
    return _share(word, topic, counts, totals) / ((elsewhere + _SMOOTHING) / (others + 2 * _SMOOTHING))
