"""How a channel is doing, by what is known of it."""

from datetime import UTC, datetime, timedelta

import pytest

from channels_app.policies.health import ChannelFacts, health_of

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WORKING = {
    "is_active": True, "is_polled": True, "poll_every": timedelta(seconds=30), "failures": 0,
    "last_ok_at": NOW - timedelta(seconds=20), "last_delivery_at": NOW - timedelta(hours=1), "oldest_waiting_at": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "working"),
        ({"is_active": False, "failures": 9}, "paused"),
        ({"failures": 1}, "failing"),
        ({"oldest_waiting_at": NOW - timedelta(minutes=2)}, "working"),
        ({"oldest_waiting_at": NOW - timedelta(minutes=2, seconds=1)}, "behind"),
        ({"last_ok_at": None}, "not tried yet"),
        ({"last_ok_at": NOW - timedelta(minutes=3)}, "working"),
        ({"last_ok_at": NOW - timedelta(minutes=3, seconds=1)}, "late"),
        ({"last_ok_at": NOW - timedelta(minutes=40), "poll_every": timedelta(minutes=10)}, "working"),
        ({"is_polled": False, "last_ok_at": None}, "working"),
        ({"is_polled": False, "failures": 3}, "working"),
        ({"is_polled": False, "last_ok_at": None, "last_delivery_at": None}, "nothing received yet"),
        ({"is_simulated": True, "failures": 3}, "trial"),
        ({"sending_paused_until": NOW + timedelta(seconds=1), "paused_reason": "no"}, "sending paused"),
        ({"sending_paused_until": NOW, "paused_reason": "no"}, "working"),
        ({"sending_paused_until": NOW + timedelta(seconds=1)}, "working"),
        ({"credentials_expire_at": NOW + timedelta(days=14)}, "working"),
        ({"credentials_expire_at": NOW + timedelta(days=14, seconds=-1)}, "credentials expire soon"),
        ({"credentials_expire_at": NOW}, "credentials expired"),
    ],
)
def test_state_is_the_first_thing_that_needs_somebody(changes, word):
    assert str(health_of(ChannelFacts(**WORKING | changes), at=NOW).word) == word


@pytest.mark.parametrize(
    "changes", [{"failures": 1}, {"oldest_waiting_at": NOW - timedelta(hours=1)}, {"last_ok_at": None}]
)
def test_whatever_is_wrong_comes_with_advice(changes):
    assert health_of(ChannelFacts(**WORKING | changes), at=NOW).advice
