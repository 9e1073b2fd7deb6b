"""The table of statuses, cell by cell, as domain.md writes it."""

import pytest

from helpdesk.common.clock import now
from tickets.policies.lifecycle import next_status, takes_message

VERBS = ("agent_reply", "pending", "hold", "resolve", "agent_reopen", "customer_message", "window_over", "close")
TABLE = {
    "new": ("open", "pending", "on_hold", "resolved", None, "new", None, "closed"),
    "open": ("open", "pending", "on_hold", "resolved", None, "open", None, "closed"),
    "pending": ("pending", "pending", "on_hold", "resolved", "open", "open", None, "closed"),
    "on_hold": ("open", "pending", "on_hold", "resolved", "open", "open", None, "closed"),
    "resolved": ("resolved", None, None, None, "open", "open", "closed", "closed"),
    "closed": (None,) * 8,
}


@pytest.mark.parametrize(
    ("status", "verb", "expected"), [(s, v, e) for s, row in TABLE.items() for v, e in zip(VERBS, row, strict=True)]
)
def test_status_follows_the_table(status, verb, expected):
    assert next_status(status, verb) == expected


def test_resolved_ticket_takes_a_message_until_its_window_is_over():
    moment = now()
    assert takes_message(status="resolved", closes_at=moment, at=moment)
    assert not takes_message(status="resolved", closes_at=moment, at=moment.replace(year=moment.year + 1))
    assert not takes_message(status="closed", closes_at=None, at=moment)
    assert takes_message(status="pending", closes_at=None, at=moment)
