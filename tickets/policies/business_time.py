"""When a team is there, and the arithmetic of its time: what every limit on a business clock stands on. Pure.

Instants are aware, answers are in UTC; the week is in the team's own time zone. The rules:

- A span belongs to the day it begins on, also what of it lies after midnight; the end of a span is outside it. Where
  spans overlap or touch they are one stretch, and their time counts once.
- A local time that a clock change skips is the change itself; one that is shown twice is the first of the two. A span
  over the repeated hour is that much longer, one over the skipped hour that much shorter: only time that passes counts.
- Time is counted in whole microseconds, so adding and measuring are exact inverses of each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo
from functools import cached_property, lru_cache

from tickets.policies.opening_table import (
    DAY,
    MICROSECONDS,
    PAGE_DAYS,
    Calendar,
    OpeningTable,
    Spans,
    as_datetime,
    as_microseconds,
)

# Beyond this nobody plans ahead: a team that stays closed for longer has no next opening.
HORIZON_DAYS = 400
# No limit runs for longer; it bounds what a mistyped one can cost.
HORIZON_YEARS = 100
_HORIZON = HORIZON_DAYS * DAY
# The pages that the horizons can touch.
_PAGES_AHEAD = HORIZON_DAYS // PAGE_DAYS + 2
_MOST_PAGES = HORIZON_YEARS * 366 // PAGE_DAYS + 1

_Key = tuple[
    tzinfo,
    tuple[tuple[int, tuple[tuple[time, time], ...]], ...],
    tuple[tuple[date, tuple[tuple[time, time], ...]], ...],
    Calendar | None,
]


@dataclass(frozen=True, kw_only=True)
class Week:
    """Spans by weekday (Monday is 0) as (start, end) local times; one that does not end after it starts goes on over midnight.

    ``exceptions`` replace the spans of a day: an empty tuple is a closed day. ``calendar`` names closed days by year;
    an exception goes before it. A week is not changed once it is made; equal ones share what has been worked out.
    """

    zone: tzinfo
    spans: Mapping[int, Sequence[tuple[time, time]]]
    exceptions: Mapping[date, Sequence[tuple[time, time]]] = field(default_factory=dict)
    calendar: Calendar | None = None

    def __hash__(self) -> int:
        return hash(self._key)

    @cached_property
    def _key(self) -> _Key:
        return (
            self.zone,
            tuple(sorted((day, tuple(spans)) for day, spans in self.spans.items())),
            tuple(sorted((day, tuple(spans)) for day, spans in self.exceptions.items())),
            self.calendar,
        )

    @cached_property
    def table(self) -> OpeningTable:
        """What has been worked out of this week."""
        return _table(self._key)


@lru_cache(maxsize=64)
def _table(key: _Key) -> OpeningTable:
    zone, spans, exceptions, calendar = key
    days: dict[int, Spans] = dict(spans)
    return OpeningTable(zone=zone, spans=days, exceptions=dict(exceptions), calendar=calendar)


def is_open(week: Week, *, at: datetime) -> bool:
    """Whether the team is there at this instant; the end of a span is outside it."""
    return _is_open(week.table, as_microseconds(at))


def next_opening(week: Week, *, at: datetime) -> datetime | None:
    """The first instant from ``at`` on at which the team is there (``at`` itself when it is open); None when it never opens."""
    moment = as_microseconds(at)
    opens = _next_opening(week.table, moment)
    if opens is None:
        return None
    return at if opens == moment else as_datetime(opens)


def next_closing(week: Week, *, at: datetime) -> datetime | None:
    """When the opening that runs at ``at`` ends, spans that touch taken together; None when it is closed, or never closes."""
    moment = as_microseconds(at)
    number = week.table.at(moment).number
    closes = moment
    for page in (week.table.page(number + later) for later in range(_PAGES_AHEAD)):
        closes = page.closing(closes) or closes
        if closes < page.ends:
            break
    return as_datetime(closes) if moment < closes < moment + _HORIZON else None


def add_business_seconds(week: Week, *, at: datetime, seconds: float) -> datetime | None:
    """The instant (UTC) by which the team has been there for so many more seconds; below 0, for so many fewer.

    Forwards it is the first such instant: time used up exactly at closing is due at closing, not on the next morning.
    Backwards it is the last such instant: exactly at an opening, that opening. 0 seconds is ``at`` itself while it is
    open or just closing, else the next opening; so nothing is ever due while the team is away.
    None when the team stays away for more than ``HORIZON_DAYS`` before the seconds are used up, or when that takes
    longer than ``HORIZON_YEARS``. Fractions are rounded to microseconds.
    """
    moment, wanted = as_microseconds(at), round(seconds * MICROSECONDS)
    if wanted > 0:
        found = _forwards(week.table, moment, wanted)
    elif wanted < 0:
        found = _backwards(week.table, moment, -wanted)
    else:
        found = moment if _is_open(week.table, moment - 1) else _next_opening(week.table, moment)
    return None if found is None else as_datetime(found)


def business_seconds_between(week: Week, *, start: datetime, end: datetime) -> float:
    """For how many seconds between the two instants the team is there; negative when ``end`` lies before ``start``.

    Exact to the microsecond. Each year in between is worked out once and then looked up.
    """
    first, last = as_microseconds(start), as_microseconds(end)
    if last < first:
        return -_open_between(week.table, last, first) / MICROSECONDS
    return _open_between(week.table, first, last) / MICROSECONDS


def _is_open(table: OpeningTable, at: int) -> bool:
    return table.at(at).closing(at) is not None


def _next_opening(table: OpeningTable, at: int) -> int | None:
    here = table.at(at)
    for page in (table.page(here.number + later) for later in range(_PAGES_AHEAD)):
        opens = page.opening(at)
        if opens is not None:
            return opens if opens - at <= _HORIZON else None
    return None


def _open_between(table: OpeningTable, first: int, last: int) -> int:
    begins, ends = table.at(first), table.at(last)
    whole = sum(table.page(number).total for number in range(begins.number, ends.number))
    return whole + ends.open_until(last) - begins.open_until(first)


def _forwards(table: OpeningTable, at: int, wanted: int) -> int | None:
    """The first instant by which ``wanted`` (above 0) has passed since ``at``."""
    here = table.at(at)
    wanted += here.open_until(at)
    if wanted <= here.total:
        return here.earliest(wanted)
    seen = at
    for page in (table.page(here.number + later) for later in range(_MOST_PAGES)):
        opens = page.opening(seen)
        if (page.ends if opens is None else opens) - seen > _HORIZON:
            return None
        if wanted <= page.total:
            return page.earliest(wanted)
        wanted -= page.total
        seen = seen if opens is None else page.closes[-1]
    return None


def _backwards(table: OpeningTable, at: int, wanted: int) -> int | None:
    """The last instant since which ``wanted`` (above 0) has passed until ``at``."""
    here = table.at(at)
    left = here.open_until(at) - wanted
    if left >= 0:
        return here.latest(left)
    seen = at
    for page in (table.page(here.number - earlier) for earlier in range(_MOST_PAGES)):
        closes = page.last_open(seen)
        if seen - (page.begins if closes is None else closes) > _HORIZON:
            return None
        if left >= 0:
            return page.latest(left)
        left += table.page(page.number - 1).total
        seen = seen if closes is None else page.opens[0]
    return None
