"""Contacts: runs of messages without a gap over the session gap."""

from datetime import UTC, datetime, timedelta

import pytest

from tickets.policies.contacts import contact_after, is_over

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GAP = timedelta(hours=12)


@pytest.mark.parametrize(
    ("ends_at", "message_at", "expected"),
    [
        (None, NOON, (1, NOON + GAP)),
        (NOON + GAP, NOON + timedelta(hours=1), (1, NOON + timedelta(hours=13))),
        (NOON + GAP, NOON + GAP, (1, NOON + GAP + GAP)),
        (NOON + GAP, NOON + GAP + timedelta(seconds=1), (2, NOON + GAP + GAP + timedelta(seconds=1))),
        (NOON + GAP, NOON - timedelta(hours=5), (1, NOON + GAP)),
    ],
    ids=["first", "within", "at the very end", "after the gap", "a late one never shortens it"],
)
def test_contact_of_a_message(ends_at, message_at, expected):
    assert contact_after(number=1, ends_at=ends_at, message_at=message_at, session_gap=GAP) == expected


def test_contact_is_over_at_its_end():
    assert is_over(ends_at=NOON, at=NOON)
    assert not is_over(ends_at=NOON, at=NOON - timedelta(seconds=1))
    assert not is_over(ends_at=None, at=NOON)
