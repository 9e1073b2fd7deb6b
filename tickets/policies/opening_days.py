"""The week as it comes: stretches between two instants, and each day's bars for a picture. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tickets.policies.business_time import Week, next_closing, next_opening

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A stretch of one day by its clock: minutes from midnight."""

    start: int
    length: int


@dataclass(frozen=True, kw_only=True)
class OpenDay:
    """One local day: when the team is there, in local time; ``now`` is the minute of the day for today."""

    on: date
    bars: Sequence[Bar]
    now: int | None = None


def open_stretches(week: Week, *, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """When the team is there between the two instants, in order; spans that touch are one."""
    at = start
    while at < end:
        opens = next_opening(week, at=at)
        if opens is None or opens >= end:
            return
        at = min(next_closing(week, at=opens) or end, end)
        yield opens, at


def open_days(week: Week, *, now: datetime, days: int) -> list[OpenDay]:
    """Today, by the clock of the week, and the days after it."""
    local = now.astimezone(week.zone)
    return [
        OpenDay(
            on=local.date() + timedelta(days=later),
            bars=_bars(week, local.date() + timedelta(days=later)),
            now=None if later else local.hour * 60 + local.minute,
        )
        for later in range(days)
    ]


def _bars(week: Week, day: date) -> list[Bar]:
    midnight, next_midnight = (
        datetime.combine(day + timedelta(days=later), time(0), tzinfo=week.zone) for later in (0, 1)
    )
    bars = []
    for opens, closes in open_stretches(week, start=midnight, end=next_midnight):
        start, end = _minute(week, opens, day), _minute(week, closes, day)
        bars.append(Bar(start=start, length=max(end - start, 1)))
    return bars


def _minute(week: Week, at: datetime, day: date) -> int:
    local = at.astimezone(week.zone)
    return DAY_MINUTES if local.date() > day else local.hour * 60 + local.minute
