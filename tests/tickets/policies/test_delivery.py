"""States of outgoing messages and retry times."""

from datetime import timedelta

import pytest

from tickets.policies.delivery import is_progress, retry_delay
from tickets.policies.threading import message_ids_to_look_up, reply_subject


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("sent", "delivered", True), ("delivered", "sent", False), ("sent", "read", True), ("read", "delivered", False),
        ("sent", "failed", True), ("delivered", "failed", True), ("read", "failed", False), ("failed", "failed", False),
        ("failed", "delivered", True), ("failed", "sent", False), ("cancelled", "delivered", False), ("cancelled", "failed", False),
        ("unknown", "delivered", True), ("sending", "sent", True), ("queued", "sent", True), ("sent", "sent", False),
    ],
)  # fmt: skip
def test_state_only_moves_forward(old, new, expected):
    assert is_progress(old=old, new=new) is expected


def test_retries_wait_longer_each_time_up_to_an_hour():
    waits = [retry_delay(attempts=n, asked_seconds=None) for n in range(1, 12)]
    assert waits[:3] == [timedelta(seconds=15), timedelta(seconds=30), timedelta(seconds=60)]
    assert waits[-1] == timedelta(hours=1)


def test_provider_may_ask_for_a_longer_wait():
    assert retry_delay(attempts=1, asked_seconds=90) == timedelta(seconds=90)
    assert retry_delay(attempts=1, asked_seconds=1) == timedelta(seconds=15)


def test_answered_message_is_looked_up_before_older_references():
    assert message_ids_to_look_up(in_reply_to="c", references=["a", "b", "c"]) == ["c", "b", "a"]
    assert message_ids_to_look_up(in_reply_to="", references=[]) == []
    assert len(message_ids_to_look_up(in_reply_to="", references=[str(n) for n in range(500)])) == 20


@pytest.mark.parametrize(
    ("subject", "expected"), [("Help", "Re: Help"), ("Re: Help", "Re: Help"), ("RE: x", "RE: x"), ("", "Re:")]
)
def test_answer_has_one_re(subject, expected):
    assert reply_subject(subject) == expected
