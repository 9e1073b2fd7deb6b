"""The rules of winning a customer back: what may follow what, what may be said, how it ended. Pure.

A case goes noticed -> understood -> apologised -> corrected -> made good -> asked again -> closed. A step is settled when it was done or
skipped with a reason; nothing is promised, apologised or given before the steps that it stands on are settled.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CAUSE, PLAN, APOLOGY, CORRECTION = "cause", "plan", "apology", "correction"
MAKE_GOOD, ASK_AGAIN, REVIEW_UPDATE, CLOSE = "make_good", "ask_again", "review_update", "close"
STEPS = (CAUSE, PLAN, APOLOGY, CORRECTION, MAKE_GOOD, REVIEW_UPDATE, ASK_AGAIN)
WAITING, DONE, SKIPPED = "waiting", "done", "skipped"

STAGES = ("noticed", "understood", "apologised", "corrected", "made_good", "asked_again", "closed")
# What a settled step brings the case to; the plan belongs to understanding, the wish for another review to no stage.
_STAGE_OF = {
    CAUSE: "understood",
    APOLOGY: "apologised",
    CORRECTION: "corrected",
    MAKE_GOOD: "made_good",
    ASK_AGAIN: "asked_again",
    CLOSE: "closed",
}
_STANDS_ON = {
    CAUSE: (),
    PLAN: (CAUSE,),
    APOLOGY: (CAUSE,),
    CORRECTION: (CAUSE, PLAN),
    MAKE_GOOD: (APOLOGY, CORRECTION),
    REVIEW_UPDATE: (APOLOGY, CORRECTION),
    ASK_AGAIN: (APOLOGY, CORRECTION),
}

# How long after a case was closed a gift in it and the wish for another review are still one bargain to whoever looks at it.
GIFT_AND_REVIEW_APART = timedelta(days=180)

REGAINED, LOST, NO_ANSWER, MISTAKEN = "regained", "lost", "no_answer", "mistaken"

REFUSALS: Mapping[str, str | Promise] = {
    "case_closed": _("This case is closed."),
    "cause_first": _("Say first what the cause was, or skip that with a reason."),
    "plan_first": _("Send the customer the plan first, or skip that with a reason."),
    "apology_first": _("Apologise first, or skip that with a reason."),
    "correction_first": _("Correct it first, or skip that with a reason."),
    "no_actions": _("A plan has at least one action."),
    "action_without_date": _("Every action of a plan has its date."),
    "open_actions": _("An action is not done yet. Finish or cancel it first."),
    "nothing_done": _("Nothing is done yet."),
    "already_done": _("This step is done already."),
    "incentive_waiting": _("A make-good gift of this case waits for approval. Decide on that first."),
    "not_solved": _("It is not solved yet: ask for another look at the review when the correction is done."),
    "no_review": _("This case is about no review."),
    "gift_for_review": _(
        "This customer was given something, or will be: he is never asked to change his review for it."
    ),
    "review_for_gift": _(
        "This customer was asked to look at his review again: he is not given anything, so that nobody can say it was bought."
    ),
    "names_no_mistake": _("Say in the apology what went wrong. “Sorry for the inconvenience” is no apology."),
    "open_placeholder": _("A placeholder is still open: fill in or remove “{{ … }}”."),
    "no_question": _(
        "End with exactly one open question of at least three words, so that the customer can say what he thinks of it."
    ),
    "action_not_done": _("This action is not done yet. Tell the customer when it is."),
    "already_told": _("The customer was told of this action already."),
    "no_reason": _("Write down the reason."),
    "no_note": _("Write down how it ended."),
    "regained_needs_told_action": _(
        "Regained needs at least one action that is done and that the customer was told of."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a case stands. ``steps``: kind -> state; actions count without the cancelled ones, those of its cause included.

    ``told``: done actions that the customer was told of, by a message that did not fail. ``has_gift``: something was given or waits
    for approval, and ``was_asked_for_review``: he was asked to look at a review again; both in this case or in another one of the same
    customer that is open or was closed less than ``GIFT_AND_REVIEW_APART`` ago.
    """

    is_closed: bool = False
    steps: Mapping[str, str] = field(default_factory=dict)
    open_actions: int = 0
    undated_actions: int = 0
    done_actions: int = 0
    told_actions: int = 0
    has_gift: bool = False
    has_review: bool = False
    was_asked_for_review: bool = False

    def is_settled(self, kind: str) -> bool:
        """Whether a step was done or skipped."""
        return self.steps.get(kind) in (DONE, SKIPPED)

    def is_done(self, kind: str) -> bool:
        """Whether a step was done."""
        return self.steps.get(kind) == DONE


