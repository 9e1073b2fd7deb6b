"""Putting a ticket aside until a time. It is no status, stops no clock, and ends when the customer writes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput
from tickets.models import Ticket
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_ticket
from tickets.services.notifying import notify, people_for

LONGEST = timedelta(days=366)
WAKE_BATCH = 200
NOTICE = "snooze_over"


@transaction.atomic
def snooze_ticket(*, ticket_id: int, until: datetime, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Put a ticket aside until an instant (aware). The running contact ends here.

    Raises InvalidInput for a time that is past or more than a year away, Conflict on a resolved or closed ticket.
    """
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    snooze(change, until=until)
    change.save()
    return change.ticket


def snooze(change: TicketChange, *, until: datetime) -> None:
    """``snooze_ticket`` as a part of a larger verb."""
    ticket, moment = change.ticket, now()
    if ticket.status in (Ticket.Status.RESOLVED, Ticket.Status.CLOSED):
        raise Conflict("wrong_status", _("Only an open ticket can be put aside."))
    if not moment < until <= moment + LONGEST:
        text = _("Choose a time in the future, within a year.")
        raise InvalidInput("invalid_until", text, fields={"until": text})
    if ticket.snoozed_until == until:
        return
    change.tell("ticket.snoozed", {"until": until.isoformat()})
    change.set(snoozed_until=until)
    if ticket.contact_ends_at is not None:
        change.set(contact_ends_at=min(ticket.contact_ends_at, moment))


@transaction.atomic
def wake_ticket(*, ticket_id: int, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Take a ticket back before its time. Nothing happens where it is not put aside."""
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    if change.ticket.snoozed_until is not None:
        change.set(snoozed_until=None)
        change.tell("ticket.snoozed", {"is_over": True, "why": "taken_back"})
    change.save()
    return change.ticket


def wake_due_tickets() -> int:
    """Bring back what was put aside until now (sweep). Safe from several workers; returns how many."""
    due = Ticket.objects.filter(snoozed_until__lte=now()).order_by("snoozed_until", "pk")
    return sum(_wake_if_due(ticket_id) for ticket_id in list(due.values_list("pk", flat=True)[:WAKE_BATCH]))


@transaction.atomic
def _wake_if_due(ticket_id: int) -> bool:
    is_free = Ticket.objects.select_for_update(skip_locked=True).filter(pk=ticket_id).exists()
    if not is_free:
        return False
    change = TicketChange(lock_ticket(ticket_id), Actor.system())
    ticket, until = change.ticket, change.ticket.snoozed_until
    if until is None or until > now():
        return False
    change.set(snoozed_until=None)
    if ticket.status not in (Ticket.Status.RESOLVED, Ticket.Status.CLOSED):
        change.tell("ticket.snoozed", {"is_over": True, "why": "time"})
        change.set(notice=ticket.notice or NOTICE)
        notify(
            user_ids=people_for(ticket),
            kind=NOTICE,
            key=f"{NOTICE}:{ticket.pk}:{until.isoformat()}",
            ticket_id=ticket.pk,
            data={"number": ticket.number},
        )
    change.save()
    return True
