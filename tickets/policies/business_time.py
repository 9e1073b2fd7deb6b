"""When a team is there: open or closed, and the next change. Pure; instants are aware, the week is in the team's own time zone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Beyond this nobody plans ahead: a week without any span has no next opening.
HORIZON_DAYS = 400
_MIDNIGHT = time(0)


@dataclass(frozen=True, kw_only=True)
class Week:
    """Spans by weekday (Monday is 0) as (start, end) local times; one that does not end after it starts goes on over midnight.

    ``exceptions`` replace the spans of a day: an empty tuple is a closed day.
    """

    zone: ZoneInfo
    spans: Mapping[int, Sequence[tuple[time, time]]]
    exceptions: Mapping[date, Sequence[tuple[time, time]]] = field(default_factory=dict)


def is_open(week: Week, *, at: datetime) -> bool:
    """Whether the team is there at this instant; the end of a span is outside it."""
    today = at.astimezone(week.zone).date()
    return any(start <= at < end for start, end in _intervals(week, today - timedelta(days=1), days=2))


def next_opening(week: Week, *, at: datetime) -> datetime | None:
    """The first instant from ``at`` on at which the team is there (``at`` itself when it is open); None when it never opens."""
    if is_open(week, at=at):
        return at
    today = at.astimezone(week.zone).date()
    return next((start for start, _end in _intervals(week, today, days=HORIZON_DAYS) if start >= at), None)


def next_closing(week: Week, *, at: datetime) -> datetime | None:
    """When the opening that runs at ``at`` ends, spans that touch taken together; None when it is closed, or never closes."""
    today = at.astimezone(week.zone).date()
    until: datetime | None = None
    for start, end in _intervals(week, today - timedelta(days=1), days=HORIZON_DAYS):
        if until is None:
            until = end if start <= at < end else None
        elif start <= until:
            until = max(until, end)
        else:
            return until
    return None


def _intervals(week: Week, first: date, *, days: int) -> Iterator[tuple[datetime, datetime]]:
    """The open intervals in UTC that begin on these local days, in order. A time that a clock change skips is the change itself."""
    for offset in range(days):
        day = first + timedelta(days=offset)
        for start, end in sorted(week.exceptions.get(day, week.spans.get(day.weekday(), ()))):
            ends_on = day if end > start else day + timedelta(days=1)
            opened, closed = _instant(day, start, week.zone), _instant(ends_on, end, week.zone)
            if opened < closed:
                yield opened, closed


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
