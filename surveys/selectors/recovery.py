"""What is known of a recovery case: where it stands, what may come next, who is late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from helpdesk.common.clock import now
from helpdesk.common.remembered import Remembered
from surveys.models import (
    ActionNotice,
    CorrectiveAction,
    CouponCode,
    Invitation,
    RecoveryCase,
    RecoverySettings,
    RecoveryStep,
    RootCause,
)
from surveys.policies.recovery import (
    CLOSES_ITSELF_AFTER,
    DONE,
    GIFT_AND_REVIEW_APART,
    MAKE_GOOD,
    REFUSALS,
    REVIEW_UPDATE,
    STEPS,
    WAITING,
    Limit,
    Standing,
    closes_itself,
    computed_outcome,
    step_refusal,
)
from tickets.models import Message

# A message in one of these states has told nobody anything.
UNTOLD_STATES = (Message.DeliveryState.FAILED, Message.DeliveryState.CANCELLED)


def _load_settings() -> RecoverySettings:
    return RecoverySettings.objects.select_related("team").filter(pk=1).first() or RecoverySettings(pk=1)


# The rules of opening and the limits, as stored; the defaults while nobody has saved any.
recovery_settings = Remembered(_load_settings)
recovery_settings.forget_on_change(RecoverySettings)


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One step as the page shows it: ``state`` is "" while it is open, ``refusal`` why it cannot be done now ("" when it can)."""

    kind: str
    label: str
    state: str
    step: RecoveryStep | None
    refusal: str

    @property
    def refusal_text(self) -> str:
        """The refusal in words."""
        return str(REFUSALS[self.refusal]) if self.refusal else ""


def causes_above(cause_id: int | None) -> list[int]:
    """A root cause and those that it is part of, itself first. One statement; the tree is small."""
    if cause_id is None:
        return []
    parents = dict(RootCause.objects.values_list("pk", "parent_id"))
    found = [cause_id]
    while (above := parents.get(found[-1])) is not None and above not in found:
        found.append(above)
    return found


def causes_below(cause_id: int) -> list[int]:
    """A root cause and all that are part of it."""
    parents = dict(RootCause.objects.values_list("pk", "parent_id"))
    found = [cause_id]
    for one in found:
        found += [pk for pk, parent in parents.items() if parent == one and pk not in found]
    return found


def _about(case: RecoveryCase) -> Q:
    """The actions that count for a case: its own, and those of its cause, but for what was done before it (and did not help)."""
    told = ActionNotice.objects.filter(case=case, told_at__isnull=False).values("action")
    in_time = Q(done_at=None) | Q(done_at__gte=case.opened_at) | Q(pk__in=told)
    return Q(case=case) | (Q(root_cause__in=causes_above(case.root_cause_id)) & in_time)


def actions_of(case: RecoveryCase) -> QuerySet[CorrectiveAction]:
    """What is done for a case: its own actions and those of its cause, without the cancelled ones, in the order of the plan."""
    actions = CorrectiveAction.objects.filter(_about(case), cancelled_at=None).select_related("owner")
    return actions.order_by(F("due_on").asc(nulls_last=True), "position", "id")


def _with_kindred(case: RecoveryCase) -> Q:
    """What belongs to the case, or to another one of the customer that is open or was closed not long ago."""
    lately = Q(case__closed_at=None) | Q(case__closed_at__gte=now() - GIFT_AND_REVIEW_APART)
    return Q(case=case) | Q(case__customer=case.customer_id) & lately


