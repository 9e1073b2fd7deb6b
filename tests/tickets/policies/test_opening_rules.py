"""What a week may say, and how a day is written."""

from datetime import date, time

import pytest

from tickets.policies.opening_rules import (
    ExceptionDay,
    WeekSpan,
    overlapping_spans,
    read_day,
    write_day,
    wrong_days,
)


def clock(text):
    return time.fromisoformat(text)


def week(*spans):
    return [WeekSpan(weekday=day, starts_at=clock(start), ends_at=clock(end)) for day, start, end in spans]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("9-12, 13:00-17:30", "09:00-12:00, 13:00-17:30"),
        ("9am to 5pm", "09:00-17:00"),
        ("9.30 – 12h30 and 1 pm - 5:30 PM", "09:30-12:30, 13:00-17:30"),
        ("13-17 9-12", "09:00-12:00, 13:00-17:00"),
        ("22:00-02:00", "22:00-02:00"),
        ("18-24", "18:00-24:00"),
        ("12am-12pm", "00:00-12:00"),
        ("24h", "00:00-24:00"),
        (" Closed ", ""),
        ("", ""),
    ],
)
def test_day_is_read_as_people_write_it_and_written_as_it_is_read(text, stored):
    assert write_day(read_day(text)) == stored
    assert read_day(stored) == sorted(read_day(text))


@pytest.mark.parametrize("text", ["9", "9-12-13", "25-26", "9:75-10", "nine to five", "13pm-14pm", "9-", "-9"])
def test_day_that_cannot_be_read_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"09:00-12:00, 13:00-17:00"):
        read_day(text)


@pytest.mark.parametrize(
    ("spans", "wrong"),
    [
        ([(0, "09:00", "12:00"), (0, "12:00", "17:00")], []),
        ([(0, "09:00", "12:00"), (0, "11:59", "17:00")], [1]),
        ([(0, "09:00", "12:00"), (1, "09:00", "12:00")], []),
        ([(0, "22:00", "06:00"), (1, "06:00", "09:00")], []),
        ([(0, "22:00", "06:00"), (1, "05:00", "09:00")], [1]),
        ([(0, "05:00", "09:00"), (6, "22:00", "06:00")], [1]),
        ([(day, "00:00", "00:00") for day in range(7)], []),
        ([(0, "09:00", "09:00"), (1, "08:00", "10:00"), (1, "09:30", "10:00")], [1, 2]),
    ],
)
def test_spans_of_a_week_share_no_time(spans, wrong):
    assert list(overlapping_spans(week(*spans))) == wrong


def test_refusal_names_the_other_span():
    text = overlapping_spans(week((6, "22:00", "06:00"), (0, "05:00", "09:00")))[1]
    assert "Sunday 22:00-06:00" in text


DAY, NEXT = date(2026, 12, 20), date(2026, 12, 21)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ([ExceptionDay(on=DAY), ExceptionDay(on=NEXT)], None),
        ([ExceptionDay(on=DAY, starts_at=clock("10:00"), ends_at=clock("12:00")),
          ExceptionDay(on=DAY, starts_at=clock("12:00"), ends_at=clock("14:00"))], None),
        ([ExceptionDay(on=DAY, starts_at=clock("10:00"), ends_at=clock("12:00")),
          ExceptionDay(on=DAY, starts_at=clock("11:00"), ends_at=clock("14:00"))], "overlapping_spans"),
        ([ExceptionDay(on=DAY, starts_at=clock("10:00"), ends_at=clock("12:00")), ExceptionDay(on=DAY)],
         "contradicting_days"),
        ([ExceptionDay(on=DAY), ExceptionDay(on=DAY, name="Again")], "contradicting_days"),
        ([ExceptionDay(on=DAY, starts_at=clock("10:00"))], "incomplete_day"),
    ],
)  # fmt: skip
def test_exceptional_day_is_closed_or_open_and_not_both(days, code):
    found = wrong_days(days)
    assert ([] if code is None else [code]) == [code for code, _text in found.values()]
