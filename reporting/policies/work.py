"""How long people worked on a contact, from the stretches that the log tells. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

KINDS = ("talk", "hold", "wrap_up", "active")


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Work of one agent (None: only his telephone is known); ``is_call``: the call's own events told it."""

    kind: str
    agent_id: int | None
    started_at: datetime
    seconds: int
    is_call: bool = False

    @property
    def ended_at(self) -> datetime:
        return self.started_at + timedelta(seconds=self.seconds)


def seconds_by_kind(stretches: Iterable[Stretch]) -> Mapping[str, int] | None:
    """The seconds of each kind, all agents added up; None where there are no stretches, so that nothing known is never 0.

    ``stretches`` are those of one contact. On it, no moment of one agent counts twice: what he did in the workspace while he
    was on the telephone is part of the call.
    """
    of_agents: dict[int | None, list[Stretch]] = {}
    for stretch in stretches:
        if stretch.seconds > 0:
            of_agents.setdefault(stretch.agent_id, []).append(stretch)
    if not of_agents:
        return None
    sums = dict.fromkeys(KINDS, 0.0)
    for theirs in of_agents.values():
        taken: list[tuple[datetime, datetime]] = []
        for stretch in sorted(theirs, key=lambda one: (not one.is_call, one.started_at)):
            sums[stretch.kind] += _free_seconds(stretch, taken)
            taken.append((stretch.started_at, stretch.ended_at))
    return {kind: round(seconds) for kind, seconds in sums.items()}


def _free_seconds(stretch: Stretch, taken: Iterable[tuple[datetime, datetime]]) -> float:
    """How much of the stretch lies outside what is counted already."""
    free, begin = 0.0, stretch.started_at
    for start, end in sorted(taken):
        if end <= begin or start >= stretch.ended_at:
            continue
        free += max(0.0, (start - begin).total_seconds())
        begin = max(begin, end)
    return free + max(0.0, (stretch.ended_at - begin).total_seconds())