def standing_of(case: RecoveryCase) -> Standing:
    """Where a case stands, for the rules. At most five statements."""
    rows = RecoveryStep.objects.filter(_with_kindred(case)).values_list("case_id", "kind", "state")
    # What was taken back before it left, or never arrived, was not said.
    said = list(rows.exclude(message__isnull=False, message__delivery_state__in=UNTOLD_STATES))
    steps = {kind: state for case_id, kind, state in said if case_id == case.pk}
    anywhere = {(kind, state) for _case, kind, state in said}
    actions = CorrectiveAction.objects.filter(_about(case), cancelled_at=None)
    known = list(actions.values_list("pk", "case_id", "done_at", "due_on"))
    own = [row for row in known if row[1] is not None]
    done = {pk for pk, _case, done_at, _due in known if done_at is not None}
    told = ActionNotice.objects.filter(case=case, action__in=done, told_at__isnull=False)
    told = told.exclude(message__delivery_state__in=UNTOLD_STATES)
    return Standing(
        is_closed=case.closed_at is not None,
        steps=steps,
        # What is being done about a systemic cause takes its own time; the case waits for what is done in it.
        open_actions=sum(done_at is None for _pk, _case, done_at, _due in own),
        undated_actions=sum(done_at is None and due is None for _pk, _case, done_at, due in own),
        done_actions=len(done),
        told_actions=told.count(),
        # A code that was drawn is given, also while the customer does not know of it.
        has_gift=bool(anywhere & {(MAKE_GOOD, WAITING), (MAKE_GOOD, DONE)})
        or CouponCode.objects.filter(_with_kindred(case)).exclude(state=CouponCode.State.FREE).exists(),
        has_review=case.signals.filter(review__isnull=False).exists(),
        was_asked_for_review=(REVIEW_UPDATE, DONE) in anywhere,
    )


def step_views(case: RecoveryCase, standing: Standing | None = None) -> list[StepView]:
    """Every step of a case in its order, with what stands in its way."""
    standing = standing or standing_of(case)
    done = {step.kind: step for step in case.steps.select_related("message", "by")}
    labels = dict(RecoveryStep.Kind.choices)
    return [
        StepView(
            kind=kind,
            label=str(labels[RecoveryStep.Kind(kind)]),
            state=done[kind].state if kind in done else "",
            step=done.get(kind),
            refusal=step_refusal(kind, standing),
        )
        for kind in STEPS
    ]


def limits_of(case: RecoveryCase) -> Sequence[Limit]:
    """The time limits of a case."""
    return (
        Limit(name="first_contact", due_at=case.first_contact_due_at, met_at=case.first_contact_at),
        Limit(name="correction", due_at=case.correction_due_at, met_at=case.corrected_at),
    )


def late_cases(user: Any) -> QuerySet[RecoveryCase]:
    """The open cases that ``user`` may see and whose first contact or correction is over time, the most urgent first."""
    late_contact = Q(first_contact_at=None, first_contact_due_at__lte=Now())
    late_correction = Q(corrected_at=None, correction_due_at__lte=Now())
    cases = RecoveryCase.objects.visible_to(user).open().filter(late_contact | late_correction)
    return cases.select_related("customer", "ticket", "owner").order_by("first_contact_due_at", "id")


def open_cases_of_customer(customer_id: int, user: Any) -> QuerySet[RecoveryCase]:
    """A customer's open cases as far as ``user`` may see them, the newest first."""
    cases = RecoveryCase.objects.visible_to(user).open().filter(customer=customer_id)
    return cases.select_related("owner", "ticket").order_by("-opened_at", "-id")


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What the scores say of a case that was asked again. ``closes_at``: when it closes itself so, None where a person has to."""

    outcome: str
    closes_at: datetime | None = None


def proposal_of(case: RecoveryCase) -> Proposal:
    """The computed outcome of an open case: of the newest vote on the question that was asked again. At most seven statements.

    A question that was held back says nothing about the customer.
    """
    invitation = case.invitation
    if case.closed_at is not None or invitation is None:
        return Proposal(outcome="")
    response = getattr(invitation, "response", None)
    is_over = invitation.state == Invitation.State.EXPIRED
    outcome = computed_outcome(
        before=case.score_before,
        after=response.rating if response is not None else None,
        regained_from=recovery_settings().regained_from,
        told_actions=standing_of(case).told_actions,
        is_over=is_over,
    )
    if not closes_itself(outcome):
        return Proposal(outcome=outcome)
    said_at = (response.changed_at or response.answered_at) if response is not None else invitation.expires_at
    return Proposal(outcome=outcome, closes_at=(said_at or invitation.due_at) + CLOSES_ITSELF_AFTER)
