"""What calls do to the facts of a ticket: an answered call is a response, a deflected one waits for the customer's word."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from reporting.policies.facts import FactValues, fold_events

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ANA = 7


@dataclass
class Logged:
    kind: str
    second: int
    data: dict[str, Any] = field(default_factory=dict)
    actor_kind: str = "customer"
    actor_id: int | None = None
    sequence: int = 0

    @property
    def at(self) -> datetime:
        return START + timedelta(seconds=self.second)


def received(second: int) -> Logged:
    at = (START + timedelta(seconds=second)).isoformat()
    return Logged("message.received", second, {"message": second, "sort_at": at, "contact": 1, "is_auto_reply": False})


OPENED = Logged("ticket.opened", 0, {"channel": 1, "customer": 1, "opened_by": "customer", "status": "new"})
CALL = received(0)
ANSWERED = Logged("call.answered", 40, {"message": 1, "contact": 1}, "agent", ANA)
REPLIED = Logged("ticket.replied", 700, {"message": 9, "contact": 1, "conversation": 1}, "agent", ANA)


def deflected(*, has_words: bool) -> Logged:
    return Logged("call.deflected", 20, {"message": 1, "conversation": 2, "channel": 3, "has_words": has_words})


def facts(*events: Logged) -> FactValues:
    return fold_events([OPENED, *events])


def test_answered_call_is_the_first_response_and_no_written_reply() -> None:
    found = facts(CALL, ANSWERED)
    assert (found.first_response_seconds, found.first_responder_id, found.agent_reply_count) == (40, ANA, 0)
    assert not found.is_waiting


def test_reply_after_an_answered_call_is_no_first_response() -> None:
    assert facts(CALL, ANSWERED, REPLIED).first_response_seconds == 40


def test_clock_of_a_deflected_caller_starts_when_he_writes() -> None:
    assert not facts(CALL, deflected(has_words=False)).is_waiting
    assert facts(CALL, deflected(has_words=False), received(600), REPLIED).first_response_seconds == 100


def test_deflected_caller_who_said_what_it_is_about_waits_since_his_call() -> None:
    assert facts(CALL, deflected(has_words=True)).is_waiting
    assert facts(CALL, deflected(has_words=True), received(600), REPLIED).first_response_seconds == 700
