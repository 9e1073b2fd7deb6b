"""From the marks of a call to stretches of talk and hold. Pure, and the same whatever order the marks came in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

MarkName = Literal["answered", "held", "resumed", "leg_ended", "ended"]
_ORDER: dict[MarkName, int] = {"answered": 0, "held": 1, "resumed": 2, "leg_ended": 3, "ended": 4}


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One moment of a call. ``agent``: the telephone that answered; ``talk_seconds``: how long its leg lasted, told at its end."""

    name: MarkName
    at: datetime
    agent: str = ""
    talk_seconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Talk or hold of one agent; ``ended_at`` is None while it runs."""

    kind: Literal["talk", "hold"]
    started_at: datetime
    agent: str
    ended_at: datetime | None = None


def work_of(marks: Iterable[Mark]) -> list[Stretch]:
    """The stretches in their order, without a gap while an agent has the call. Each mark may be there several times.

    A leg that ended without a word of its beginning began as many seconds before as the provider says that it lasted.
    """
    stretches: list[Stretch] = []
    running: Stretch | None = None
    for mark in sorted(_completed(set(marks)), key=lambda one: (one.at, _ORDER[one.name])):
        following: Stretch | None = None
        if running is None and mark.name == "answered":
            following = Stretch(kind="talk", started_at=mark.at, agent=mark.agent)
        elif running is not None and running.kind == "talk" and mark.name == "held":
            following = Stretch(kind="hold", started_at=mark.at, agent=running.agent)
        elif running is not None and running.kind == "hold" and mark.name == "resumed":
            following = Stretch(kind="talk", started_at=mark.at, agent=running.agent)
        elif running is None or mark.name not in ("leg_ended", "ended"):
            continue
        if running is not None:
            stretches.append(replace(running, ended_at=mark.at))
        running = following
    return [*stretches, running] if running is not None else stretches


def _completed(marks: set[Mark]) -> list[Mark]:
    added = []
    ends = sorted((mark for mark in marks if mark.name == "leg_ended"), key=lambda one: one.at)
    before: datetime | None = None
    for end in ends:
        heard = [m for m in marks if m.name == "answered" and m.at <= end.at and (before is None or m.at > before)]
        if not heard and end.talk_seconds:
            added.append(Mark(name="answered", at=end.at - timedelta(seconds=end.talk_seconds)))
        before = end.at
    return [*marks, *added]
