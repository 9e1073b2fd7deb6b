"""What a week and its exceptions may say, and how a day is written in one line. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import combinations

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

MOST_SPANS = 50
MOST_DAYS = 400
_WEEK_SECONDS = 7 * 86_400
_DASH = re.compile(r"\s*(?:-|–|—|−|\bto\b|\buntil\b)\s*")
_BREAK = re.compile(r"\s*(?:[,;+&/]|\band\b)\s*|\s+")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2}))?\s*(am|pm)?")
_CLOSED = ("", "closed", "-", "–", "x")
_WHOLE_DAY = ("24h", "24", "open", "always", "24/7", "all day")


@dataclass(frozen=True, kw_only=True)
class WeekSpan:
    """One span that begins on a weekday (Monday is 0); one that does not end after it starts goes on over midnight."""

    weekday: int
    starts_at: time
    ends_at: time


@dataclass(frozen=True, kw_only=True)
class ExceptionDay:
    """A day that is not like the others: closed, or open from ``starts_at`` until ``ends_at``. A day may have several."""

    on: date
    name: str = ""
    starts_at: time | None = None
    ends_at: time | None = None


def overlapping_spans(spans: Sequence[WeekSpan]) -> dict[int, str]:
    """What is wrong with a week's spans, by their place: each may begin where another ends, and no earlier."""
    found: dict[int, str] = {}
    for (_first, one), (place, other) in combinations(enumerate(spans), 2):
        if _meet(_seconds_of(one), _seconds_of(other)):
            found.setdefault(
                place,
                _("This span overlaps %(other)s. Let the one end where the other begins.") % {"other": _in_words(one)},
            )
    return found


def wrong_days(days: Sequence[ExceptionDay]) -> dict[int, tuple[str, str]]:
    """(code, what is wrong) with exceptional days, by their place."""
    found: dict[int, tuple[str, str]] = {}
    for place, day in enumerate(days):
        if (day.starts_at is None) != (day.ends_at is None):
            text = _("Give both times, or none of them where the day is closed.")
            found[place] = ("incomplete_day", text)
    for (first, one), (place, other) in combinations(enumerate(days), 2):
        if one.on != other.on or place in found or first in found:
            continue
        if one.starts_at is None or other.starts_at is None:
            is_twice = one.starts_at is other.starts_at
            text = (
                _("This day stands here twice.") if is_twice else _("This day is closed and open: keep one of the two.")
            )
            found[place] = ("contradicting_days", text)
        elif _meet(_seconds_of(_as_span(one)), _seconds_of(_as_span(other))):
            text = _("This span overlaps %(other)s. Let the one end where the other begins.")
            found[place] = ("overlapping_spans", text % {"other": _times(one.starts_at, one.ends_at)})
    return found


def read_day(text: str) -> list[tuple[time, time]]:
    """The spans of a day as people write them: ``9-12, 13:00-17:30``, ``closed`` or empty, ``24h``. Raises ValueError in words."""
    written = " ".join(text.lower().split())
    if written in _CLOSED:
        return []
    if written in _WHOLE_DAY:
        return [(time(0), time(0))]
    return list(_read_spans(_BREAK.split(_DASH.sub("-", re.sub(r"\s+(am|pm)\b", r"\1", written))), text))


def write_day(spans: Sequence[tuple[time, time]]) -> str:
    """The spans as ``read_day`` reads them back; an empty text for a closed day."""
    return ", ".join(_times(start, end) for start, end in sorted(spans))


def _read_spans(parts: Sequence[str], text: str) -> Iterator[tuple[time, time]]:
    refusal = _("“%(text)s” cannot be read. Write spans like 09:00-12:00, 13:00-17:00, or leave the day empty.")
    for part in filter(None, parts):
        ends = part.split("-")
        if len(ends) != 2:
            raise ValueError(refusal % {"text": text})
        try:
            yield _read_time(ends[0]), _read_time(ends[1])
        except ValueError:
            raise ValueError(refusal % {"text": text}) from None


def _read_time(text: str) -> time:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hour, minute, second = (int(found[group] or 0) for group in (1, 2, 3))
    if found[4]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if found[4] == "pm" else 0)
    is_midnight = (hour, minute, second) == (24, 0, 0)
    return time(0) if is_midnight else time(hour, minute, second)


def _times(start: time, end: time | None) -> str:
    begins, ends = (f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}" for at in (start, end or time(0)))
    return f"{begins}-{'24:00' if ends == '00:00' else ends}"


def _in_words(span: WeekSpan) -> str:
    return f"{WEEKDAYS[span.weekday]} {_times(span.starts_at, span.ends_at)}"


def _as_span(day: ExceptionDay) -> WeekSpan:
    return WeekSpan(weekday=0, starts_at=day.starts_at or time(0), ends_at=day.ends_at or time(0))


def _seconds_of(span: WeekSpan) -> tuple[float, float]:
    start, end = (
        at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6 for at in (span.starts_at, span.ends_at)
    )
    begins = span.weekday * 86_400
    return begins + start, begins + (end if end > start else end + 86_400)


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two spans of a week share time; the night of Sunday goes on into Monday."""
    return any(one[0] < other[1] + shift and other[0] + shift < one[1] for shift in (-_WEEK_SECONDS, 0, _WEEK_SECONDS))
