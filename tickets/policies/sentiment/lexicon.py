"""What one language brings: its weighted words and phrases, and the little words that turn or strengthen them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from helpdesk.common.text import fold_for_sorting

SHORTEST_STEM = 4


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """``words`` after the first one, folded; an entry that ends in "*" stands for all words that begin so."""

    words: tuple[str, ...]
    weight: float
    is_whole: bool

    def fits(self, following: Sequence[str]) -> bool:
        """Whether the words that follow the first one are this phrase's."""
        if len(following) < len(self.words):
            return False
        for word, wanted in zip(following, self.words, strict=False):
            if word != wanted and not (wanted[-1] == "*" and word.startswith(wanted[:-1])):
                return False
        return True


@dataclass(frozen=True, kw_only=True, eq=False)
class Lexicon:
    """The words of one language as they are looked up, folded: small letters, no accents.

    ``words``: weights from -4 (fury, threats) to +4; ``stems``: the same for beginnings of words. ``phrases``: by their first and
    second word, or its ``beginning_key``.
    ``negators`` turn what follows, ``negators_behind`` what stands right before them. ``strengths``: factors of
    words such as "very" and "a bit". ``contrasts``: "but": what follows outweighs what was said before. ``elisions``: "l'", "n'" are
    words of their own.
    """

    language: str
    words: Mapping[str, float]
    stems: Mapping[str, float]
    phrases: Mapping[str, Mapping[str, tuple[Phrase, ...]]]
    negators: frozenset[str]
    negators_behind: frozenset[str]
    strengths: Mapping[str, float]
    contrasts: frozenset[str]
    elisions: bool

    def weight(self, word: str) -> float:
        """The weight of one folded word, 0 for a word that says nothing."""
        found = self.words.get(word)
        if found is not None or len(word) < SHORTEST_STEM:
            return found or 0.0
        for length in range(len(word), SHORTEST_STEM - 1, -1):
            found = self.stems.get(word[:length])
            if found is not None:
                return found
        return 0.0


def lexicon(
    *,
    language: str,
    weighted: Mapping[float, str],
    negators: str,
    negators_behind: str = "",
    strengths: Mapping[float, str],
    contrasts: str,
    elisions: bool = False,
) -> Lexicon:
    """Read the lists of a language's module: entries between commas; "word*" is a stem; several words are a phrase.

    A phrase that holds a negator of the language ("no answer") is taken as it stands and is not turned again.
    """
    words: dict[str, float] = {}
    stems: dict[str, float] = {}
    phrases: dict[str, dict[str, list[Phrase]]] = {}
    turning = frozenset(_entries(negators)) | frozenset(_entries(negators_behind))
    for weight, listed in weighted.items():
        for entry in _entries(listed):
            first, *rest = _parts(entry, elisions=elisions)
            if rest:
                is_whole = not turning.isdisjoint([first, *rest])
                second = beginning_key(rest[0]) if rest[0][-1] == "*" else rest[0]
                phrase = Phrase(words=tuple(rest), weight=weight, is_whole=is_whole)
                phrases.setdefault(first, {}).setdefault(second, []).append(phrase)
            elif first[-1] == "*":
                stems[first[:-1]] = weight
            else:
                words[first] = weight
    return Lexicon(
        language=language,
        words=words,
        stems=stems,
        phrases={
            first: {second: tuple(sorted(some, key=lambda one: -len(one.words))) for second, some in found.items()}
            for first, found in phrases.items()
        },
        negators=frozenset(_entries(negators)),
        negators_behind=frozenset(_entries(negators_behind)),
        strengths={word: factor for factor, listed in strengths.items() for word in _entries(listed)},
        contrasts=frozenset(_entries(contrasts)),
        elisions=elisions,
    )


def beginning_key(word: str) -> str:
    """What phrases are found by whose second word is a beginning, which has at least three letters."""
    return "*" + word[:3]


def _parts(entry: str, *, elisions: bool) -> list[str]:
    return entry.replace("'", "' ").split() if elisions else entry.split()


def _entries(listed: str) -> Iterable[str]:
    return (entry for entry in (fold_for_sorting(one) for one in listed.replace("’", "'").split(",")) if entry)
