"""A call in words."""

import pytest

from tickets.policies.call_summary import CallStory, clock, is_missed, tell_call

OVER = {"number": "+447911123456", "is_over": True}


@pytest.mark.parametrize(
    ("fields", "missed"),
    [
        ({}, True),
        ({"choice": "agent"}, True),
        ({"choice": "voicemail"}, True),
        ({"choice": "voicemail", "has_voicemail": True}, False),
        ({"choice": "callback"}, False),
        ({"is_deflected": True}, False),
        ({"talk_seconds": 0}, False),
        ({"is_over": False}, False),
    ],
)
def test_call_is_missed_when_the_caller_went_away_with_nothing(fields, missed):
    assert is_missed(CallStory(**(OVER | fields))) is missed


def test_facts_of_a_call_stand_a_line_each():
    story = CallStory(
        **OVER, waited_seconds=40, talk_seconds=187, hold_seconds=5, agent="Ana Agent", speech="my invoice"
    )
    assert tell_call(story).splitlines() == [
        "Phone call from +447911123456",
        "Waited 0:40",
        "Talked 3:07 with Ana Agent",
        "On hold 0:05",
        "Said: “my invoice”",
    ]
    assert tell_call(CallStory(number="", is_over=False)) == "Phone call, number withheld"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59, "0:59"), (60, "1:00"), (3723, "1:02:03"), (-5, "0:00")]
)
def test_seconds_are_told_as_on_a_telephone(seconds, text):
    assert clock(seconds) == text
