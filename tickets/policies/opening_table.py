"""The open stretches of a week, page by page, with running totals: what business time is read from. Pure.

Instants are whole microseconds since 1970 in UTC, so that sums are exact. A page holds 92 days; its stretches never
touch or overlap, whatever the spans do: an hour in which two spans hold counts once.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import accumulate
from typing import Protocol

Spans = Sequence[tuple[time, time]]

MICROSECONDS = 1_000_000
DAY = 86_400 * MICROSECONDS
PAGE_DAYS = 92
_PAGE = PAGE_DAYS * DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
# As many pages as one table keeps (some 15 KB each): more than a hundred years.
_PAGES_KEPT = 500
# No offset reaches further than a day and a bit (Samoa jumped over 24 hours), and a span goes on for a day at most.
_OVERHANG_DAYS = 3
# Days so near to the ends of the calendar have no neighbours to be worked out with; nobody is open then.
_FIRST_DAY, _LAST_DAY = date.min.toordinal() + 366, date.max.toordinal() - 366


class Calendar(Protocol):
    """Whose public holidays close the week. Hashable and equal by value, so that weeks can share their tables."""

    def days_off(self, year: int) -> Collection[date]:
        """The closed days of a year; empty where nothing is known of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The stretches of 92 days: when each opens and closes, and the open time before and up to its end."""

    number: int
    begins: int
    ends: int
    opens: Sequence[int]
    closes: Sequence[int]
    before: Sequence[int]
    after: Sequence[int]

    @property
    def total(self) -> int:
        return self.after[-1] if self.after else 0

    def opening(self, at: int) -> int | None:
        """The first open instant from this one on: itself while it is open."""
        index = bisect_right(self.closes, at)
        return max(at, self.opens[index]) if index < len(self.opens) else None

    def closing(self, at: int) -> int | None:
        """Where the stretch ends that this instant is in; None while it is closed."""
        index = bisect_right(self.closes, at)
        return self.closes[index] if index < len(self.opens) and self.opens[index] <= at else None

    def last_open(self, at: int) -> int | None:
        """The last instant up to this one before which it is open: itself inside of a stretch, else where one ended."""
        index = bisect_left(self.opens, at) - 1
        return min(at, self.closes[index]) if index >= 0 else None

    def open_until(self, at: int) -> int:
        """The open time of the page that has passed at this instant."""
        index = bisect_right(self.opens, at) - 1
        return 0 if index < 0 else self.before[index] + min(at, self.closes[index]) - self.opens[index]

    def earliest(self, worked: int) -> int:
        """The first instant by which this much (above 0, within the total) has passed: at a stretch's end, that end."""
        index = bisect_left(self.after, worked)
        return self.opens[index] + worked - self.before[index]

    def latest(self, worked: int) -> int:
        """The last instant by which no more than this (below the total) has passed: at a stretch's start, that start."""
        index = bisect_right(self.before, worked) - 1
        return self.opens[index] + worked - self.before[index]


class OpeningTable:
    """The pages of one week, each worked out when it is first asked for."""

    def __init__(
        self,
        *,
        zone: tzinfo,
        spans: Mapping[int, Spans],
        exceptions: Mapping[date, Spans],
        calendar: Calendar | None,
    ) -> None:
        self._zone, self._spans, self._exceptions, self._calendar = zone, spans, exceptions, calendar
        self._pages: dict[int, Page] = {}

    def at(self, at: int) -> Page:
        """The page that holds this instant."""
        return self._pages.get(at // _PAGE) or self.page(at // _PAGE)

    def page(self, number: int) -> Page:
        found = self._pages.get(number)
        if found is None:
            if len(self._pages) >= _PAGES_KEPT:
                self._pages.clear()
            found = self._pages[number] = self._worked_out(number)
        return found

    def _worked_out(self, number: int) -> Page:
        begins, ends = number * _PAGE, (number + 1) * _PAGE
        opens: list[int] = []
        closes: list[int] = []
        for opened, closed in sorted(self._intervals(number)):
            start, end = max(opened, begins), min(closed, ends)
            if start >= end:
                continue
            if closes and start <= closes[-1]:
                closes[-1] = max(closes[-1], end)
            else:
                opens.append(start)
                closes.append(end)
        after = list(accumulate(end - start for start, end in zip(opens, closes, strict=True)))
        before = [0, *after[:-1]] if after else []
        return Page(number=number, begins=begins, ends=ends, opens=opens, closes=closes, before=before, after=after)

    def _intervals(self, number: int) -> Iterator[tuple[int, int]]:
        """What begins on the local days of the page and those around it."""
        first = _EPOCH_DAY + number * PAGE_DAYS
        ordinals = range(max(first - _OVERHANG_DAYS, _FIRST_DAY), min(first + PAGE_DAYS + _OVERHANG_DAYS, _LAST_DAY))
        days = [date.fromordinal(ordinal) for ordinal in ordinals]
        closed = self._days_off({day.year for day in days})
        for day in days:
            spans = self._exceptions.get(day)
            if spans is None:
                spans = () if day in closed else self._spans.get(day.weekday(), ())
            for start, end in spans:
                opened = instant(day, start, self._zone)
                yield opened, instant(day if end > start else day + timedelta(days=1), end, self._zone)

    def _days_off(self, years: Collection[int]) -> frozenset[date]:
        calendar = self._calendar
        return frozenset().union(*(calendar.days_off(year) for year in years)) if calendar else frozenset()


def instant(day: date, at: time, zone: tzinfo) -> int:
    """When the clock of the zone shows this for the first time; of a time that a clock change skips, the change itself."""
    local = datetime.combine(day, at, tzinfo=zone)
    offset, later = _offset(local), _offset(datetime.combine(day, at.replace(fold=1), tzinfo=zone))
    seconds = (day.toordinal() - _EPOCH_DAY) * 86_400 + at.hour * 3_600 + at.minute * 60 + at.second
    shown = seconds * MICROSECONDS + at.microsecond
    return shown - offset if later <= offset else _change(zone, after=shown - later, until=shown - offset)


def as_microseconds(at: datetime) -> int:
    """An aware time as an instant; TypeError for one without a zone."""
    passed = at - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * MICROSECONDS + passed.microseconds


def as_datetime(at: int) -> datetime:
    """The instant in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def _offset(local: datetime) -> int:
    offset = local.utcoffset()
    return 0 if offset is None else (offset.days * 86_400 + offset.seconds) * MICROSECONDS + offset.microseconds


def _change(zone: tzinfo, *, after: int, until: int) -> int:
    """The one instant in (after, until] from which the zone's clock is ahead of what it was; a change falls on a whole second."""
    low, high = after // MICROSECONDS, -(-until // MICROSECONDS)
    old = as_datetime(low * MICROSECONDS).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if as_datetime(middle * MICROSECONDS).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return high * MICROSECONDS
