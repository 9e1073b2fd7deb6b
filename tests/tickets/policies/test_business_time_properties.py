"""Business time against an oracle that nobody can misread: one that looks at the wall clock quarter of an hour by quarter."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tickets.policies.business_time import (
    Week,
    add_business_seconds,
    business_seconds_between,
    is_open,
    next_closing,
    next_opening,
)

STEP = timedelta(minutes=15)
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham",
    "America/St_Johns", "Pacific/Apia", "America/Havana",
)  # fmt: skip
# Days around which clocks change in one of the zones, or in none; on 2026-03-04 a page of the table begins.
DAYS = (
    date(2026, 3, 27), date(2026, 10, 23), date(2026, 3, 6), date(2026, 10, 30), date(2026, 10, 2), date(2026, 4, 3),
    date(2026, 7, 1), date(2026, 12, 29), date(2011, 12, 28), date(2026, 9, 25),
    date(2026, 3, 2),
)  # fmt: skip

MONDAY = Week(zone=ZoneInfo("UTC"), spans={0: [(time(9), time(17))]})

quarters = st.integers(0, 95).map(lambda number: time(number // 4, number % 4 * 15))
spans = st.lists(st.tuples(quarters, quarters), max_size=3)
moments = st.tuples(st.sampled_from(DAYS), st.integers(0, 6 * 96 - 1)).map(
    lambda drawn: datetime.combine(drawn[0], time(0), UTC) + drawn[1] * STEP
)
seconds = st.integers(-200_000, 200_000)


@st.composite
def weeks(draw, shortest=0):
    day = draw(st.sampled_from(DAYS))
    return Week(
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        spans=draw(st.dictionaries(st.integers(0, 6), spans.filter(bool), min_size=shortest, max_size=7)),
        exceptions={day + timedelta(days=later): draw(spans) for later in draw(st.sets(st.integers(0, 5), max_size=2))},
    )


def shows_an_open_time(week, at):
    """Whether a span that began today or yesterday holds what the wall clock shows: true where no clock is set back."""
    local = at.astimezone(week.zone).replace(tzinfo=None)
    for day in (local.date(), local.date() - timedelta(days=1)):
        for start, end in week.exceptions.get(day, week.spans.get(day.weekday(), ())):
            begins = datetime.combine(day, start)
            ends = datetime.combine(day if end > start else day + timedelta(days=1), end)
            if begins <= local < ends:
                return True
    return False


def is_set_back_around(week, at):
    """Whether the clock is set back within two days: then a time that is shown twice needs more than a look at the clock."""
    offsets = [(at + timedelta(hours=hours)).astimezone(week.zone).utcoffset() for hours in range(-50, 51)]
    return any(later < earlier for earlier, later in pairwise(offsets))


@settings(max_examples=80, deadline=None)
@given(week=weeks(), at=moments)
def test_is_open_says_what_the_wall_clock_says(week, at):
    assume(not is_set_back_around(week, at))
    for step in range(24):
        assert is_open(week, at=at + step * STEP) is shows_an_open_time(week, at + step * STEP)


@settings(max_examples=100, deadline=None)
@given(week=weeks(), at=moments, steps=st.integers(0, 400))
def test_seconds_between_are_the_open_quarters(week, at, steps):
    expected = sum(is_open(week, at=at + step * STEP) for step in range(steps)) * 900
    assert business_seconds_between(week, start=at, end=at + steps * STEP) == expected
    assert business_seconds_between(week, start=at + steps * STEP, end=at) == -expected


@settings(max_examples=100, deadline=None)
@given(week=weeks(), at=moments, amount=seconds)
def test_what_was_added_is_what_lies_between(week, at, amount):
    due = add_business_seconds(week, at=at, seconds=amount)
    if due is None:
        assert next_opening(week, at=at) is None or not week.spans
    else:
        assert business_seconds_between(week, start=at, end=due) == amount


@settings(max_examples=100, deadline=None)
@given(week=weeks(shortest=1), at=moments, amount=seconds)
@example(week=MONDAY, at=datetime(2026, 7, 6, tzinfo=UTC), amount=28_800)
def test_nothing_is_due_in_closed_time(week, at, amount):
    due = add_business_seconds(week, at=at, seconds=amount)
    just_before = due - timedelta(microseconds=1)
    if amount < 0:
        assert is_open(week, at=due)
    else:
        assert is_open(week, at=due) or is_open(week, at=just_before)
    if amount > 0:
        assert is_open(week, at=just_before)


@settings(max_examples=100, deadline=None)
@given(week=weeks(shortest=1), at=moments, first=st.integers(0, 200_000), second=st.integers(0, 200_000))
def test_adding_twice_is_adding_the_sum(week, at, first, second):
    once = add_business_seconds(week, at=at, seconds=first + second)
    twice = add_business_seconds(week, at=add_business_seconds(week, at=at, seconds=first), seconds=second)
    assert once == twice
    back = add_business_seconds(week, at=at, seconds=-first - second)
    assert add_business_seconds(week, at=add_business_seconds(week, at=at, seconds=-first), seconds=-second) in (
        back,
        next_opening(week, at=back),
    )


@settings(max_examples=100, deadline=None)
@given(week=weeks(shortest=1), at=moments, later=st.integers(0, 300_000), amount=seconds, more=st.integers(0, 9_000))
def test_later_and_more_are_never_due_earlier(week, at, later, amount, more):
    due = add_business_seconds(week, at=at, seconds=amount)
    assert add_business_seconds(week, at=at + timedelta(seconds=later), seconds=amount) >= due
    assert add_business_seconds(week, at=at, seconds=amount + more) >= due


@settings(max_examples=80, deadline=None)
@given(week=weeks(), at=moments)
def test_changes_are_where_the_state_changes(week, at):
    opens, closes = next_opening(week, at=at), next_closing(week, at=at)
    if closes is not None:
        assert opens == at
        assert is_open(week, at=closes - timedelta(microseconds=1))
        assert not is_open(week, at=closes)
        assert business_seconds_between(week, start=at, end=closes) == (closes - at).total_seconds()
    elif opens is not None and opens != at:
        assert is_open(week, at=opens)
        assert business_seconds_between(week, start=at, end=opens) == 0


def test_weeks_that_say_the_same_share_what_was_worked_out():
    first, second = (Week(zone=ZoneInfo("Europe/Berlin"), spans={0: [(time(9), time(17))]}) for _number in range(2))
    assert hash(first) == hash(second)
    assert first.table is second.table


@pytest.mark.parametrize("is_earlier", [True, False])
def test_calendar_closes_its_days_and_an_exception_opens_one_of_them(is_earlier):
    class Feasts:
        def days_off(self, year):
            return {date(year, 12, 25), date(year, 12, 26)}

    week = Week(
        zone=ZoneInfo("Europe/Berlin"),
        spans={day: [(time(9), time(17))] for day in range(7)},
        exceptions={date(2026, 12, 26): [(time(10), time(12))]},
        calendar=Feasts(),
    )
    year = 1990 if is_earlier else 2240
    assert not is_open(week, at=datetime(year, 12, 26, 11, tzinfo=UTC))
    assert is_open(week, at=datetime(2026, 12, 26, 10, tzinfo=UTC))
    start = datetime(2026, 12, 24, 8, tzinfo=UTC)
    assert add_business_seconds(week, at=start, seconds=9 * 3600) == datetime(2026, 12, 26, 10, tzinfo=UTC)
