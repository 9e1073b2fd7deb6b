"""The verbs on a ticket's status. Each: one transaction, one event, version raised, effects after commit."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict
from tickets import signals
from tickets.models import Conversation, Message, Ticket
from tickets.policies.lifecycle import Verb, next_status
from tickets.services.actors import Actor
from tickets.services.events import write_event
from tickets.services.locking import lock_active_conversations, lock_ticket

CLOSE_BATCH = 200


def refuse(ticket: Ticket, verb: str) -> Conflict:
    """The refusal of a verb in this status, in words that say what to do."""
    if ticket.status == Ticket.Status.CLOSED:
        return Conflict("ticket_closed", "This ticket is closed. Open a follow-up instead.")
    if ticket.status == Ticket.Status.RESOLVED and verb == "resolve":
        return Conflict("already_resolved", "This ticket is resolved already.")
    if verb == "agent_reopen":
        return Conflict("not_resolved", "This ticket is open already.")
    return Conflict("wrong_status", "A resolved ticket must be reopened first.")


def _require_next(ticket: Ticket, verb: Verb) -> str:
    status = next_status(ticket.status, verb)
    if status is None:
        raise refuse(ticket, verb)
    return status


@transaction.atomic
def set_pending(*, ticket_id: int, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Wait for the customer. Raises Conflict on a resolved or closed ticket; on a pending one nothing changes."""
    return _change_status(lock_ticket(ticket_id, expected_version=expected_version), "pending", actor)


