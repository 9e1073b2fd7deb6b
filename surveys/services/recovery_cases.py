"""Taking a case up, understanding it, skipping a step, closing it."""

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput
from surveys.models import CorrectiveAction, RecoveryCase, RecoveryStep, RootCause
from surveys.policies.recovery import (
    ASK_AGAIN,
    CAUSE,
    CLOSE,
    CORRECTION,
    MISTAKEN,
    SKIPPED,
    STEPS,
    close_refusal,
    skip_refusal,
)
from surveys.services.recovery_changes import CaseChange, cleaned, lock_case, refuse_by_rule
from surveys.services.recovery_owners import tell_owner
from tickets.services.actors import Actor


@transaction.atomic
def take_case(*, case_id: int, owner_id: int | None, actor: Actor, expected_version: int | None = None) -> RecoveryCase:
    """Give a case an owner (None: nobody); the new owner is told unless he took it himself.

    Raises NotVisible, Stale, Conflict "case_closed", InvalidInput for somebody who does not work here.
    """
    case = lock_case(case_id, expected_version=expected_version)
    if case.closed_at is not None:
        refuse_by_rule("case_closed")
    if case.owner_id == owner_id:
        return case
    if owner_id is not None and not User.objects.filter(pk=owner_id, is_active=True, is_staff=True).exists():
        raise InvalidInput("unknown_owner", _("Choose somebody who works here."), fields={"owner": "unknown"})
    change = CaseChange(case, actor)
    change.set(owner_id=owner_id)
    change.save()
    if owner_id is not None and owner_id != actor.user_id:
        tell_owner(case, owner_id, key=f"recovery_owner:{case.pk}:{case.version}")
    return case


@transaction.atomic
def understand_case(
    *,
    case_id: int,
    root_cause_id: int,
    analysis: str,
    customer_words: str | None = None,
    actor: Actor,
    expected_version: int | None = None,
) -> RecoveryCase:
    """Say what happened and why; may be said anew while the case is open. ``customer_words`` None leaves them as they are.

    Raises NotVisible, Stale, Conflict "case_closed", InvalidInput with the field.
    """
    case = lock_case(case_id, expected_version=expected_version)
    change = CaseChange(case, actor)
    change.require(CAUSE)
    cause = RootCause.objects.filter(pk=root_cause_id).first()
    if cause is None or (not cause.is_active and cause.pk != case.root_cause_id):
        raise InvalidInput("unknown_cause", _("Choose a cause."), fields={"root_cause": "unknown"})
    said = {"root_cause_id": cause.pk, "analysis": cleaned(analysis, field="analysis")}
    if customer_words is not None:
        said["customer_words"] = cleaned(customer_words, field="customer_words")
    if change.standing().is_done(CAUSE) and all(getattr(case, name) == value for name, value in said.items()):
        return case
    change.set(**said)
    change.settle(CAUSE, data={"root_cause": cause.pk})
    change.advance()
    return change.save()


@transaction.atomic
def skip_step(
    *, case_id: int, kind: str, reason: str, actor: Actor, expected_version: int | None = None
) -> RecoveryStep:
    """Leave a step out, and say why; it may still be done later. The same again changes nothing.

    Raises NotVisible, Stale, InvalidInput for an unknown kind, Conflict ("already_done", "..._first", "case_closed", "incentive_waiting"),
    Unprocessable "no_reason".
    """
    case = lock_case(case_id, expected_version=expected_version)
    if kind not in STEPS:
        raise InvalidInput("unknown_step", _("There is no such step."), fields={"kind": "unknown"})
    why = cleaned(reason, field="reason")
    skipped = case.steps.filter(kind=kind, state=SKIPPED, reason=why).first()
    if skipped is not None and case.closed_at is None:
        return skipped
    change = CaseChange(case, actor)
    refuse_by_rule(skip_refusal(kind, change.standing(), reason=why), field="reason")
    step = change.settle(kind, SKIPPED, reason=why)
    if kind == ASK_AGAIN:
        change.set(ask_again_at=None)
    elif kind == CORRECTION and case.corrected_at is None:
        # Nothing is to be corrected: nobody can be late with it.
        change.set(correction_due_at=None)
    change.advance()
    change.save()
    return step


@transaction.atomic
def close_case(
    *, case_id: int, outcome: str, note: str, actor: Actor, expected_version: int | None = None
) -> RecoveryCase:
    """Close a case with its outcome and a note; its open actions are cancelled. Closing it the same way again changes nothing.

    Raises NotVisible, Stale, InvalidInput for an unknown outcome, Unprocessable "no_note", Conflict ("case_closed", "incentive_waiting",
    "regained_needs_told_action", "open_actions").
    """
    case = lock_case(case_id, expected_version=expected_version)
    if outcome not in RecoveryCase.Outcome.values:
        raise InvalidInput("unknown_outcome", _("Choose how it ended."), fields={"outcome": "unknown"})
    if case.closed_at is not None:
        if case.outcome == outcome:
            return case
        refuse_by_rule("case_closed")
    change = CaseChange(case, actor)
    close_locked(change, outcome=outcome, note=cleaned(note, field="note"))
    return change.save()


def close_locked(change: CaseChange, *, outcome: str, note: str) -> None:
    """``close_case`` as a part of a larger verb, which holds the case and saves the change."""
    standing = change.standing()
    refuse_by_rule(close_refusal(outcome, standing, note=note), field="note")
    moment = now()
    CorrectiveAction.objects.filter(case=change.case, done_at=None, cancelled_at=None).update(cancelled_at=moment)
    change.settle(CLOSE, data={"outcome": outcome})
    change.set(
        outcome=outcome, closing_note=note, closed_at=moment, closed_by_id=change.actor.user_id, ask_again_at=None
    )
    if outcome == MISTAKEN:
        change.case.notices.filter(told_at=None, reason="").update(reason="mistaken")
    change.tell("recovery.closed", outcome=outcome)
