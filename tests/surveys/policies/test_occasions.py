from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from surveys.policies.occasions import Occasions, is_asked_for, read_occasions

GAP = timedelta(hours=12)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Logged:
    kind: str
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)
    actor_kind: str = "agent"


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def wrote(hours: float, contact: int = 1, message: int = 0, **data: Any) -> Logged:
    return Logged(
        "message.received",
        at(hours),
        {"message": message, "contact": contact, "sort_at": at(hours).isoformat(), **data},
    )


def replied(hours: float, contact: int = 1, message: int = 99) -> Logged:
    return Logged("ticket.replied", at(hours), {"message": message, "contact": contact, "conversation": 1})


def answered_by_bot(hours: float, contact: int = 1) -> Logged:
    return Logged("ticket.replied", at(hours), {"message": 98, "contact": contact, "conversation": 1}, "bot")


def picked_up(hours: float, contact: int = 1, message: int = 0) -> Logged:
    return Logged("call.answered", at(hours), {"message": message, "contact": contact})


def hung_up(hours: float, message: int = 0) -> Logged:
    return Logged("call.ended", at(hours), {"message": message, "talk_seconds": 60})


def resolved(hours: float, contact: int = 1) -> Logged:
    return Logged("ticket.resolved", at(hours), {"contact": contact})


def happened(kind: str, hours: float, **data: Any) -> Logged:
    return Logged(kind, at(hours), data)


def read(*log: Logged) -> Occasions:
    return read_occasions(log, session_gap=GAP)


@pytest.mark.parametrize(
    ("log", "ends"),
    [
        pytest.param([wrote(0)], {}, id="nobody answered"),
        pytest.param([wrote(0), resolved(1)], {}, id="resolved without an answer"),
        pytest.param([wrote(0), happened("ticket.noted", 1, message=5), resolved(2)], {}, id="a note is no answer"),
        pytest.param([wrote(0), replied(1)], {1: at(13)}, id="quiet for the gap after the last message"),
        pytest.param([wrote(0), replied(1), wrote(3)], {1: at(15)}, id="the customer writes on"),
        pytest.param([wrote(0), replied(1), wrote(3, is_auto_reply=True)], {1: at(13)}, id="a vacation note changes nothing"),
        pytest.param([wrote(0, is_auto_reply=True), replied(1)], {}, id="only a robot was answered"),
        pytest.param([wrote(0), replied(1), resolved(2)], {1: at(2)}, id="resolved"),
        pytest.param(
            [wrote(0), replied(1), resolved(2), happened("ticket.reopened", 3, by_message=False)],
            {1: at(13)},
            id="reopened by an agent",
        ),
        pytest.param(
            [wrote(0), replied(1), resolved(2), happened("ticket.reopened", 3, by_message=True), wrote(3)],
            {1: at(15)},
            id="reopened by the customer within the contact",
        ),
        pytest.param(
            [wrote(0), replied(1), resolved(2), happened("ticket.reopened", 30, by_message=True), wrote(30, contact=2)],
            {1: at(2)},
            id="reopened by a new contact",
        ),
        pytest.param(
            [wrote(0), replied(1), wrote(20, contact=2), replied(21, contact=2)], {1: at(13), 2: at(33)}, id="two contacts"
        ),
        pytest.param(
            [wrote(0), replied(1), wrote(3, contact=2)], {1: at(3)}, id="a hold ended the contact before the gap"
        ),
        pytest.param([wrote(0), replied(20, contact=2)], {2: at(32)}, id="answered so late that the answer is a contact"),
        pytest.param([wrote(0), replied(1), replied(48, contact=2)], {1: at(13)}, id="an agent writes on to a silent customer"),
        pytest.param(
            [wrote(0), replied(1, message=7), happened("message.cancelled", 1.1, message=7)], {}, id="the answer was undone"
        ),
        pytest.param(
            [wrote(0), replied(1, message=7), happened("message.cancelled", 1.1, message=7), replied(2, message=8)],
            {1: at(14)},
            id="undone and answered again",
        ),
        pytest.param([happened("ticket.opened", 0, opened_by="agent"), replied(0)], {}, id="an agent wrote first"),
        pytest.param([replied(0), wrote(1), replied(2)], {1: at(14)}, id="an agent wrote first and the customer answered"),
    ],
)  # fmt: skip
def test_answered_contacts_end_when_resolved_or_quiet(log: list[Logged], ends: dict[int, datetime]) -> None:
    assert read(*log).ends_at == ends


