"""When a clock is due, by tables worked out by hand and by what holds for every clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets.policies.business_time import Week, is_open
from tickets.policies.sla import Measure, course_of, pauses_in_log, with_mark

HOUR = 3600
BERLIN = ZoneInfo("Europe/Berlin")
DAY = ((time(9), time(12)), (time(13), time(17)))
NIGHT = ((time(22), time(6)),)
# 25 December 2026 is a Friday.
WEEK = Week(zone=BERLIN, spans=dict.fromkeys(range(5), DAY), exceptions={date(2026, 12, 25): ()})
NIGHTS = Week(zone=BERLIN, spans=dict.fromkeys(range(7), NIGHT))


def berlin(day: int, clock: str, *, month: int = 11, year: int = 2026) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("week", "started_at", "hours", "pauses", "due_at"),
    [
        pytest.param(WEEK, berlin(2, "11:00"), 2, [], berlin(2, "14:00"), id="over the lunch break"),
        pytest.param(WEEK, berlin(2, "09:00"), 3, [], berlin(2, "12:00"), id="used up when the break begins"),
        pytest.param(WEEK, berlin(6, "16:30"), 1, [], berlin(9, "09:30"), id="over a weekend"),
        pytest.param(WEEK, berlin(7, "03:00"), 1, [], berlin(9, "10:00"), id="written on a Saturday"),
        pytest.param(
            WEEK, berlin(24, "16:00", month=12), 2, [], berlin(28, "10:00", month=12), id="over a holiday and a weekend"
        ),
        pytest.param(
            NIGHTS, berlin(24, "23:00", month=10), 4, [], datetime(2026, 10, 25, 1, tzinfo=UTC), id="the night that is an hour longer"
        ),
        pytest.param(
            NIGHTS, berlin(28, "23:00", month=3), 4, [], berlin(29, "04:00", month=3), id="the night that is an hour shorter"
        ),
        pytest.param(
            WEEK, berlin(2, "09:00"), 4, [(berlin(2, "10:00"), berlin(2, "14:00"))], berlin(2, "17:00"),
            id="a pause over the break costs the open hours in it alone",
        ),
        pytest.param(
            WEEK, berlin(6, "16:00"), 2, [(berlin(6, "18:00"), berlin(8, "12:00"))], berlin(9, "10:00"),
            id="a pause while closed costs nothing",
        ),
        pytest.param(
            None, berlin(2, "09:00"), 4, [(berlin(2, "10:00"), berlin(3, "10:00"))], berlin(3, "13:00"), id="around the clock"
        ),
        pytest.param(
            None, berlin(2, "09:00"), 1, [(berlin(2, "11:00"), None)], berlin(2, "10:00"), id="a pause after it was due"
        ),
    ],
)  # fmt: skip
def test_clock_is_due_when_its_counted_time_is_over(week, started_at, hours, pauses, due_at):
    course = course_of(
        started_at=started_at, pauses=pauses, seconds=hours * HOUR, warn_before_seconds=None, measure=Measure(week=week)
    )
    assert course.due_at == due_at


def test_paused_clock_keeps_what_is_left():
    course = course_of(
        started_at=berlin(2, "11:00"), pauses=[(berlin(2, "14:00"), None)], seconds=6 * HOUR, warn_before_seconds=HOUR,
        measure=Measure(week=WEEK),
    )  # fmt: skip
    assert (course.due_at, course.warn_at, course.remaining_seconds) == (None, None, 4 * HOUR)


def test_warning_counts_back_in_open_hours_and_not_before_the_start():
    monday = course_of(
        started_at=berlin(6, "16:30"), pauses=[], seconds=HOUR, warn_before_seconds=2700, measure=Measure(week=WEEK)
    )
    assert monday.warn_at == berlin(6, "16:45")
    early = course_of(
        started_at=berlin(2, "09:00"), pauses=[], seconds=600, warn_before_seconds=900, measure=Measure(week=None)
    )
    assert early.warn_at == berlin(2, "09:00")


def test_pauses_are_read_from_the_log():
    log = [
        (berlin(2, "08:00"), "pending"), (berlin(2, "10:00"), "open"), (berlin(2, "11:00"), "on_hold"),
        (berlin(2, "12:00"), "pending"), (berlin(2, "13:00"), "open"),
    ]  # fmt: skip
    spans = pauses_in_log(
        log, started_at=berlin(2, "09:00"), at=berlin(2, "15:00"), status="pending", pauses_in=("pending", "on_hold")
    )
    assert spans == [
        (berlin(2, "09:00"), berlin(2, "10:00")), (berlin(2, "11:00"), berlin(2, "13:00")), (berlin(2, "15:00"), None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "comes", "after"),
    [
        ("", "warning", "warning"),
        ("", "breach", "breach"),
        ("warning", "breach", "both"),
        ("both", "breach", "both"),
        ("again", "breach", "breach"),
    ],
)
def test_mark_says_all_that_is_to_be_carried_out(before, comes, after):
    assert with_mark(before, comes) == after


moments = st.integers(0, 700 * 86_400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
pause_lists = st.lists(st.tuples(st.integers(0, 3 * 86_400), st.integers(0, 2 * 86_400)), max_size=4)


def spans_from(started_at: datetime, pauses: list[tuple[int, int]]) -> list[tuple[datetime, datetime | None]]:
    spans, at = [], started_at
    for gap, length in pauses:
        since = at + timedelta(seconds=gap)
        at = since + timedelta(seconds=length)
        spans.append((since, at))
    return spans


@settings(max_examples=60, deadline=None)
@given(moments, pause_lists, st.integers(1, 200 * HOUR), st.sampled_from([WEEK, NIGHTS]))
def test_business_clock_is_never_due_in_closed_time(started_at, pauses, seconds, week):
    spans = spans_from(started_at, pauses)
    due_at = course_of(
        started_at=started_at, pauses=spans, seconds=seconds, warn_before_seconds=None, measure=Measure(week=week)
    ).due_at
    assert due_at is not None
    assert is_open(week, at=due_at) or is_open(week, at=due_at - timedelta(microseconds=1))


@settings(max_examples=60, deadline=None)
@given(moments, pause_lists, st.integers(1, 200 * HOUR), st.sampled_from([WEEK, NIGHTS, None]))
def test_pausing_never_shortens(started_at, pauses, seconds, week):
    spans = spans_from(started_at, pauses)
    courses = [
        course_of(
            started_at=started_at, pauses=some, seconds=seconds, warn_before_seconds=None, measure=Measure(week=week)
        ).due_at
        for some in ([], spans[:-1], spans)
    ]
    assert courses == sorted(courses)