@transaction.atomic
def put_on_hold(*, ticket_id: int, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Wait for somebody else. The running contact ends here. Raises Conflict on a resolved or closed ticket."""
    ticket = lock_ticket(ticket_id, expected_version=expected_version)
    if ticket.contact_ends_at is not None and ticket.status != Ticket.Status.ON_HOLD:
        ticket.contact_ends_at = min(ticket.contact_ends_at, now())
    return _change_status(ticket, "hold", actor)


def _change_status(ticket: Ticket, verb: Verb, actor: Actor) -> Ticket:
    status = _require_next(ticket, verb)
    if status == ticket.status:
        return ticket
    data = {"from": ticket.status, "to": status}
    ticket.status = status
    ticket.save(update_fields=["status", "contact_ends_at"])
    write_event(ticket=ticket, kind="ticket.status_changed", actor=actor, data=data)
    return ticket


@transaction.atomic
def resolve_ticket(*, ticket_id: int, actor: Actor, reason: str = "", expected_version: int | None = None) -> Ticket:
    """Resolve a ticket once. Raises Conflict when it already is, or is closed."""
    return resolve_locked(lock_ticket(ticket_id, expected_version=expected_version), actor)


def resolve_locked(ticket: Ticket, actor: Actor) -> Ticket:
    """``resolve_ticket`` for a ticket whose row the caller holds; rings ``ticket_resolved`` on commit."""
    before = ticket.status
    ticket.status = _require_next(ticket, "resolve")
    moment = now()
    ticket.first_resolved_at = ticket.first_resolved_at or moment
    ticket.last_resolved_at = moment
    ticket.resolution_count += 1
    ticket.closes_at = moment + ticket.channel.reopen_window
    ticket.waiting_since = None
    ticket.snoozed_until = None
    ticket.save(
        update_fields=[
            "status", "first_resolved_at", "last_resolved_at", "resolution_count", "closes_at", "waiting_since", "snoozed_until",
        ]
    )  # fmt: skip
    write_event(
        ticket=ticket, kind="ticket.resolved", actor=actor, data={"contact": ticket.contact_number, "from": before}
    )
    transaction.on_commit(partial(signals.ticket_resolved.send_robust, sender=Ticket, ticket_id=ticket.pk), robust=True)
    return ticket


@transaction.atomic
def reopen_ticket(*, ticket_id: int, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Work on it again. Raises Conflict on an open or closed ticket."""
    ticket = lock_ticket(ticket_id, expected_version=expected_version)
    before = ticket.status
    ticket.status = _require_next(ticket, "agent_reopen")
    if before != Ticket.Status.RESOLVED:
        ticket.save(update_fields=["status"])
        data = {"from": before, "to": ticket.status}
        write_event(ticket=ticket, kind="ticket.status_changed", actor=actor, data=data)
        return ticket
    ticket.closes_at = None
    ticket.reopen_count += 1
    ticket.waiting_since = first_unanswered_at(ticket)
    ticket.save(update_fields=["status", "closes_at", "reopen_count", "waiting_since"])
    write_event(ticket=ticket, kind="ticket.reopened", actor=actor, data={"by_message": False})
    return ticket


def first_unanswered_at(ticket: Ticket) -> datetime | None:
    """When the customer sent the first message that no human has answered yet; None when all are answered."""
    public = ticket.messages.filter(kind=Message.Kind.MESSAGE)
    answered = (
        public.filter(author=Message.Author.AGENT)
        .exclude(delivery_state=Message.DeliveryState.CANCELLED)
        .order_by("-sort_at", "-id")
    )
    last_answer = answered.values_list("sort_at", flat=True).first()
    waiting = public.filter(author=Message.Author.CUSTOMER, is_auto_reply=False)
    if last_answer is not None:
        waiting = waiting.filter(sort_at__gt=last_answer)
    return waiting.order_by("sort_at", "id").values_list("sort_at", flat=True).first()


@transaction.atomic
def mark_spam(*, ticket_id: int, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Close a ticket as spam; it leaves every figure. Raises Conflict on a closed one."""
    conversations = lock_active_conversations([ticket_id])
    ticket = lock_ticket(ticket_id, expected_version=expected_version)
    before = ticket.status
    ticket.status = _require_next(ticket, "close")
    ticket.is_spam, ticket.closed_at, ticket.waiting_since = True, now(), None
    ticket.save(update_fields=["status", "is_spam", "closed_at", "waiting_since"])
    for conversation in conversations:
        conversation.active_ticket = None
        conversation.save(update_fields=["active_ticket"])
    write_event(ticket=ticket, kind="ticket.marked_spam", actor=actor, data={"from": before})
    return ticket


@transaction.atomic
def unmark_spam(*, ticket_id: int, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Undo ``mark_spam``: the ticket is open again and takes its conversations back where nothing newer has them."""
    from_messages = Message.objects.filter(ticket_id=ticket_id, conversation__isnull=False).values("conversation_id")
    conversations = _lock_free_conversations(from_messages)
    ticket = lock_ticket(ticket_id, expected_version=expected_version)
    if not ticket.is_spam:
        raise Conflict("not_spam", "This ticket is not marked as spam.")
    ticket.is_spam, ticket.closed_at, ticket.status = False, None, Ticket.Status.OPEN
    ticket.waiting_since = first_unanswered_at(ticket)
    ticket.save(update_fields=["status", "is_spam", "closed_at", "waiting_since"])
    for conversation in conversations:
        conversation.active_ticket = ticket
        conversation.save(update_fields=["active_ticket"])
    write_event(ticket=ticket, kind="ticket.unmarked_spam", actor=actor, data={"status": ticket.status})
    return ticket


def _lock_free_conversations(ids: Any) -> list[Conversation]:
    return list(Conversation.objects.select_for_update().filter(pk__in=ids, active_ticket=None).order_by("id"))


def close_due_tickets() -> int:
    """Close resolved tickets whose reopen window is over (sweep). Safe from several workers; returns how many it closed."""
    due = Ticket.objects.filter(status=Ticket.Status.RESOLVED, closes_at__lte=now()).order_by("closes_at", "id")
    return sum(_close_if_due(ticket_id) for ticket_id in list(due.values_list("pk", flat=True)[:CLOSE_BATCH]))


@transaction.atomic
def _close_if_due(ticket_id: int) -> bool:
    conversations = lock_active_conversations([ticket_id])
    ticket = (
        Ticket.objects.select_for_update(skip_locked=True).filter(pk=ticket_id, status=Ticket.Status.RESOLVED).first()
    )
    if ticket is None or ticket.closes_at is None or ticket.closes_at > now():
        return False
    ticket.status, ticket.closed_at = Ticket.Status.CLOSED, now()
    ticket.save(update_fields=["status", "closed_at"])
    for conversation in conversations:
        conversation.active_ticket = None
        conversation.save(update_fields=["active_ticket"])
    write_event(ticket=ticket, kind="ticket.closed", actor=Actor.system(), data={"why": "window_over"})
    return True


@transaction.atomic
def mark_read(*, ticket_id: int, actor: Actor) -> None:
    """An agent has opened the ticket: the team's unread counter is 0 again. No event; the version stays."""
    Ticket.objects.filter(pk=ticket_id, unread_count__gt=0).update(unread_count=0)
