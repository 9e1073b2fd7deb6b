"""The shape of one language's words around a score."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from surveys.policies.chat_tokens import fold


def words(text: str) -> frozenset[str]:
    """A set of words, written apart by spaces; folded as the reader folds what customers write."""
    return frozenset(map(fold, text.split()))


@dataclass(frozen=True, kw_only=True)
class ChatWords:
    """What is known of one language; see ``chat_votes`` for the rules.

    ``numbers``: what stands for a score, 0 to 10. ``weak``: words for one that are articles as well and count only where no other
    number stands beside them. ``own``: numbers that mean something else in other languages and count only for customers who speak
    this one, ``doubtful`` ones only where nothing but counting stands beside them.

    ``of`` stands between a score and the best one ("9 out of 10"), ``over`` where the best one comes first ("10 üzerinden 9"). ``to``
    makes two numbers a range. ``points`` is what scores are counted in. ``talk`` says nothing more than that this is a score,
    ``praise`` is courtesy and opinion. ``against`` makes the number behind it something else, in whatever language the rest is read.

    ``but`` begins a new thought. ``no`` turns down the number behind it, ``no_after`` the one before it. ``meant`` replaces what was
    said before. ``asks`` are words of a request or a complaint that somebody must answer, ``opens`` question words, which make a
    question where a thought begins with them. ``up`` and ``down`` answer a question with two thumbs.
    """

    numbers: Mapping[str, int]
    weak: frozenset[str] = field(default_factory=frozenset)
    own: frozenset[str] = field(default_factory=frozenset)
    doubtful: frozenset[str] = field(default_factory=frozenset)
    of: frozenset[str] = field(default_factory=frozenset)
    over: frozenset[str] = field(default_factory=frozenset)
    to: frozenset[str] = field(default_factory=frozenset)
    points: frozenset[str] = field(default_factory=frozenset)
    talk: frozenset[str] = field(default_factory=frozenset)
    praise: frozenset[str] = field(default_factory=frozenset)
    but: frozenset[str] = field(default_factory=frozenset)
    no: frozenset[str] = field(default_factory=frozenset)
    no_after: frozenset[str] = field(default_factory=frozenset)
    meant: frozenset[str] = field(default_factory=frozenset)
    against: frozenset[str] = field(default_factory=frozenset)
    opens: frozenset[str] = field(default_factory=frozenset)
    asks: frozenset[str] = field(default_factory=frozenset)
    up: frozenset[str] = field(default_factory=frozenset)
    down: frozenset[str] = field(default_factory=frozenset)


def counted(text: str, *, first: int = 0) -> dict[str, int]:
    """Number words in their order from ``first``; several for one number are joined by "/", and "-" stands for none."""
    groups = enumerate(text.split(), start=first)
    return {fold(word): number for number, group in groups if group != "-" for word in group.split("/")}
