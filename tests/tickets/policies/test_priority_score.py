"""The priority score: which reasons it has, what they weigh, and when it changes by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.policies.priority_score import DEFAULT_WEIGHTS, DUE, WAITING, ScoreFacts, Weighing, score, weights_with

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEIGHING = Weighing(weights=DEFAULT_WEIGHTS)


def reasons(**facts: object) -> dict[str, int]:
    made = score(ScoreFacts(**{"priority": "normal", **facts}), weighing=WEIGHING, at=AT)  # type: ignore[arg-type]
    assert made.value == sum(reason.weight for reason in made.reasons)
    return {reason.code: reason.weight for reason in made.reasons}


def ago(**delta: float) -> datetime:
    return AT - timedelta(**delta)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        ({}, []),
        ({"priority": "urgent"}, ["priority_urgent"]),
        ({"priority": "low"}, ["priority_low"]),
        ({"topic_priority": "high", "topic_is_sensitive": True}, ["topic_sensitive", "topic_high"]),
        ({"topic_priority": "normal"}, []),
        ({"is_vip": True}, ["vip"]),
        ({"value": 999.99}, []),
        ({"value": 1000.0}, ["value"]),
        ({"is_live": True, "is_public": True}, ["public", "live"]),
        ({"sentiment": "negative"}, ["sentiment_negative"]),
        ({"sentiment": "negative", "sentiment_is_strong": True}, ["sentiment_strong"]),
        ({"sentiment": "positive", "sentiment_is_strong": True}, []),
        ({"waiting_since": ago(minutes=14, seconds=59)}, []),
        ({"waiting_since": ago(minutes=15)}, ["waiting_15m"]),
        ({"waiting_since": ago(hours=4)}, ["waiting_4h"]),
        ({"waiting_since": ago(days=30)}, ["waiting_72h"]),
        ({"next_due_at": ago(hours=-4, seconds=-1)}, []),
        ({"next_due_at": ago(hours=-4)}, ["due_4h"]),
        ({"next_due_at": ago(minutes=-15)}, ["due_15m"]),
        ({"next_due_at": AT}, ["overdue"]),
        ({"next_due_at": ago(days=3)}, ["overdue"]),
    ],
)
def test_score_has_its_reasons_the_heaviest_first(facts: dict[str, object], codes: list[str]) -> None:
    assert list(reasons(**facts)) == codes


def test_weights_that_were_changed_replace_the_defaults_and_nought_is_no_reason() -> None:
    weighing = Weighing(weights=weights_with({"vip": 0, "public": 7, "unknown": 5, "live": "many", "value": 10**9}))
    made = score(ScoreFacts(priority="normal", is_vip=True, is_public=True, is_live=True), weighing=weighing, at=AT)
    assert {reason.code: reason.weight for reason in made.reasons} == {"live": DEFAULT_WEIGHTS["live"], "public": 7}


@given(
    waited=st.none() | st.integers(min_value=0, max_value=400_000),
    left=st.none() | st.integers(min_value=-100_000, max_value=100_000),
)
def test_score_stays_as_it_is_until_the_instant_it_names(waited: int | None, left: int | None) -> None:
    facts = ScoreFacts(
        priority="normal",
        waiting_since=None if waited is None else ago(seconds=waited),
        next_due_at=None if left is None else ago(seconds=-left),
    )
    first = score(facts, weighing=WEIGHING, at=AT)
    if first.changes_at is None:
        assert score(facts, weighing=WEIGHING, at=AT + timedelta(days=365)).value == first.value
    else:
        assert score(facts, weighing=WEIGHING, at=first.changes_at - timedelta(microseconds=1)).value == first.value
        assert score(facts, weighing=WEIGHING, at=first.changes_at).value > first.value


def test_case_is_scored_anew_at_most_once_a_step() -> None:
    facts = ScoreFacts(priority="normal", waiting_since=AT, next_due_at=AT + timedelta(days=1))
    at, times = AT, 0
    while (following := score(facts, weighing=WEIGHING, at=at).changes_at) is not None:
        at, times = following, times + 1
    assert times <= len(WAITING) + len(DUE)
