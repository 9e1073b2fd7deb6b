"""Adding business seconds and counting them: cases worked by hand, beside the clock changes and across the breaks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tickets.policies.business_time import (
    Week,
    add_business_seconds,
    business_seconds_between,
    is_open,
    next_closing,
    next_opening,
)
from tickets.policies.opening_table import PAGE_DAYS

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600


def span(text):
    start, end = text.split("-")
    return time.fromisoformat(start), time.fromisoformat(end)


def spans(text):
    return [span(part) for part in text.split()]


def every_day(text, zone="Europe/Berlin", **fields):
    return Week(zone=ZoneInfo(zone), spans=dict.fromkeys(range(7), spans(text)), **fields)


def local(text, zone="Europe/Berlin", fold=0):
    """The moment in UTC: a local time that is shown twice equals nothing in another zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


OFFICE = Week(
    zone=BERLIN,
    spans=dict.fromkeys(range(5), spans("09:00-12:00 13:00-17:00")),
    exceptions={
        date(2026, 12, 24): spans("09:00-12:00"),
        date(2026, 12, 25): [],
        date(2026, 12, 20): spans("10:00-12:00 14:00-16:00"),
    },
)


@pytest.mark.parametrize(
    ("at", "hours", "due"),
    [
        # Within a stretch, over lunch, over night, over the weekend (2026-11-23 is a Monday).
        ("2026-11-23T09:00", 2, "2026-11-23T11:00"),
        ("2026-11-23T11:00", 2, "2026-11-23T14:00"),
        ("2026-11-23T16:00", 2, "2026-11-24T10:00"),
        ("2026-11-27T16:30", 1, "2026-11-30T09:30"),
        # Written while nobody is there: counted from the next opening.
        ("2026-11-23T03:00", 1, "2026-11-23T10:00"),
        ("2026-11-23T12:30", 1, "2026-11-23T14:00"),
        ("2026-11-28T11:00", 1, "2026-11-30T10:00"),
        # Used up exactly at closing is due at closing.
        ("2026-11-23T09:00", 3, "2026-11-23T12:00"),
        ("2026-11-23T09:00", 7, "2026-11-23T17:00"),
        ("2026-11-23T09:00", 35, "2026-11-27T17:00"),
        # The half day before the holiday, the holiday, and the Sunday that is open twice.
        ("2026-12-24T11:00", 2, "2026-12-28T10:00"),
        ("2026-12-19T12:00", 3, "2026-12-20T15:00"),
        ("2026-12-18T16:00", 5, "2026-12-20T16:00"),
        # Nothing to wait for: now while it is open or just closing, else the next opening.
        ("2026-11-23T10:00", 0, "2026-11-23T10:00"),
        ("2026-11-23T17:00", 0, "2026-11-23T17:00"),
        ("2026-11-23T17:01", 0, "2026-11-24T09:00"),
        ("2026-11-23T12:30", 0, "2026-11-23T13:00"),
        # Backwards, and exactly at an opening that opening.
        ("2026-11-23T14:00", -2, "2026-11-23T11:00"),
        ("2026-11-23T10:00", -2, "2026-11-20T16:00"),
        ("2026-11-23T13:00", -3, "2026-11-23T09:00"),
        ("2026-11-23T17:00", -4, "2026-11-23T13:00"),
        ("2026-11-22T12:00", -1, "2026-11-20T16:00"),
        ("2026-12-28T09:00", -1, "2026-12-24T11:00"),
    ],
)
def test_seconds_run_in_opening_hours_alone(at, hours, due):
    assert add_business_seconds(OFFICE, at=local(at), seconds=hours * HOUR) == local(due)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-23T09:00", "2026-11-23T17:00", 7),
        ("2026-11-23T11:30", "2026-11-23T13:30", 1),
        ("2026-11-23T12:00", "2026-11-23T13:00", 0),
        ("2026-11-20T16:00", "2026-11-23T10:00", 2),
        ("2026-11-21T00:00", "2026-11-23T00:00", 0),
        ("2026-12-19T00:00", "2026-12-28T00:00", 4 + 3 * 7 + 3),
        ("2026-11-23T17:00", "2026-11-23T09:00", -7),
        ("2026-11-23T10:00", "2026-11-23T10:00", 0),
    ],
)
def test_seconds_between_count_opening_hours_alone(start, end, hours):
    assert business_seconds_between(OFFICE, start=local(start), end=local(end)) == hours * HOUR


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        # Begun (a day shorter) and ended (a day longer) summer time; nights of an hour, and of half an hour.
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        # Changes at midnight itself: the hour is taken from, or added to, the day before or after.
        ("America/Santiago", "2026-09-06", 23),
        ("America/Santiago", "2026-04-04", 25),
        ("America/Havana", "2026-11-01", 25),
        # Quarter hours, offsets with seconds, half an hour lost for good, and the day that Samoa never had.
        ("Asia/Kathmandu", "2026-05-01", 24),
        ("Africa/Monrovia", "1972-01-06", 24),
        ("Africa/Monrovia", "1972-01-07", 24 - 44.5 / 60),
        ("Asia/Pyongyang", "2018-05-04", 23.5),
        ("Pacific/Apia", "2011-12-29", 24),
        ("Pacific/Apia", "2011-12-30", 0),
        ("Pacific/Apia", "2011-12-31", 24),
    ],
)
def test_day_that_is_open_around_the_clock_is_as_long_as_it_really_was(zone, day, hours):
    on = date.fromisoformat(day)
    week = Week(zone=ZoneInfo(zone), spans={}, exceptions={on: spans("00:00-00:00")})
    around = {"start": datetime.combine(on, time(0), UTC) - timedelta(days=2)}
    around["end"] = around["start"] + timedelta(days=5)
    assert business_seconds_between(week, **around) == pytest.approx(hours * HOUR, abs=0)