def step_refusal(kind: str, standing: Standing) -> str:
    """Why this step may not be done now, as a code of ``REFUSALS``; "" when it may. A skipped step may be done after all."""
    if standing.is_closed:
        return "case_closed"
    for earlier in _STANDS_ON[kind]:
        if not standing.is_settled(earlier):
            return f"{earlier}_first"
    own = _OWN_RULES.get(kind)
    return own(standing) if own is not None else ""


def _plan_rule(standing: Standing) -> str:
    if not standing.open_actions and not standing.done_actions:
        return "no_actions"
    return "action_without_date" if standing.undated_actions else ""


def _correction_rule(standing: Standing) -> str:
    if standing.open_actions:
        return "open_actions"
    return "" if standing.done_actions else "nothing_done"


def _make_good_rule(standing: Standing) -> str:
    return "review_for_gift" if standing.was_asked_for_review or standing.is_done(REVIEW_UPDATE) else ""


def _review_rule(standing: Standing) -> str:
    """Only after it is solved, and never in exchange for a gift (as review sites ask, and the FTC's rule on reviews, 16 CFR 465.4)."""
    if not standing.has_review:
        return "no_review"
    if standing.has_gift or standing.steps.get(MAKE_GOOD) in (WAITING, DONE):
        return "gift_for_review"
    return "" if standing.is_done(CORRECTION) and not standing.open_actions else "not_solved"


_OWN_RULES = {
    PLAN: _plan_rule,
    CORRECTION: _correction_rule,
    MAKE_GOOD: _make_good_rule,
    REVIEW_UPDATE: _review_rule,
}


def skip_refusal(kind: str, standing: Standing, *, reason: str) -> str:
    """Why this step may not be skipped: what it stands on comes first, what is done is done, and a reason is needed."""
    if standing.is_closed:
        return "case_closed"
    if standing.is_done(kind):
        return "already_done"
    if kind == MAKE_GOOD and standing.steps.get(kind) == WAITING:
        return "incentive_waiting"
    for earlier in _STANDS_ON[kind]:
        if not standing.is_settled(earlier):
            return f"{earlier}_first"
    return "" if reason.strip() else "no_reason"


def close_refusal(outcome: str, standing: Standing, *, note: str) -> str:
    """Why a case may not be closed like this."""
    if standing.steps.get(MAKE_GOOD) == WAITING:
        return "incentive_waiting"
    if not note.strip():
        return "no_note"
    if outcome == REGAINED and not standing.told_actions:
        return "regained_needs_told_action"
    if outcome == REGAINED and standing.open_actions:
        return "open_actions"
    return ""


def stage_after(stage: str, kind: str) -> str:
    """The furthest stage that a case has reached once ``kind`` is settled."""
    reached = _STAGE_OF.get(kind, stage)
    return max(stage, reached, key=STAGES.index)


def may_ask_again(standing: Standing) -> bool:
    """Whether the customer may be asked by himself: all is settled that he is asked about, and nobody has decided otherwise."""
    return not step_refusal(ASK_AGAIN, standing) and ASK_AGAIN not in standing.steps and not standing.open_actions


# What is said ---------------------------------------------------------------------------------------------------------