@pytest.mark.parametrize(
    ("log", "refusal"),
    [
        ([happened("ticket.marked_spam", 1)], "spam"),
        ([happened("ticket.marked_spam", 1), happened("ticket.unmarked_spam", 2)], ""),
        ([happened("ticket.merged", 1)], "merged"),
        ([happened("ticket.merged", 1), happened("ticket.unmerged", 2)], ""),
        ([wrote(0)], ""),
    ],
)
def test_nobody_is_asked_about_spam_and_merged_tickets(log: list[Logged], refusal: str) -> None:
    assert read(*log).refusal == refusal


@pytest.mark.parametrize(
    ("log", "ends"),
    [
        pytest.param([wrote(0), picked_up(0.1), hung_up(0.2)], {1: at(0.2)}, id="the caller hung up"),
        pytest.param([wrote(0), picked_up(0.1), hung_up(0.2), wrote(1, message=5)], {1: at(13)}, id="and wrote on"),
        pytest.param([wrote(0), hung_up(0.2)], {}, id="nobody picked up"),
    ],
)
def test_call_is_over_when_the_caller_hangs_up(log: list[Logged], ends: dict[int, datetime]) -> None:
    assert read(*log).ends_at == ends


@pytest.mark.parametrize(
    ("log", "resolutions"),
    [
        pytest.param([wrote(0), resolved(1)], {}, id="resolved without an answer"),
        pytest.param([wrote(0), replied(1), resolved(2)], {"resolution:1": (at(2), None)}, id="resolved"),
        pytest.param(
            [wrote(0), replied(1), resolved(2), happened("ticket.reopened", 3, by_message=True), wrote(3), resolved(4)],
            {"resolution:1": (at(2), at(3)), "resolution:2": (at(4), None)},
            id="reopened and resolved again",
        ),
        pytest.param([wrote(0), resolved(1), replied(2), resolved(3)], {"resolution:2": (at(3), None)}, id="answered later"),
    ],
)  # fmt: skip
def test_each_resolution_of_an_answered_ticket_is_an_occasion(
    log: list[Logged], resolutions: dict[str, tuple[datetime, datetime | None]]
) -> None:
    found = read(*log).of_kind("resolution")
    assert {key: (one.at, one.taken_back_at) for key, one in found.items()} == resolutions


@pytest.mark.parametrize(
    ("log", "by_person"),
    [
        ([wrote(0), answered_by_bot(1)], False),
        ([wrote(0), answered_by_bot(1), replied(2)], True),
        ([wrote(0), picked_up(0.1), hung_up(0.2)], True),
    ],
)
def test_contact_that_the_bot_answered_alone_is_known(log: list[Logged], by_person: bool) -> None:
    occasion = read(*log).find("contact:1")
    assert occasion is not None
    assert occasion.is_by_person is by_person


@pytest.mark.parametrize(
    ("key", "is_fit"),
    [
        ("manual:1", True),
        ("api:order 17", True),
        ("recovery:9", True),
        ("contact:1", False),
        ("api:", False),
        ("api:a\nb", False),
        ("api:" + "x" * 57, False),
    ],
)
def test_key_of_what_somebody_asks_for_is_checked(key: str, is_fit: bool) -> None:
    assert is_asked_for(key) is is_fit
