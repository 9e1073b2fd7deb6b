"""Who gets a ticket, and why not the others."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tickets.policies.assignment import Candidate, Needs, choose
from tickets.policies.presence import effective_presence

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def member(user_id: int, **fields: Any) -> Candidate:
    return Candidate(**({"user_id": user_id, "is_here": True} | fields))


@pytest.mark.parametrize(
    ("candidates", "needs", "method", "chosen", "others"),
    [
        ([], Needs(), "round_robin", None, {}),
        ([member(1, is_here=False), member(2, room=0)], Needs(), "round_robin", None, {1: "not_here", 2: "full"}),
        (
            [member(1, last_assigned_at=NOON), member(2, last_assigned_at=NOON - timedelta(hours=1))],
            Needs(),
            "round_robin",
            2,
            {1: "later_turn"},
        ),
        ([member(1, last_assigned_at=NOON), member(2)], Needs(), "round_robin", 2, {1: "later_turn"}),
        ([member(1, open_tickets=5), member(2, open_tickets=2)], Needs(), "least_busy", 2, {1: "busier"}),
        (
            [member(1, open_tickets=0), member(2, open_tickets=9, skills=("Billing",))],
            Needs(skills=frozenset({"billing"})),
            "least_busy",
            2,
            {1: "lacks_skill"},
        ),
        (
            [member(1, languages=("de",)), member(2, languages=("fr-CA", "en"))],
            Needs(language="fr"),
            "round_robin",
            2,
            {1: "other_language"},
        ),
        ([member(1), member(2, languages=("de",))], Needs(language="fr"), "round_robin", 1, {2: "other_language"}),
        (
            [member(1, skills=("billing",), room=0), member(2)],
            Needs(skills=frozenset({"billing"})),
            "round_robin",
            2,
            {1: "full"},
        ),
    ],
)
def test_whoever_fits_and_has_room_gets_it(
    candidates: list[Candidate], needs: Needs, method: str, chosen: int | None, others: dict[int, str]
) -> None:
    choice = choose(candidates=candidates, needs=needs, method=method)
    assert (choice.user_id, dict(choice.others)) == (chosen, others)


def test_what_spoke_for_the_chosen_one_is_said() -> None:
    one = member(1, skills=("billing",), languages=("fr",))
    choice = choose(candidates=[one], needs=Needs(language="fr", skills=frozenset({"billing"})), method="least_busy")
    assert choice.why == ("has_skill", "speaks_language", "fewest_tickets")


@pytest.mark.parametrize(
    ("said", "away_until", "seen", "state"),
    [
        ("online", None, 1, "online"),
        ("online", None, 11, "away"),
        ("online", None, None, "offline"),
        ("away", None, 1, "away"),
        ("away", NOON + timedelta(hours=1), 1, "away"),
        ("away", NOON - timedelta(minutes=1), 1, "online"),
        ("away", NOON - timedelta(minutes=1), 60, "away"),
        ("offline", None, 1, "offline"),
    ],
)
def test_who_says_online_and_is_not_heard_of_is_away(
    said: str, away_until: datetime | None, seen: int | None, state: str
) -> None:
    presence = effective_presence(
        said=said,
        away_until=away_until,
        seen_at=NOON - timedelta(minutes=seen) if seen is not None else None,
        presence_since=None,
        at=NOON,
    )
    assert presence.state == state