@pytest.mark.parametrize(
    ("opening", "at", "hours", "due"),
    [
        # 2026-03-29 in Berlin: 02:00 becomes 03:00.
        ("01:00-05:00", "2026-03-29T00:00", 2, "2026-03-29T04:00"),
        ("01:00-05:00", "2026-03-29T00:00", 1, "2026-03-29T03:00"),
        ("02:30-05:00", "2026-03-29T00:00", 1, "2026-03-29T04:00"),
        ("01:00-02:30", "2026-03-29T00:00", 1, "2026-03-29T03:00"),
        ("01:00-02:30", "2026-03-29T00:00", 2, "2026-03-30T02:00"),
        ("22:00-04:00", "2026-03-28T22:00", 5, "2026-03-29T04:00"),
        ("09:00-17:00", "2026-03-28T16:00", 2, "2026-03-29T10:00"),
        ("01:00-05:00", "2026-03-29T05:00", -3, "2026-03-29T01:00"),
        # 2026-10-25: 03:00 becomes 02:00, so 02:30 is shown twice.
        ("01:00-05:00", "2026-10-25T00:00", 3, "2026-10-25T03:00"),
        ("01:00-05:00", "2026-10-25T00:00", 5, "2026-10-25T05:00"),
        ("01:00-02:30", "2026-10-25T00:00", 1.5, "2026-10-25T02:30"),
        ("02:30-05:00", "2026-10-25T00:00", 1, "2026-10-25T02:30+01:00"),
        ("22:00-04:00", "2026-10-24T22:00", 7, "2026-10-25T04:00"),
        ("01:00-05:00", "2026-10-25T05:00", -5, "2026-10-25T01:00"),
    ],
)
def test_nights_of_the_clock_change_count_the_time_that_passes(opening, at, hours, due):
    expected = datetime.fromisoformat(due)
    expected = expected if expected.tzinfo else local(due)
    assert add_business_seconds(every_day(opening), at=local(at), seconds=hours * HOUR) == expected


def test_repeated_half_hour_is_two_different_moments():
    week = every_day("00:00-00:00")
    first, second = local("2026-10-25T02:30"), local("2026-10-25T02:30", fold=1)
    assert business_seconds_between(week, start=first, end=second) == HOUR
    assert add_business_seconds(week, at=first, seconds=HOUR) == second


def test_exception_beside_a_span_that_came_over_midnight_counts_once():
    week = Week(
        zone=BERLIN, spans={4: spans("20:00-04:00")}, exceptions={date(2026, 11, 28): spans("02:00-06:00 05:00-07:00")}
    )
    friday = local("2026-11-27T20:00")
    assert business_seconds_between(week, start=friday, end=local("2026-11-30T00:00")) == 11 * HOUR
    assert next_closing(week, at=friday) == local("2026-11-28T07:00")
    assert add_business_seconds(week, at=friday, seconds=10 * HOUR) == local("2026-11-28T06:00")


