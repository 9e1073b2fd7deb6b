"""What fits into a channel, and how it travels: tables with their edges."""

from datetime import UTC, datetime, timedelta

import pytest

from channels_app.adapters.base import Limits
from tickets.policies.outgoing import (
    Window,
    find_misfits,
    measure_text,
    most_file_bytes,
    split_into_parts,
    window_state,
)

MB = 1024 * 1024
LIMITS = Limits(
    text=10, public_text=5, caption=4, caption_types=("image/", "application/"), files_apart=True, choices=3, choice_title=4,
    choice_text=8, file_bytes={"image/": 5 * MB, "image/webp": 100, "application/pdf": 9 * MB},
)  # fmt: skip
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)

LENGTHS = [
    ("", "characters", 0),
    ("größer", "characters", 6),
    ("größer", "bytes", 8),
    ("📦", "characters", 1),
    ("📦", "utf16", 2),
    ("📦", "bytes", 4),
    ("a\nb", "characters", 3),
]


@pytest.mark.parametrize(("text", "unit", "length"), LENGTHS)
def test_text_is_counted_as_the_provider_counts(text, unit, length):
    assert measure_text(text, unit) == length


FILES = [
    ("image/jpeg", 5 * MB),
    ("image/webp", 100),
    ("application/pdf", 9 * MB),
    ("application/zip", None),
    ("", None),
]


@pytest.mark.parametrize(("content_type", "most"), FILES)
def test_the_longest_fitting_beginning_of_a_type_decides(content_type, most):
    assert most_file_bytes(LIMITS, content_type) == most


def test_empty_beginning_is_the_rest():
    assert most_file_bytes(Limits(file_bytes={"": 7, "image/": 9}), "text/plain") == 7


MISFITS = [
    ({"text": "x" * 10}, []),
    ({"text": "x" * 11}, ["text_too_long"]),
    ({"text": "x" * 5, "is_public": True}, []),
    ({"text": "x" * 6, "is_public": True}, ["text_too_long"]),
    ({"text": "", "files": [("image/png", 5 * MB)]}, []),
    ({"text": "", "files": [("image/png", 5 * MB + 1)]}, ["file_too_large"]),
    ({"text": "", "files": [("application/zip", 1), ("image/png", 1)]}, ["file_type_refused"]),
    ({"text": "x", "choice_titles": ["Yes", "No", "May"]}, []),
    ({"text": "x", "choice_titles": ["Yes", "No", "May", "Else"]}, ["too_many_choices"]),
    ({"text": "x", "choice_titles": ["Maybe"]}, ["choice_title_too_long"]),
    ({"text": "x", "choice_titles": [""]}, ["choice_title_too_long"]),
    ({"text": "x" * 8, "choice_titles": ["Yes"]}, []),
    ({"text": "x" * 9, "choice_titles": ["Yes"]}, ["text_too_long"]),
    ({"text": " \n", "choice_titles": ["Yes"]}, ["text_missing"]),
    ({"text": "x" * 11, "files": [("application/zip", 1)]}, ["text_too_long", "file_type_refused"]),
]


@pytest.mark.parametrize(("answer", "codes"), MISFITS)
def test_what_does_not_fit_is_named(answer, codes):
    assert [misfit.code for misfit in find_misfits(limits=LIMITS, **answer)] == codes


def test_channel_without_a_limit_takes_any_text():
    assert find_misfits(limits=Limits(), text="x" * 1_000_000) == []


def test_channel_without_buttons_takes_none():
    assert [one.code for one in find_misfits(limits=Limits(), text="x", choice_titles=["Yes"])] == ["too_many_choices"]


DAY, WEEK = timedelta(hours=24), timedelta(days=7)
WINDOWS = [
    (AT, None, None, Window.OPEN),
    (None, None, None, Window.OPEN),
    (None, DAY, None, Window.CLOSED),
    (AT, DAY, None, Window.OPEN),
    (AT - DAY + timedelta(seconds=1), DAY, None, Window.OPEN),
    (AT - DAY, DAY, None, Window.CLOSED),
    (AT - DAY, DAY, WEEK, Window.EXTENDED),
    (AT - WEEK + timedelta(seconds=1), DAY, WEEK, Window.EXTENDED),
    (AT - WEEK, DAY, WEEK, Window.CLOSED),
    (AT + timedelta(minutes=5), DAY, None, Window.OPEN),
]


@pytest.mark.parametrize(("last", "window", "extended", "state"), WINDOWS)
def test_window_runs_from_the_customers_last_message_to_the_second(last, window, extended, state):
    found = window_state(last_customer_message_at=last, window=window, extended_window=extended, at=AT)
    assert found is state


PICTURE, PAPER, SOUND = "image/png", "application/pdf", "audio/ogg"
PARTS = [
    ("text", [], [(True, [])]),
    ("", [PICTURE], [(False, [0])]),
    ("text", [PICTURE], [(True, [0])]),
    ("texts", [PICTURE], [(True, []), (False, [0])]),
    ("text", [SOUND], [(True, []), (False, [0])]),
    ("text", [PICTURE, PAPER], [(True, []), (False, [0]), (False, [1])]),
    ("", [PICTURE, PAPER], [(False, [0]), (False, [1])]),
]


@pytest.mark.parametrize(("text", "types", "parts"), PARTS)
def test_files_that_travel_alone_are_messages_of_their_own(text, types, parts):
    assert split_into_parts(limits=LIMITS, text=text, file_types=types) == parts


def test_buttons_stand_under_the_text_and_never_under_a_file():
    assert split_into_parts(limits=LIMITS, text="text", file_types=[PICTURE], has_choices=True) == [
        (True, []),
        (False, [0]),
    ]


def test_channel_that_takes_everything_together_gets_one_message():
    assert split_into_parts(limits=Limits(), text="text", file_types=[PICTURE, SOUND]) == [(True, [0, 1])]


@pytest.mark.parametrize("text", ["", "text", "texts"])
@pytest.mark.parametrize("count", range(1, 6))
def test_every_part_together_is_the_whole_answer_once(text, count):
    parts = split_into_parts(limits=LIMITS, text=text, file_types=[PICTURE] * count)
    assert sum(has_text for has_text, _indexes in parts) == bool(text)
    assert [index for _has_text, indexes in parts for index in indexes] == list(range(count))
    assert all(len(indexes) <= 1 for _has_text, indexes in parts)
