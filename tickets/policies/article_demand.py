"""Which questions come again and again, told by the words that they share. Pure, and bounded however much is asked."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log

from tickets.policies.article_match import question_terms
from tickets.policies.texts import base_of

MOST_QUESTIONS = 600
# The words of a question that tell what it is about; the rest of a long message is its story.
TELLING_WORDS = 6
# Two questions are about the same when they share so many of the words of the shorter one, and so many words at all.
SHARE = 0.5
LEAST_SHARED = 2
REPEATED = 2
_LONGEST = 2_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question: from the search, or (with its ``ticket_id``) the beginning of a case."""

    text: str
    language: str
    at: datetime
    ticket_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """Questions about one matter, newest first. ``words``: what they share, most frequent first."""

    language: str
    words: tuple[str, ...]
    questions: tuple[Asked, ...]

    @property
    def count(self) -> int:
        """How often it was asked."""
        return len(self.questions)


def repeated_questions(questions: Iterable[Asked]) -> list[Repeated]:
    """What was asked at least REPEATED times, most often first; of more than MOST_QUESTIONS the first ones count."""
    by_language: dict[str, list[Asked]] = defaultdict(list)
    for question in list(questions)[:MOST_QUESTIONS]:
        by_language[base_of(question.language)].append(question)
    found = [group for language, asked in by_language.items() for group in _groups(language, asked)]
    return sorted(found, key=lambda group: (-group.count, -group.questions[0].at.timestamp()))


def _groups(language: str, questions: Sequence[Asked]) -> list[Repeated]:
    terms = [list(dict.fromkeys(question_terms(question.text[:_LONGEST], language))) for question in questions]
    known = Counter(term for each in terms for term in each)
    telling = [_telling(each, known, len(questions)) for each in terms]
    leaders: list[tuple[frozenset[str], list[int]]] = []
    holding: dict[str, list[int]] = defaultdict(list)
    for place, words in enumerate(telling):
        if not words:
            continue
        near = Counter(leader for word in words for leader in holding[word])
        leader = next((one for one, _shared in near.most_common() if is_same_matter(words, leaders[one][0])), None)
        if leader is None:
            leader = len(leaders)
            leaders.append((words, []))
            for word in words:
                holding[word].append(leader)
        leaders[leader][1].append(place)
    return [
        Repeated(
            language=language,
            words=_shared([telling[place] for place in places]),
            questions=tuple(sorted((questions[place] for place in places), key=lambda one: one.at, reverse=True)),
        )
        for _words, places in leaders
        if len(places) >= REPEATED
    ]


def _telling(terms: Sequence[str], known: Counter[str], documents: int) -> frozenset[str]:
    """The words that others used, too, rare ones first: what nobody else says is a name or a number."""
    common = [term for term in terms if known[term] > 1]
    common.sort(key=lambda term: -log(1 + documents / known[term]))
    return frozenset(common[:TELLING_WORDS])


def is_same_matter(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sets of telling words are about the same."""
    shared, smaller = len(one & other), min(len(one), len(other))
    return shared >= min(LEAST_SHARED, smaller) and shared >= SHARE * smaller and smaller > 0


def _shared(sets: Sequence[frozenset[str]]) -> tuple[str, ...]:
    counts = Counter(word for words in sets for word in words)
    return tuple(word for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if count > 1)[
        :TELLING_WORDS
    ]
