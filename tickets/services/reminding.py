"""Customers who do not answer are reminded, and a ticket that waits in vain is resolved (sweep)."""

import logging
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from helpdesk.common.clock import now
from helpdesk.core.services import language_for
from tickets.models import Conversation, Ticket
from tickets.policies.outgoing import Window
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.lifecycle import resolve
from tickets.services.locking import lock_active_conversations, lock_ticket
from tickets.services.queueing import conversation_window
from tickets.services.reminder_plan import current_rhythm
from tickets.services.replies import conversation_for
from tickets.services.system_messages import queue_system_message

logger = logging.getLogger(__name__)

PURPOSE = "reminder"
BATCH = 200
AGAIN_AFTER = timedelta(days=1)


def remind_silent_customers() -> int:
    """Remind whoever is due, resolve what waited long enough; returns how many tickets. Safe from several workers."""
    due = Ticket.objects.filter(status=Ticket.Status.PENDING, remind_at__lte=now()).order_by("remind_at", "pk")
    return sum(_step_or_later(ticket_id) for ticket_id in list(due.values_list("pk", flat=True)[:BATCH]))


def _step_or_later(ticket_id: int) -> bool:
    try:
        return _take_step(ticket_id)
    except Exception:
        # One ticket that cannot be reminded must not keep the others from it, now or the next time.
        logger.exception("the customer of ticket %d could not be reminded", ticket_id)
        Ticket.objects.filter(pk=ticket_id).update(remind_at=now() + AGAIN_AFTER)
        return False


@transaction.atomic
def _take_step(ticket_id: int) -> bool:
    lock_active_conversations([ticket_id])
    if not Ticket.objects.select_for_update(skip_locked=True).filter(pk=ticket_id).exists():
        return False
    ticket = lock_ticket(ticket_id)
    if ticket.status != Ticket.Status.PENDING or ticket.remind_at is None or ticket.remind_at > now():
        return False
    if ticket.snoozed_until is not None and ticket.snoozed_until > now():
        # Somebody has put it aside on purpose: it goes on when that is over.
        Ticket.objects.filter(pk=ticket_id).update(remind_at=ticket.snoozed_until)
        return False
    rhythm = current_rhythm()
    wait = rhythm.next_step(ticket.reminder_count)
    if wait is None:
        Ticket.objects.filter(pk=ticket_id).update(remind_at=None)
        return False
    if ticket.last_message_at + wait > now():
        # Planned before the settings were made more patient, or something was written meanwhile.
        Ticket.objects.filter(pk=ticket_id).update(remind_at=ticket.last_message_at + wait)
        return False
    if rhythm.reminds(ticket.reminder_count):
        _remind(ticket)
    else:
        change = TicketChange(ticket, Actor.system())
        resolve(change, reason="silence")
        change.save()
    return True


def _remind(ticket: Ticket) -> None:
    conversation = conversation_for(ticket, None)
    message = None
    if conversation_window(conversation, at=now()) is not Window.CLOSED:
        message = _write_reminder(ticket, conversation)
    # The message has raised the ticket's sequence: it is read anew.
    change = TicketChange(lock_ticket(ticket.pk), Actor.system())
    count = change.ticket.reminder_count + 1
    wait = current_rhythm().next_step(count)
    change.set(reminder_count=count, remind_at=now() + wait if wait is not None else None)
    change.tell("ticket.reminded", {"message": message} if message is not None else {})
    change.save()


def _write_reminder(ticket: Ticket, conversation: Conversation) -> int | None:
    with override(language_for(ticket.language)):
        queued = queue_system_message(
            conversation_id=conversation.pk,
            ticket_id=ticket.pk,
            purpose=PURPOSE,
            subject=_("We are waiting for your answer [%(number)s]") % {"number": ticket.number},
            text=_(
                "We have not heard from you yet. Is there anything that we can still do for you? Just answer this message."
            ),
            language=ticket.language,
        )
    return queued.pk if queued is not None else None