def has_open_placeholder(text: str) -> bool:
    """Whether something is left in braces, or half of a pair of them."""
    return "{{" in text or "}}" in text


# When -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One time limit of a case: ``name`` is "first_contact" or "correction"."""

    name: str
    due_at: datetime | None
    met_at: datetime | None


def next_limit_at(limits: Sequence[Limit], *, told_until: datetime | None) -> datetime | None:
    """When the next limit runs out that nobody was told of: the earliest that is not met and lies behind ``told_until``."""
    return min(
        (
            limit.due_at
            for limit in limits
            if limit.due_at is not None and limit.met_at is None and (told_until is None or limit.due_at > told_until)
        ),
        default=None,
    )


def late_limits(limits: Sequence[Limit], *, at: datetime) -> list[Limit]:
    """The limits that are over and not met at ``at``, the earliest first."""
    late = [limit for limit in limits if limit.due_at is not None and limit.met_at is None and limit.due_at <= at]
    return sorted(late, key=lambda limit: limit.due_at or at)


# How it ended ---------------------------------------------------------------------------------------------------------

# How long a computed outcome waits for a person's closing note before the case closes itself.
CLOSES_ITSELF_AFTER = timedelta(days=3)


def computed_outcome(
    *, before: float | None, after: float | None, regained_from: float, told_actions: int, is_over: bool
) -> str:
    """What the scores say: "regained", "lost", "no_answer", or "" while they say nothing.

    ``before`` and ``after`` are ratings of 1 to 10. Regained: at least ``regained_from`` and better than before (where there was a
    vote), after a done action that the customer was told of. Worse or equal is lost. Better but not good enough, or good without any
    told action: a person decides. ``is_over``: the question has expired without an answer.
    """
    if after is None:
        return NO_ANSWER if is_over else ""
    if before is not None and after <= before:
        return LOST
    if after >= regained_from and told_actions:
        return REGAINED
    return LOST if before is None and after < regained_from else ""


def closes_itself(outcome: str) -> bool:
    """Whether a computed outcome is plain enough that the case closes with it after a while. A lost customer deserves a person's word."""
    return outcome in (REGAINED, NO_ANSWER)


def rating_of_stars(stars: float) -> float:
    """Stars of one to five on the common scale of 1 to 10."""
    return 1 + 9 * (stars - 1) / 4


# What opens a case ----------------------------------------------------------------------------------------------------


def cause_of(topic_id: int | None) -> str:
    """What tells one customer's troubles apart."""
    return f"topic:{topic_id}" if topic_id is not None else ""


def response_key(response_id: int) -> str:
    """The signal of a low vote: one a vote, however often it is changed."""
    return f"response:{response_id}"


def review_key(review_id: int, version_at: datetime) -> str:
    """The signal of one version of a review."""
    return f"review:{review_id}:{int(version_at.timestamp())}"


def contact_key(ticket_id: int, contact: int) -> str:
    """The signal of a contact that ended in anger."""
    return f"ticket:{ticket_id}:contact:{contact}"


def repeat_key(ticket_id: int, contact: int) -> str:
    """The signal of a contact that was one too many."""
    return f"ticket:{ticket_id}:contact:{contact}:repeated"


# The events that can be a signal, the first word to a customer, or that word taken back.
SIGNAL_KINDS = frozenset(
    {
        "survey.answered", "review.received", "review.changed", "ticket.resolved", "message.received", "ticket.replied",
        "message.cancelled",
    }
)  # fmt: skip


def bad_reviews(events: Collection[Any], *, up_to: float) -> dict[int, bool]:
    """Review -> whether its newest version is a bad one; a review without stars says nothing. Events oldest first."""
    seen: dict[int, bool] = {}
    for event in events:
        if event.kind in ("review.received", "review.changed") and event.data.get("stars") is not None:
            seen[event.data["review"]] = event.data["stars"] <= up_to
    return seen
