"""Which topic a message is about, by the keywords of the team. Pure; one pass over the words, whatever was entered.

Keywords are words and phrases, matched on whole words without case and accents. "deliver*" stands for every word that begins so,
"subject: invoice" counts in the subject alone. In scripts without blanks between words a keyword is found anywhere.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from helpdesk.common.text import fold_for_sorting
from tickets.policies.own_words import own_words

MOST_KEYWORDS = 500
LONGEST_KEYWORD = 80
SHORTEST_STEM = 3
MOST_WORDS = 800
IN_SUBJECT = 2
_SUBJECT_ONLY = "subject:"
# Thai, Lao, Myanmar, Khmer, kana, Han: no blanks between words.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, kw_only=True)
class TopicKeywords:
    """``parents``: the ids of the topics it is part of, the nearest first. ``keywords``: language ("" for all) -> words and phrases.
    ``channels``: kinds of channel where they count, empty for all."""

    pk: int
    parents: tuple[int, ...] = ()
    keywords: Mapping[str, Sequence[str]]
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class TopicMatch:
    """``words``: the keywords that were found, as the team wrote them. ``points``: a word counts one, a phrase its words, twice in
    the subject."""

    topic: int
    points: int
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Keyword:
    topic: int
    written: str
    words: tuple[str, ...]
    language: str
    in_subject_only: bool


@dataclass
class _Found:
    points: int = 0
    words: dict[str, None] = field(default_factory=dict)


class TopicMatcher:
    """The keywords of every topic, ready to be looked for. Make it once; matching does not change it."""

    def __init__(self, topics: Iterable[TopicKeywords]) -> None:
        self._topics = {topic.pk: topic for topic in topics}
        self._order = {pk: place for place, pk in enumerate(self._topics)}
        self._by_word: dict[str, list[_Keyword]] = {}
        self._by_stem: dict[str, list[_Keyword]] = {}
        self._stem_lengths: list[int] = []
        self._unspaced: dict[str, list[_Keyword]] = {}
        for topic in self._topics.values():
            for keyword in _keywords(topic):
                self._add(keyword)
        self._stem_lengths = sorted({len(stem) for stem in self._by_stem})

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self._by_word or self._by_stem or self._unspaced)

    def match(self, *, text: str, subject: str = "", language: str = "", channel_kind: str = "") -> list[TopicMatch]:
        """The topics that speak, the best first: most points, then the more special one, then the team's order.

        ``language``: that of the message; while nobody knows it, the keywords of every language count. A topic that has a keyword of its
        own in the text is given the points of the topics it is part of.
        """
        found: dict[int, _Found] = {}
        for part, weight in ((subject, IN_SUBJECT), (own_words(text), 1)):
            for keyword in dict.fromkeys(self._found_in(part)):
                if self._counts(keyword, language, channel_kind, is_subject=weight == IN_SUBJECT):
                    one = found.setdefault(keyword.topic, _Found())
                    one.points += weight * max(1, len(keyword.words))
                    one.words[keyword.written] = None
        matches = [self._match(pk, found) for pk in found]
        return sorted(
            matches, key=lambda one: (-one.points, -len(self._topics[one.topic].parents), self._order[one.topic])
        )

    def _match(self, pk: int, found: Mapping[int, _Found]) -> TopicMatch:
        own = [found[pk], *(found[parent] for parent in self._topics[pk].parents if parent in found)]
        words = dict.fromkeys(word for one in own for word in one.words)
        return TopicMatch(topic=pk, points=sum(one.points for one in own), words=tuple(words))

    def _counts(self, keyword: _Keyword, language: str, channel_kind: str, *, is_subject: bool) -> bool:
        channels = self._topics[keyword.topic].channels
        return (
            (not keyword.in_subject_only or is_subject)
            and (not keyword.language or not language or keyword.language == language)
            and (not channels or channel_kind in channels)
        )

    def _found_in(self, text: str) -> Iterator[_Keyword]:
        folded = fold_for_sorting(text)
        words = _WORD.findall(folded)[:MOST_WORDS]
        for at, word in enumerate(words):
            for keyword in self._beginning_with(word):
                if _fits(keyword.words, words, at):
                    yield keyword
        if self._unspaced and _UNSPACED.search(folded):
            pairs = {folded[at : at + 2] for at in range(len(folded))} | set(folded)
            for beginning in pairs & self._unspaced.keys():
                yield from (keyword for keyword in self._unspaced[beginning] if keyword.words[0] in folded)

    def _beginning_with(self, word: str) -> Iterator[_Keyword]:
        yield from self._by_word.get(word, ())
        for length in self._stem_lengths:
            if length > len(word):
                break
            yield from self._by_stem.get(word[:length], ())

    def _add(self, keyword: _Keyword) -> None:
        first = keyword.words[0]
        if _UNSPACED.search(first):
            self._unspaced.setdefault(first[:2], []).append(keyword)
        elif first[-1] == "*":
            self._by_stem.setdefault(first[:-1], []).append(keyword)
        else:
            self._by_word.setdefault(first, []).append(keyword)


def clean_keywords(written: Iterable[str]) -> list[str]:
    """The keywords as they are kept: trimmed, each once, none without a letter or digit, none longer than 80 characters."""
    trimmed = (" ".join(one.split())[:LONGEST_KEYWORD].strip() for one in written)
    kept = {fold_for_sorting(one): one for one in trimmed if _words_of(one.removeprefix(_SUBJECT_ONLY))}
    return list(kept.values())[:MOST_KEYWORDS]


def _keywords(topic: TopicKeywords) -> Iterator[_Keyword]:
    for language, listed in topic.keywords.items():
        for written in listed[:MOST_KEYWORDS]:
            folded = fold_for_sorting(written)
            in_subject_only = folded.startswith(_SUBJECT_ONLY)
            words = _words_of(folded.removeprefix(_SUBJECT_ONLY))
            if words:
                yield _Keyword(
                    topic=topic.pk, written=written, words=words, language=language, in_subject_only=in_subject_only
                )


def _words_of(keyword: str) -> tuple[str, ...]:
    folded = fold_for_sorting(keyword)
    if _UNSPACED.search(folded):
        return (folded.strip(),) if folded.strip() else ()
    words = re.findall(rf"[^\W_]{{{SHORTEST_STEM},}}\*|[^\W_]+", folded)
    return tuple(words)


def _fits(wanted: Sequence[str], words: Sequence[str], at: int) -> bool:
    following = words[at : at + len(wanted)]
    return len(following) == len(wanted) and all(
        word == one or (one[-1] == "*" and word.startswith(one[:-1]))
        for word, one in zip(following, wanted, strict=True)
    )
