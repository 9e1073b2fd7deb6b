"""Golden logs: what happened, and the facts that must follow."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reporting.policies.facts import FactValues, fold_events

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANA, BEN = 1, 2


@dataclass(frozen=True)
class Logged:
    kind: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    actor_kind: str = "system"
    actor_id: int | None = None
    sequence: int = 0


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def opened(minutes: float = 0, by: str = "customer", status: str = "new") -> Logged:
    return Logged("ticket.opened", at(minutes), {"channel": 5, "customer": 6, "opened_by": by, "status": status})


def wrote(minutes: float, *, fetched: float | None = None, contact: int = 1, is_auto_reply: bool = False) -> Logged:
    data = {"message": 1, "contact": contact, "sort_at": at(minutes).isoformat(), "is_auto_reply": is_auto_reply}
    return Logged("message.received", at(fetched if fetched is not None else minutes), data, "customer")


def replied(minutes: float, *, message: int = 50, actor_kind: str = "agent", contact: int = 1) -> Logged:
    data = {"message": message, "contact": contact, "conversation": 1}
    return Logged("ticket.replied", at(minutes), data, actor_kind, ANA if actor_kind == "agent" else None)


def did(kind: str, minutes: float, **data: Any) -> Logged:
    return Logged(kind, at(minutes), data, "agent", ANA)


def fold(*log: Logged) -> FactValues:
    return fold_events([Logged(e.kind, e.at, e.data, e.actor_kind, e.actor_id, n) for n, e in enumerate(log, start=1)])


GOLDEN = [
    pytest.param(
        [
            opened(),
            wrote(0, is_auto_reply=True),
            did("ticket.handed_over", 20, conversation=1, waiting_since=at(10).isoformat()),
            replied(30),
        ],
        {"first_response_seconds": 1200, "waiting_started_at": at(10)},
        id="another app answered first, then handed the customer over",
    ),
    pytest.param(
        [opened(), wrote(0), did("review.deleted", 5, review=1, message=1, is_waiting=False)],
        {"is_waiting": False, "first_response_seconds": None},
        id="a deleted review waits for nothing",
    ),
    pytest.param(
        [opened(), wrote(0), wrote(2), did("review.deleted", 5, review=1, message=1, is_waiting=True)],
        {"is_waiting": True},
        id="a deleted review does not answer what else was asked",
    ),
    pytest.param([opened(), wrote(0)], {"first_response_seconds": None, "is_waiting": True}, id="nobody answered yet"),
    pytest.param(
        [opened(), wrote(0), replied(30)],
        {"first_response_seconds": 1800, "is_waiting": False, "first_responder_id": ANA, "agent_reply_count": 1},
        id="answered after half an hour",
    ),
    pytest.param(
        [opened(), wrote(0), wrote(10), wrote(20), replied(30)],
        {"first_response_seconds": 1800, "customer_message_count": 3},
        id="three messages before the answer do not restart the clock",
    ),
    pytest.param(
        [opened(5), wrote(0, fetched=5), replied(30)],
        {"first_response_seconds": 1800, "opened_at": at(0), "waiting_started_at": at(0)},
        id="the clock starts when the customer wrote, not when we fetched it",
    ),
    pytest.param(
        [opened(), wrote(1), replied(0.5)],
        {"first_response_seconds": 0},
        id="clocks that disagree never go below nought",
    ),
    pytest.param(
        [opened(), wrote(0), did("ticket.noted", 5, message=9)],
        {"first_response_seconds": None, "is_waiting": True, "agent_reply_count": 0},
        id="a note is no response",
    ),
    pytest.param(
        [opened(), wrote(0), did("ticket.status_changed", 5, **{"from": "new", "to": "open"}), replied(60)],
        {"first_response_seconds": 3600},
        id="a status click is no response",
    ),
    pytest.param(
        [opened(), wrote(0), replied(1, actor_kind="bot"), replied(40, message=51)],
        {"first_response_seconds": 2400, "agent_reply_count": 1},
        id="a bot's reply is no response of a human",
    ),
    pytest.param(
        [opened(), wrote(0), replied(10, message=7), did("message.cancelled", 10.1, message=7), replied(20, message=8)],
        {"first_response_seconds": 1200, "agent_reply_count": 1},
        id="an undone reply was never given",
    ),
    pytest.param(
        [opened(), wrote(0), replied(10, message=7), did("message.cancelled", 10.1, message=7)],
        {"first_response_seconds": None, "is_waiting": True},
        id="after an undone reply the customer still waits",
    ),
    pytest.param(
        [opened(), wrote(0), replied(10), wrote(60), replied(600)],
        {"first_response_seconds": 600},
        id="only the first answer counts",
    ),
    pytest.param(
        [opened(by="agent"), replied(0), wrote(60), replied(70)],
        {"excluded_because": "agent_opened", "opened_at": at(0), "first_response_seconds": 600},
        id="opened by an agent",
    ),
    pytest.param(
        [opened(), wrote(0, is_auto_reply=True), replied(10)],
        {"first_response_seconds": None, "is_waiting": False, "waiting_started_at": None},
        id="nobody waits behind an automatic mail",
    ),
    pytest.param(
        [opened(), wrote(0), did("ticket.resolved", 30, contact=1)],
        {"first_response_seconds": None, "is_waiting": False, "last_resolved_at": at(30)},
        id="resolved without an answer is neither answered nor waiting",
    ),
    pytest.param(
        [
            opened(),
            wrote(0),
            replied(10),
            did("ticket.resolved", 20, contact=1),
            did("ticket.reopened", 900, by_message=True),
            wrote(900, contact=2),
            replied(930, contact=2),
            did("ticket.resolved", 940, contact=2),
        ],
        {
            "first_response_seconds": 600,
            "reopen_count": 1,
            "first_resolved_at": at(20),
            "last_resolved_at": at(940),
            "contact_count": 2,
            "agent_reply_count": 2,
        },
        id="reopened and resolved again",
    ),
    pytest.param(
        [opened(), wrote(0), did("ticket.resolved", 5, contact=1), did("ticket.reopened", 6, by_message=False)],
        {"is_waiting": True, "reopen_count": 1},
        id="reopened without an answer waits again",
    ),
    pytest.param(
        [opened(), wrote(0), did("ticket.merged", 5, into=8)], {"excluded_because": "merged"}, id="merged away"
    ),
    pytest.param(
        [opened(), wrote(0), did("ticket.merged", 5, into=8), did("ticket.unmerged", 6, **{"from": 8})],
        {"excluded_because": "", "is_waiting": True},
        id="merged and taken apart",
    ),
    pytest.param([opened(), wrote(0), did("ticket.marked_spam", 5)], {"excluded_because": "spam"}, id="spam"),
    pytest.param(
        [opened(), wrote(0), did("ticket.marked_spam", 5), did("ticket.unmarked_spam", 6, status="open")],
        {"excluded_because": "", "is_waiting": True},
        id="no spam after all",
    ),
    pytest.param(
        [opened(status="closed"), wrote(0)],
        {"excluded_because": "spam", "is_waiting": False},
        id="of a blocked customer",
    ),
    pytest.param(
        [
            opened(),
            wrote(0),
            did("ticket.assigned", 1, to_assignee=BEN, to_team=3),
            did("ticket.assigned", 2, to_team=4),
        ],
        {"agent_id": BEN, "team_id": 4},
        id="assigned twice",
    ),
    pytest.param(
        [
            opened(),
            wrote(0),
            replied(5),
            did("survey.sent", 60, invitation=3, message=9),
            did("survey.answered", 61, invitation=3, score=4, previous=None, has_comment=False),
            did("survey.answered", 62, invitation=3, score=9, previous=4, has_comment=True),
        ],
        {"survey_count": 1, "vote_count": 1, "last_score": 9},
        id="voted and changed his mind",
    ),
    pytest.param(
        [opened(), wrote(0)], {"survey_count": 0, "vote_count": 0, "last_score": None}, id="no vote is not nought"
    ),
]


@pytest.mark.parametrize(("log", "facts"), GOLDEN)
def test_log_gives_its_facts(log: list[Logged], facts: dict[str, Any]) -> None:
    values = fold(*log)
    assert {name: getattr(values, name) for name in facts} == facts


@pytest.mark.parametrize("log", [param.values[0] for param in GOLDEN])
def test_same_log_gives_the_same_facts_again(log: list[Logged]) -> None:
    assert fold(*log) == fold(*log)


def test_event_of_a_later_version_changes_no_fact() -> None:
    before, after = fold(opened(), wrote(0)), fold(opened(), wrote(0), did("ticket.painted_blue", 1))
    assert after.last_sequence == 3
    after.last_sequence = before.last_sequence
    assert before == after


def test_resolution_that_was_taken_back_with_its_reply_never_happened() -> None:
    facts = fold(
        opened(),
        wrote(0),
        replied(5, message=50),
        did("ticket.resolved", 5, contact=1),
        did("ticket.reopened", 5.1, by_message=False, is_undo=True),
        did("message.cancelled", 5.1, message=50),
    )
    assert (facts.first_resolved_at, facts.last_resolved_at, facts.reopen_count) == (None, None, 0)
    assert facts.is_waiting
