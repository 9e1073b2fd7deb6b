"""What a clock's row says of itself: when it is due, and what has happened to it. Nothing is saved here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tickets.models import SLATimer
from tickets.policies.business_time import Week
from tickets.policies.sla import MOST_HISTORY, Measure, course_of


def set_course(timer: SLATimer, weeks: Mapping[int, Week]) -> None:
    """Set when it is due, or what is left while it stands still, from its start, pauses and limit; ``weeks`` by the key of the hours."""
    week = weeks.get(timer.hours_id) if timer.hours_id is not None else None
    pauses = [
        (datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
        for since, until in timer.pauses
    ]
    course = course_of(
        started_at=timer.started_at,
        pauses=pauses,
        seconds=timer.target_seconds,
        warn_before_seconds=timer.warn_before_seconds,
        measure=Measure(week=week),
    )
    timer.due_at, timer.remaining_seconds = course.due_at, course.remaining_seconds
    timer.paused_at = course.paused_at
    if timer.warned_at is None:
        timer.warn_at = course.warn_at
    timer.state = SLATimer.State.RUNNING if course.due_at is not None else SLATimer.State.PAUSED


def tell(timer: SLATimer, what: str, *, at: datetime, why: str = "") -> None:
    """Add a line to its history: what happened, when, until when it runs since then, and why (a code)."""
    entry = {"at": at.isoformat(), "what": what}
    if timer.due_at is not None:
        entry["due_at"] = timer.due_at.isoformat()
    if why:
        entry["why"] = why
    timer.history = [*timer.history, entry][-MOST_HISTORY:]


def shape_of(timer: SLATimer) -> tuple[Any, ...]:
    """What a person would see of a change: when it is due, or what is left, and since when it counts."""
    return (timer.due_at, timer.remaining_seconds, timer.state, timer.started_at, list(timer.pauses))


def limits_of(timer: SLATimer) -> tuple[Any, ...]:
    """Everything that its policy says of it."""
    hours, pauses_in = timer.hours_id, tuple(timer.pauses_in)
    return (timer.policy_id, timer.target_seconds, timer.warn_before_seconds, timer.clock, hours, pauses_in)