def test_span_over_midnight_goes_on_into_a_holiday_and_the_holiday_has_none_of_its_own():
    week = every_day("20:00-04:00", exceptions={date(2026, 12, 25): []})
    assert is_open(week, at=local("2026-12-25T03:59"))
    assert not is_open(week, at=local("2026-12-25T21:00"))
    assert add_business_seconds(week, at=local("2026-12-24T20:00"), seconds=9 * HOUR) == local("2026-12-26T21:00")


def test_turn_of_the_year_is_an_hour_like_any_other():
    week = every_day("22:00-02:00", zone="Asia/Kathmandu")
    begins = local("2026-12-31T22:00", "Asia/Kathmandu")
    assert add_business_seconds(week, at=begins, seconds=3 * HOUR) == begins + timedelta(hours=3)
    always = every_day("00:00-00:00")
    assert add_business_seconds(always, at=begins, seconds=-400 * 86_400) == begins - timedelta(days=400)
    assert business_seconds_between(always, start=begins, end=begins + timedelta(days=4000)) == 4000 * 86_400


def test_span_that_lies_in_two_pages_of_the_table_is_one():
    boundary = datetime.fromtimestamp(224 * PAGE_DAYS * 86_400, UTC)
    week = Week(zone=UTC, spans={}, exceptions={(boundary - timedelta(days=1)).date(): spans("20:00-04:00")})
    opens, closes = boundary - timedelta(hours=4), boundary + timedelta(hours=4)
    assert next_closing(week, at=opens) == closes
    assert is_open(week, at=boundary)
    assert add_business_seconds(week, at=opens, seconds=8 * HOUR) == closes
    assert add_business_seconds(week, at=opens, seconds=4 * HOUR) == boundary
    assert add_business_seconds(week, at=boundary, seconds=0) == boundary
    assert add_business_seconds(week, at=closes, seconds=-5 * HOUR) == boundary - timedelta(hours=1)
    assert business_seconds_between(week, start=opens, end=closes) == 8 * HOUR


def test_closed_week_is_never_due_and_counts_nothing():
    never = Week(zone=BERLIN, spans={})
    at = local("2026-11-23T09:00")
    assert [add_business_seconds(never, at=at, seconds=seconds) for seconds in (-1, 0, 1)] == [None, None, None]
    assert business_seconds_between(never, start=at, end=at + timedelta(days=900)) == 0


def test_opening_behind_the_horizon_is_no_opening():
    week = Week(zone=UTC, spans={}, exceptions={date(2026, 1, 1): spans("09:00-10:00")})
    assert add_business_seconds(week, at=datetime(2024, 12, 1, tzinfo=UTC), seconds=60) == datetime(
        2026, 1, 1, 9, 1, tzinfo=UTC
    )
    assert add_business_seconds(week, at=datetime(2024, 11, 1, tzinfo=UTC), seconds=60) is None
    assert add_business_seconds(week, at=datetime(2027, 1, 1, tzinfo=UTC), seconds=-60) == datetime(
        2026, 1, 1, 9, 59, tzinfo=UTC
    )
    assert add_business_seconds(week, at=datetime(2027, 3, 1, tzinfo=UTC), seconds=-60) is None
    assert add_business_seconds(week, at=datetime(2026, 1, 1, tzinfo=UTC), seconds=3601) is None


@pytest.mark.parametrize("year", [1, 1800, 9999])
def test_any_year_of_the_calendar_can_be_asked(year):
    at = datetime(year, 6, 1, tzinfo=UTC)
    assert next_opening(OFFICE, at=at) is None or next_opening(OFFICE, at=at) >= at
    assert business_seconds_between(OFFICE, start=at, end=at + timedelta(hours=1)) in (0, HOUR)
    assert add_business_seconds(OFFICE, at=at, seconds=1e15) is None
    assert add_business_seconds(OFFICE, at=at, seconds=-1e15) is None


def test_fractions_of_a_second_are_kept_to_the_microsecond():
    at = local("2026-11-23T11:59:59.999999")
    assert add_business_seconds(OFFICE, at=at, seconds=0.000002) == local("2026-11-23T13:00:00.000001")
    assert business_seconds_between(OFFICE, start=at, end=local("2026-11-23T13:00:00.000001")) == 0.000002


def test_time_without_a_zone_is_refused():
    with pytest.raises(TypeError):
        add_business_seconds(OFFICE, at=datetime(2026, 11, 23, 9), seconds=1)  # noqa: DTZ001
