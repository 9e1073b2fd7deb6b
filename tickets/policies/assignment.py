"""Who gets a ticket: of those who are there and have room, whoever fits best; and why not the others. Pure.

Fitting comes first: somebody with the skill and the language goes before somebody with one of them, and he before the rest. Who has
named no language is taken to speak the ticket's. Among equals the team's rule decides.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A member of the team. ``capacity`` None: without limit; the lower of his limits with what is left of each is ``room``."""

    user_id: int
    is_here: bool
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    open_tickets: int = 0
    room: int | None = None
    last_assigned_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What the ticket asks for. ``skills``: its topic with those above it, and its tags; one of them is enough."""

    language: str = ""
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """``user_id`` None: nobody could take it. ``why``: what spoke for the chosen one; ``others``: person -> why not he."""

    user_id: int | None
    why: tuple[str, ...] = ()
    others: Mapping[int, str] = field(default_factory=dict)


def choose(*, candidates: Sequence[Candidate], needs: Needs, method: str, besides: Collection[int] = ()) -> Choice:
    """Choose by ``method`` ("round_robin" or "least_busy"). ``besides``: people who shall not get it, such as who just gave it back."""
    refused = {one.user_id: reason for one in candidates if (reason := _refusal(one, besides))}
    free = [one for one in candidates if one.user_id not in refused]
    if not free:
        return Choice(user_id=None, others=refused)
    ranked = sorted(free, key=lambda one: (-_fit(one, needs), *_turn(one, method), one.user_id))
    chosen = ranked[0]
    others = refused | {one.user_id: _lost(one, chosen, needs, method) for one in ranked[1:]}
    return Choice(user_id=chosen.user_id, why=_praise(chosen, needs, method), others=others)


def _refusal(one: Candidate, besides: Collection[int]) -> str:
    if one.user_id in besides:
        return "had_it"
    if not one.is_here:
        return "not_here"
    return "full" if one.room is not None and one.room <= 0 else ""


def _has_skill(one: Candidate, needs: Needs) -> bool:
    return not needs.skills.isdisjoint(skill.casefold() for skill in one.skills)


def _speaks(one: Candidate, needs: Needs) -> bool:
    if not needs.language or not one.languages:
        return True
    wanted = needs.language.split("-")[0].casefold()
    return any(language.split("-")[0].casefold() == wanted for language in one.languages)


def _fit(one: Candidate, needs: Needs) -> int:
    return 2 * _has_skill(one, needs) + _speaks(one, needs)


def _turn(one: Candidate, method: str) -> tuple[float, float]:
    last = (one.last_assigned_at or NEVER).timestamp()
    return (0.0, last) if method == "round_robin" else (float(one.open_tickets), last)


def _praise(one: Candidate, needs: Needs, method: str) -> tuple[str, ...]:
    words = []
    if _has_skill(one, needs):
        words.append("has_skill")
    if needs.language and one.languages and _speaks(one, needs):
        words.append("speaks_language")
    return (*words, "next_in_turn" if method == "round_robin" else "fewest_tickets")


def _lost(one: Candidate, chosen: Candidate, needs: Needs, method: str) -> str:
    if _fit(one, needs) < _fit(chosen, needs):
        return "lacks_skill" if _has_skill(chosen, needs) and not _has_skill(one, needs) else "other_language"
    return "later_turn" if method == "round_robin" else "busier"
