from datetime import UTC, datetime, timedelta

import pytest

from surveys.policies.recovery import (
    REFUSALS,
    STEPS,
    Limit,
    Standing,
    close_refusal,
    computed_outcome,
    has_open_placeholder,
    late_limits,
    may_ask_again,
    next_limit_at,
    rating_of_stars,
    skip_refusal,
    stage_after,
    step_refusal,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
D, S, W = "done", "skipped", "waiting"
UNDERSTOOD = {"cause": D}
PLANNED = UNDERSTOOD | {"plan": D}
CORRECTED = PLANNED | {"apology": D, "correction": D}


@pytest.mark.parametrize(
    ("kind", "standing", "refusal"),
    [
        ("cause", Standing(), ""),
        ("cause", Standing(is_closed=True), "case_closed"),
        ("plan", Standing(open_actions=1), "cause_first"),
        ("plan", Standing(steps=UNDERSTOOD), "no_actions"),
        ("plan", Standing(steps=UNDERSTOOD, open_actions=2, undated_actions=1), "action_without_date"),
        ("plan", Standing(steps=UNDERSTOOD, open_actions=1), ""),
        ("plan", Standing(steps={"cause": S}, open_actions=1), ""),
        ("plan", Standing(steps=PLANNED, open_actions=1), ""),
        ("apology", Standing(), "cause_first"),
        ("apology", Standing(steps=UNDERSTOOD), ""),
        ("correction", Standing(steps=UNDERSTOOD, done_actions=1), "plan_first"),
        ("correction", Standing(steps=PLANNED), "nothing_done"),
        ("correction", Standing(steps=PLANNED, done_actions=1, open_actions=1), "open_actions"),
        ("correction", Standing(steps=PLANNED, done_actions=1), ""),
        ("make_good", Standing(steps=PLANNED | {"correction": D}), "apology_first"),
        ("make_good", Standing(steps=PLANNED | {"apology": S}), "correction_first"),
        ("make_good", Standing(steps=CORRECTED), ""),
        ("make_good", Standing(steps=CORRECTED | {"review_update": D}), "review_for_gift"),
        ("make_good", Standing(steps=CORRECTED | {"review_update": S}), ""),
        ("make_good", Standing(steps=CORRECTED, was_asked_for_review=True), "review_for_gift"),
        ("review_update", Standing(steps=CORRECTED), "no_review"),
        ("review_update", Standing(steps=CORRECTED, has_review=True), ""),
        ("review_update", Standing(steps=CORRECTED | {"correction": S}, has_review=True), "not_solved"),
        ("review_update", Standing(steps=CORRECTED, has_review=True, open_actions=1), "not_solved"),
        ("review_update", Standing(steps=PLANNED | {"apology": D}, has_review=True), "correction_first"),
        ("review_update", Standing(steps=CORRECTED | {"make_good": D}, has_review=True), "gift_for_review"),
        ("review_update", Standing(steps=CORRECTED | {"make_good": W}, has_review=True), "gift_for_review"),
        ("review_update", Standing(steps=CORRECTED | {"make_good": S}, has_review=True), ""),
        ("review_update", Standing(steps=CORRECTED, has_review=True, has_gift=True), "gift_for_review"),
        ("ask_again", Standing(steps=CORRECTED | {"apology": S, "correction": S}), ""),
        ("ask_again", Standing(steps=PLANNED), "apology_first"),
    ],
)
def test_step_stands_on_the_steps_before_it(kind: str, standing: Standing, refusal: str) -> None:
    assert step_refusal(kind, standing) == refusal
    assert refusal == "" or str(REFUSALS[refusal])


@pytest.mark.parametrize("kind", STEPS)
def test_every_step_may_be_left_out_with_a_reason_when_its_turn_has_come(kind: str) -> None:
    turn = Standing(steps=dict.fromkeys(("cause", "plan", "apology", "correction"), S) | {kind: S})
    assert skip_refusal(kind, turn, reason=" ") == "no_reason"
    assert skip_refusal(kind, turn, reason="He does not want it.") == ""
    assert skip_refusal(kind, Standing(steps=CORRECTED | {kind: D}), reason="Why not.") == "already_done"


@pytest.mark.parametrize(
    ("outcome", "standing", "note", "refusal"),
    [
        ("regained", Standing(done_actions=1), "Good.", "regained_needs_told_action"),
        ("regained", Standing(done_actions=1, told_actions=1), "Good.", ""),
        ("regained", Standing(done_actions=1, told_actions=1, open_actions=1), "Good.", "open_actions"),
        ("regained", Standing(done_actions=1, told_actions=1), "  ", "no_note"),
        ("lost", Standing(), "He went elsewhere.", ""),
        ("mistaken", Standing(), "", "no_note"),
        ("lost", Standing(steps={"make_good": W}), "He left.", "incentive_waiting"),
    ],
)
def test_case_is_closed_with_a_note_and_regained_needs_an_action_he_was_told_of(
    outcome: str, standing: Standing, note: str, refusal: str
) -> None:
    assert close_refusal(outcome, standing, note=note) == refusal


def test_stage_is_the_furthest_one_reached() -> None:
    assert stage_after("noticed", "cause") == "understood"
    assert stage_after("understood", "plan") == "understood"
    assert stage_after("corrected", "apology") == "corrected"
    assert stage_after("corrected", "review_update") == "corrected"


@pytest.mark.parametrize(
    ("before", "after", "told", "is_over", "outcome"),
    [
        (2, 7, 1, False, "regained"),
        (2, 10, 3, False, "regained"),
        (2, 6.9, 1, False, ""),
        (8, 7, 1, False, "lost"),
        (7, 7, 1, False, "lost"),
        (2, 2, 1, False, "lost"),
        (2, 1, 0, True, "lost"),
        (2, 9, 0, False, ""),
        (None, 7, 1, False, "regained"),
        (None, 6, 1, False, "lost"),
        (2, None, 1, False, ""),
        (2, None, 1, True, "no_answer"),
        (None, None, 0, True, "no_answer"),
    ],
)
def test_scores_say_how_it_ended(
    before: float | None, after: float | None, told: int, is_over: bool, outcome: str
) -> None:
    said = computed_outcome(before=before, after=after, regained_from=7, told_actions=told, is_over=is_over)
    assert said == outcome


@pytest.mark.parametrize(
    ("text", "is_open"), [("{{ x }}", True), ("left {{ over", True), ("a }} b", True), ("{x}", False)]
)
def test_half_a_placeholder_is_open_too(text: str, is_open: bool) -> None:
    assert has_open_placeholder(text) is is_open


def hours(count: int) -> datetime:
    return START + timedelta(hours=count)


def test_next_limit_is_the_earliest_that_nobody_met_or_was_told_of() -> None:
    limits = (
        Limit(name="first_contact", due_at=hours(24), met_at=None),
        Limit(name="correction", due_at=hours(96), met_at=None),
    )
    assert next_limit_at(limits, told_until=None) == hours(24)
    assert next_limit_at(limits, told_until=hours(24)) == hours(96)
    assert next_limit_at(limits, told_until=hours(96)) is None
    met = (Limit(name="first_contact", due_at=hours(24), met_at=hours(1)), limits[1])
    assert next_limit_at(met, told_until=None) == hours(96)
    assert [limit.name for limit in late_limits(limits, at=hours(24))] == ["first_contact"]
    assert [limit.name for limit in late_limits(met, at=hours(100))] == ["correction"]


def test_customer_is_asked_again_by_himself_once_all_is_settled() -> None:
    assert may_ask_again(Standing(steps=CORRECTED))
    assert not may_ask_again(Standing(steps=CORRECTED | {"ask_again": S}))
    assert not may_ask_again(Standing(steps=CORRECTED, open_actions=1))
    assert not may_ask_again(Standing(steps=PLANNED | {"correction": D}))


def test_stars_and_scores_meet_on_one_scale() -> None:
    assert [rating_of_stars(stars) for stars in (1, 3, 5)] == [1, 5.5, 10]
