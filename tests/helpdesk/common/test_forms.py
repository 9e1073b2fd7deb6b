"""Lengths of time as people write them."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from helpdesk.common.forms import DurationField, duration_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 d", timedelta(days=7)),
        ("7 days", timedelta(days=7)),
        ("12h", timedelta(hours=12)),
        ("90 min", timedelta(minutes=90)),
        ("1 h 30 min", timedelta(minutes=90)),
        ("1.5 hours", timedelta(minutes=90)),
        ("1,5 h", timedelta(minutes=90)),
        ("2 weeks", timedelta(days=14)),
        ("12:00:00", timedelta(hours=12)),
        ("7 00:00:00", timedelta(days=7)),
        ("0", timedelta(0)),
    ],
)
def test_usual_ways_of_writing_a_duration_are_understood(text, expected):
    assert DurationField().clean(text) == expected


@pytest.mark.parametrize("text", ["soon", "7", "-3 d", "7 lightyears", "99999 weeks", "1 h x", "9" * 400 + " d"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValidationError):
        DurationField().clean(text)


@pytest.mark.parametrize(
    "duration", [timedelta(days=7), timedelta(hours=1, minutes=30), timedelta(seconds=45), timedelta(0)]
)
def test_what_the_page_shows_can_be_saved_unchanged(duration):
    field = DurationField()
    shown = field.prepare_value(duration)
    assert field.clean(shown) == duration
    assert not field.has_changed(duration, shown)


def test_duration_reads_like_text():
    assert duration_words(timedelta(days=1, hours=2, minutes=3)) == "1 d 2 h 3 min"
