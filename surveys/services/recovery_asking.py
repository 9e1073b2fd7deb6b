"""Asking again after a while, and what the answer says: regained, lost, or no answer."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.failpoints import failpoint
from surveys.models import Invitation, RecoveryCase, Survey
from surveys.policies.recovery import ASK_AGAIN, CLOSES_ITSELF_AFTER, SKIPPED, WAITING, close_refusal
from surveys.policies.scales import SCALES
from surveys.selectors.recovery import UNTOLD_STATES, proposal_of, recovery_settings
from surveys.services.inviting import invite_customer
from surveys.services.recovery_cases import close_locked
from surveys.services.recovery_changes import CaseChange, lock_case
from surveys.services.recovery_owners import leads_of
from surveys.services.recovery_places import asking_ticket
from tickets.services.actors import Actor
from tickets.services.notifying import notify

BATCH = 200


@transaction.atomic
def ask_again(*, case_id: int, actor: Actor, at: datetime | None = None) -> RecoveryCase:
    """Say when the customer is asked again (None: after the usual days); the sweep asks. May be moved until he was asked.

    Raises NotVisible, Conflict ("apology_first", "correction_first", "case_closed", "already_done").
    """
    change = CaseChange(lock_case(case_id), actor)
    case = change.case
    change.require(ASK_AGAIN)
    if case.invitation_id is not None:
        return case
    change.set(ask_again_at=at or now() + recovery_settings().ask_again_after)
    # Somebody had decided not to ask, and now does.
    case.steps.filter(kind=ASK_AGAIN, state=SKIPPED).delete()
    return change.save()


def ask_due_customers() -> int:
    """Ask whoever is due again (sweep); returns how many cases were decided. Any number of workers may run this at once."""
    due = RecoveryCase.objects.filter(closed_at=None, invitation=None, ask_again_at__lte=Now())
    return sum(_ask(case_id) for case_id in due.order_by("ask_again_at", "id").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _ask(case_id: int) -> bool:
    rows = RecoveryCase.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    case = rows.select_related("ticket", "customer").filter(pk=case_id, closed_at=None, invitation=None).first()
    if case is None or case.ask_again_at is None:
        return False
    change = CaseChange(case, Actor.system())
    survey = survey_for(case)
    invitation = None
    if survey is not None:
        try:
            with transaction.atomic():
                invitation = invite_customer(
                    survey_id=survey.pk,
                    customer_id=case.customer_id,
                    ticket_id=asking_ticket(case),
                    occasion=_occasion(case),
                    actor=Actor.system(),
                )
        except HelpdeskError as error:
            reason = error.code
        else:
            reason = ""
    else:
        reason = "no_survey"
    failpoint("recovery.after_asking")
    if invitation is None:
        _leave_to_a_person(change, reason)
    else:
        change.set(invitation_id=invitation.pk)
        change.settle(ASK_AGAIN, data={"invitation": invitation.pk})
    change.save()
    return True


def _occasion(case: RecoveryCase) -> str:
    """What he is asked on: a question that never reached him is asked anew as another one."""
    earlier = Invitation.objects.filter(customer=case.customer_id).filter(
        Q(occasion=f"recovery:{case.pk}") | Q(occasion__startswith=f"recovery:{case.pk}:")
    )
    count = earlier.count()
    return f"recovery:{case.pk}:{count + 1}" if count else f"recovery:{case.pk}"


def _leave_to_a_person(change: CaseChange, reason: str) -> None:
    """He could not be asked: the step stays open with the reason, and the owner is told. Nothing is concluded from his silence."""
    case = change.case
    change.settle(ASK_AGAIN, WAITING, reason=reason)
    change.set(ask_again_at=None, invitation_id=None)
    _tell_owner(case, kind="recovery_not_asked", key=f"recovery_not_asked:{case.pk}:{case.version}", reason=reason)


def survey_for(case: RecoveryCase) -> Survey | None:
    """With which survey a customer is asked again: the one he was unhappy in, so that the scores compare; else the oldest active one."""
    satisfaction = [scale.key for scale in SCALES.values() if scale.is_satisfaction]
    usable = Survey.objects.filter(is_active=True, scale__in=satisfaction)
    first = case.signals.filter(response__isnull=False).order_by("pk").values_list("response__invitation__survey_id")
    of_the_vote = usable.filter(pk__in=first[:1]).first()
    found: Survey | None = of_the_vote or usable.order_by("pk").first()
    return found


def settle_asked_cases() -> int:
    """Take over the votes of those who were asked again, and close what is plain (sweep); returns how many cases were changed.

    A new score is written on the case and its owner is told at once. "Regained" and "no answer" close the case by themselves after
    ``CLOSES_ITSELF_AFTER``, so that a person has that long for a closing note of his own; "lost" always waits for a person, and so does a
    case whose question was held back or never arrived: he may be asked anew.
    """
    rating = "invitation__response__rating"
    is_new = Q(**{f"{rating}__isnull": False}) & (Q(score_after=None) | ~Q(score_after=F(rating)))
    is_silent = Q(invitation__state__in=[Invitation.State.EXPIRED, Invitation.State.SUPPRESSED])
    is_good = Q(**{f"{rating}__gte": recovery_settings().regained_from})
    is_plain = is_good & Q(invitation__response__answered_at__lte=now() - CLOSES_ITSELF_AFTER)
    # Those who are lost wait for a person, for as long as it takes, and cost nothing meanwhile.
    asked = RecoveryCase.objects.filter(is_new | is_silent | is_plain, closed_at=None, invitation__isnull=False)
    return sum(_settle(case_id) for case_id in asked.order_by("pk").values_list("pk", flat=True)[: BATCH * 5])


@transaction.atomic
def _settle(case_id: int) -> bool:
    rows = RecoveryCase.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    case = rows.select_related("invitation__message", "ticket").filter(pk=case_id, closed_at=None).first()
    if case is None or case.invitation is None:
        return False
    change = CaseChange(case, Actor.system())
    response = getattr(case.invitation, "response", None)
    unasked = _why_unasked(case.invitation) if response is None else ""
    if unasked:
        _leave_to_a_person(change, unasked)
        change.save()
        return True
    proposal = proposal_of(case)
    is_new = response is not None and response.rating != case.score_after
    if is_new and response is not None:
        change.set(score_after=response.rating)
        key = f"recovery_answered:{case.pk}:{response.score}"
        _tell_owner(case, kind="recovery_answered", key=key, outcome=proposal.outcome)
    is_due = proposal.closes_at is not None and proposal.closes_at <= now()
    note = _note(proposal.outcome)
    if is_due and not close_refusal(proposal.outcome, change.standing(), note=note):
        close_locked(change, outcome=proposal.outcome, note=note)
        is_new = True
    change.save()
    return is_new


def _why_unasked(invitation: Invitation) -> str:
    """Why the question has not reached the customer, as a code; "" when it has, or is still to come."""
    if invitation.state == Invitation.State.SUPPRESSED:
        return invitation.reason or "not_asked"
    # While it is open another way may still be found for it.
    message = invitation.message if invitation.state == Invitation.State.EXPIRED else None
    return "not_delivered" if message is not None and message.delivery_state in UNTOLD_STATES else ""


def _note(outcome: str) -> str:
    if outcome == RecoveryCase.Outcome.REGAINED:
        return _("Closed by itself: the new vote is good, and the customer was told what was done.")
    return _("Closed by itself: the customer did not answer when he was asked again.")


def _tell_owner(case: RecoveryCase, *, kind: str, key: str, **data: str) -> None:
    people = [case.owner_id] if case.owner_id is not None else leads_of(case)
    notify(user_ids=people, kind=kind, key=key, ticket_id=case.ticket_id, data={"case": case.pk, **data})
