"""The life of a ticket: which status follows which event (domain.md's table). Pure."""

from datetime import datetime
from typing import Literal

OPEN = ("new", "open", "pending", "on_hold")

Verb = Literal["agent_reply", "pending", "hold", "resolve", "agent_reopen", "customer_message", "window_over", "close"]

# status -> verb -> next status; a verb that is missing is refused.
TABLE: dict[str, dict[str, str]] = {
    "new": {
        "agent_reply": "open", "pending": "pending", "hold": "on_hold", "resolve": "resolved",
        "customer_message": "new", "close": "closed",
    },
    "open": {
        "agent_reply": "open", "pending": "pending", "hold": "on_hold", "resolve": "resolved",
        "customer_message": "open", "close": "closed",
    },
    "pending": {
        "agent_reply": "pending", "pending": "pending", "hold": "on_hold", "resolve": "resolved",
        "agent_reopen": "open", "customer_message": "open", "close": "closed",
    },
    "on_hold": {
        "agent_reply": "open", "pending": "pending", "hold": "on_hold", "resolve": "resolved",
        "agent_reopen": "open", "customer_message": "open", "close": "closed",
    },
    "resolved": {
        "agent_reply": "resolved", "agent_reopen": "open", "customer_message": "open",
        "window_over": "closed", "close": "closed",
    },
    "closed": {},
}  # fmt: skip


def next_status(status: str, verb: Verb) -> str | None:
    """The status after ``verb``, or None where it is refused."""
    return TABLE[status].get(verb)


def allowed_verbs(status: str) -> frozenset[str]:
    """What a person may do to a ticket in this status, for buttons and the API's error texts."""
    return frozenset(TABLE[status])


def takes_message(*, status: str, closes_at: datetime | None, at: datetime) -> bool:
    """Whether a customer's message at that instant belongs to this ticket rather than to a follow-up."""
    if status == "closed":
        return False
    return not (status == "resolved" and closes_at is not None and at > closes_at)
