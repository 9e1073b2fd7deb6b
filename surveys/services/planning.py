"""Who will be asked when: invitations kept in step with the event log."""

from collections.abc import Iterable
from datetime import datetime

from helpdesk.common.clock import now
from surveys.models import Invitation
from surveys.policies.occasions import PLANNING_KINDS, Occasions, contact_key
from surveys.policies.reasons import REVOCABLE, TOO_LATE_AFTER
from surveys.selectors.surveys import SurveyChoice, occasions_of
from tickets.models import Ticket
from tickets.services.following import read_new_events

FOLLOWER = "surveys"
BATCH = 500


def plan_surveys() -> int:
    """Follow the event log to its end; returns how many invitations were planned, moved or taken back.

    Each batch commits with the position behind it, so that a kill repeats it from the start; the plan is computed from the
    whole log of each touched ticket, so that repeating it changes nothing.
    """
    changed = 0
    while True:
        with read_new_events(name=FOLLOWER, limit=BATCH) as events:
            touched = {event.ticket_id for event in events if event.kind in PLANNING_KINDS}
            changed += plan_tickets(touched)
        if len(events) < BATCH:
            return changed


def plan_tickets(ticket_ids: Iterable[int]) -> int:
    """Bring the invitations of these tickets in line with their logs, inside the caller's transaction.

    Rows are moved before rows are added: an insert holds its ticket's key, which a sender that holds an invitation may want.
    """
    tickets = list(Ticket.objects.filter(pk__in=list(ticket_ids), is_demo=False).select_related("channel"))
    choice, occasions = SurveyChoice(), occasions_of(tickets)
    existing = {
        (invitation.ticket_id, invitation.occasion): invitation
        for invitation in Invitation.objects.filter(ticket__in=tickets).select_related("survey").order_by("id")
    }
    moved, added = 0, []
    for ticket in tickets:
        found = occasions[ticket.pk]
        for (ticket_id, key), invitation in existing.items():
            if ticket_id == ticket.pk:
                moved += _bring_in_line(invitation, found, key)
        added += [new for new in _missing(ticket, found, choice) if (ticket.pk, new.occasion) not in existing]
    # The constraint "asked_once_per_occasion" stays the judge if two planners should ever meet.
    return moved + len(Invitation.objects.bulk_create(added, ignore_conflicts=True))


def _missing(ticket: Ticket, occasions: Occasions, choice: SurveyChoice) -> list[Invitation]:
    """The invitations that the log calls for; what ended long ago (an import, a survey switched on late) is left alone."""
    survey = choice.for_channel(ticket.channel_id)
    if survey is None or occasions.refusal:
        return []
    oldest = now() - TOO_LATE_AFTER
    return [
        Invitation(
            survey=survey,
            customer_id=ticket.customer_id,
            ticket=ticket,
            occasion=contact_key(number),
            due_at=ends_at + survey.delay,
        )
        for number, ends_at in sorted(occasions.ends_at.items())
        if ends_at + survey.delay >= oldest
    ]


def _bring_in_line(invitation: Invitation, occasions: Occasions, key: str) -> int:
    """Move, suppress or revive one stored invitation; conditional, because a sender may be at it. Returns 1 on a change."""
    is_revocable = invitation.state == Invitation.State.SUPPRESSED and invitation.reason in REVOCABLE
    if invitation.state != Invitation.State.SCHEDULED and not is_revocable:
        return 0
    ends_at = {contact_key(number): at for number, at in occasions.ends_at.items()}.get(key)
    wanted = _wanted(occasions.refusal, ends_at + invitation.survey.delay if ends_at else None, invitation.due_at)
    if wanted == (invitation.state, invitation.reason, invitation.due_at):
        return 0
    state, reason, due_at = wanted
    rows = Invitation.objects.filter(pk=invitation.pk, state=invitation.state, reason=invitation.reason)
    return rows.update(state=state, reason=reason, due_at=due_at)


def _wanted(refusal: str, due_at: datetime | None, old_due_at: datetime) -> tuple[str, str, datetime]:
    if refusal or due_at is None:
        return Invitation.State.SUPPRESSED, refusal or "unanswered", old_due_at
    return Invitation.State.SCHEDULED, "", due_at
