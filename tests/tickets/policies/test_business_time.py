"""Open or closed, and the next change: lunch breaks, midnights, holidays, clock changes."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tickets.policies.business_time import Week, is_open, next_closing, next_opening

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = [(time(9), time(12)), (time(13), time(17))]
WEEK = Week(zone=BERLIN, spans=dict.fromkeys(range(5), OFFICE))
NIGHT = Week(zone=BERLIN, spans={4: [(time(22), time(2))], 5: [(time(2), time(4))]})
ALWAYS = Week(zone=UTC, spans={day: [(time(0), time(0))] for day in range(7)})


def local(text, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-23T08:59:59", False),
        ("2026-11-23T09:00:00", True),
        ("2026-11-23T12:00:00", False),
        ("2026-11-23T12:59:59", False),
        ("2026-11-23T13:00:00", True),
        ("2026-11-23T16:59:59", True),
        ("2026-11-23T17:00:00", False),
        ("2026-11-22T10:00:00", False),
    ],
)
def test_lunch_break_and_weekend_are_closed(at, expected):
    assert is_open(WEEK, at=local(at)) is expected


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-23T08:00:00", "2026-11-23T09:00:00"),
        ("2026-11-23T10:30:00", "2026-11-23T10:30:00"),
        ("2026-11-23T12:30:00", "2026-11-23T13:00:00"),
        ("2026-11-27T17:00:00", "2026-11-30T09:00:00"),
    ],
)
def test_next_opening_is_now_while_it_is_open(at, opens):
    assert next_opening(WEEK, at=local(at)) == local(opens)


def test_span_over_midnight_belongs_to_the_day_it_begins_on():
    assert is_open(NIGHT, at=local("2026-11-28T01:59:59"))
    assert not is_open(NIGHT, at=local("2026-11-27T01:00:00"))


def test_spans_that_touch_close_once():
    assert next_closing(NIGHT, at=local("2026-11-27T23:00:00")) == local("2026-11-28T04:00:00")


def test_whole_days_never_close():
    assert is_open(ALWAYS, at=local("2026-11-22T00:00:00", UTC))
    closing = next_closing(ALWAYS, at=local("2026-11-22T12:00:00", UTC))
    assert closing is None or closing > local("2027-11-22T00:00:00", UTC)


def test_week_without_a_span_never_opens():
    assert next_opening(Week(zone=BERLIN, spans={}), at=local("2026-11-23T09:00:00")) is None


def test_holiday_closes_the_day_and_an_exception_opens_a_sunday():
    week = Week(
        zone=BERLIN,
        spans=WEEK.spans,
        exceptions={date(2026, 12, 25): [], date(2026, 12, 20): [(time(10), time(14))]},
    )
    assert not is_open(week, at=local("2026-12-25T10:00:00"))
    assert is_open(week, at=local("2026-12-20T13:59:00"))
    assert next_opening(week, at=local("2026-12-24T18:00:00")) == local("2026-12-28T09:00:00")


def test_hour_that_the_clock_change_skips_is_not_open():
    week = Week(zone=BERLIN, spans={6: [(time(2), time(3))]})
    assert not is_open(week, at=datetime(2026, 3, 29, 1, 0, tzinfo=UTC))
    assert not is_open(week, at=datetime(2026, 3, 29, 0, 59, tzinfo=UTC))


def test_night_of_the_long_hour_is_open_an_hour_longer():
    week = Week(zone=BERLIN, spans={6: [(time(1), time(4))]})
    opening = next_opening(week, at=datetime(2026, 10, 24, 12, 0, tzinfo=UTC))
    closing = next_closing(week, at=opening)
    assert (closing - opening).total_seconds() == 4 * 3600


def test_zone_with_an_odd_offset_opens_by_its_own_clock():
    kathmandu = ZoneInfo("Asia/Kathmandu")
    week = Week(zone=kathmandu, spans={0: [(time(10), time(11))]})
    assert next_opening(week, at=datetime(2026, 11, 23, 0, 0, tzinfo=UTC)) == datetime(2026, 11, 23, 4, 15, tzinfo=UTC)
