"""Texts of invented words, the same on every run: common and rare ones as in real language (Zipf)."""

import itertools
import random

VOCABULARY_SIZE = 20_000


class Words:
    """A vocabulary and the texts drawn from it; another seed draws other texts from the same vocabulary."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  nothing secret
        self.vocabulary = _vocabulary()
        self._weights = list(itertools.accumulate(1.0 / (rank + 10) for rank in range(VOCABULARY_SIZE)))

    def draw(self, count: int) -> list[str]:
        """``count`` words, common ones more often."""
        return self._random.choices(self.vocabulary, cum_weights=self._weights, k=count)

    def text(self, count: int) -> str:
        """``count`` words in lines of twelve."""
        words = self.draw(count)
        return "\n".join(" ".join(words[start : start + 12]) for start in range(0, count, 12))


def _vocabulary() -> list[str]:
    source = random.Random(7)  # noqa: S311
    consonants, vowels = "bcdfghklmnprstvz", "aeiou"
    words: set[str] = set()
    while len(words) < VOCABULARY_SIZE:
        syllables = source.choice((2, 3, 3, 4))
        words.add("".join(source.choice(consonants) + source.choice(vowels) for _ in range(syllables)))
    ordered = sorted(words)
    source.shuffle(ordered)
    return ordered
