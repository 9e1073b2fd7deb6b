"""The verbs on a ticket's status. Each: one transaction, one event, version raised, effects after commit."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.doorbell import call_on_commit
from helpdesk.common.errors import Conflict
from tickets import signals
from tickets.models import Call, Conversation, Message, Ticket, TicketEvent
from tickets.policies.lifecycle import Verb, next_status
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_active_conversations, lock_ticket

CLOSE_BATCH = 200
SILENT_FLAGS = ("blocked", "standby", "vote")


def refuse(ticket: Ticket, verb: str) -> Conflict:
    """The refusal of a verb in this status, in words that say what to do."""
    if ticket.status == Ticket.Status.CLOSED:
        return Conflict("ticket_closed", _("This ticket is closed. Open a follow-up instead."))
    if ticket.status == Ticket.Status.RESOLVED and verb == "resolve":
        return Conflict("already_resolved", _("This ticket is resolved already."))
    if verb == "agent_reopen":
        return Conflict("not_resolved", _("This ticket is open already."))
    return Conflict("wrong_status", _("A resolved ticket must be reopened first."))


def _require_next(ticket: Ticket, verb: Verb) -> str:
    status = next_status(ticket.status, verb)
    if status is None:
        raise refuse(ticket, verb)
    return status


@transaction.atomic
def set_pending(*, ticket_id: int, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Wait for the customer. Raises Conflict on a resolved or closed ticket; on a pending one nothing changes."""
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    move_to(change, _require_next(change.ticket, "pending"))
    change.save()
    return change.ticket


@transaction.atomic
def put_on_hold(*, ticket_id: int, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Wait for somebody else. The running contact ends here. Raises Conflict on a resolved or closed ticket."""
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    hold(change)
    change.save()
    return change.ticket


def hold(change: TicketChange) -> None:
    """``put_on_hold`` as a part of a larger verb."""
    ticket = change.ticket
    status = _require_next(ticket, "hold")
    if ticket.contact_ends_at is not None and ticket.status != status:
        change.set(contact_ends_at=min(ticket.contact_ends_at, now()))
    move_to(change, status)


def move_to(change: TicketChange, status: str) -> None:
    """Set one of the open statuses and tell it; nothing where the ticket has it already. Two steps of one verb are one change."""
    if status == change.ticket.status:
        return
    told = change.told("ticket.status_changed")
    if told is not None:
        told.data["to"] = status
        change.set(status=status)
    else:
        change.tell("ticket.status_changed", {"from": change.ticket.status, "to": status})
        change.set(status=status)


@transaction.atomic
def resolve_ticket(*, ticket_id: int, actor: Actor, reason: str = "", expected_version: int | None = None) -> Ticket:
    """Resolve a ticket once. ``reason``: a word for the log, such as the door. Raises Conflict when it already is, or is closed."""
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    resolve(change, reason=reason)
    change.save()
    return change.ticket


def resolve(change: TicketChange, *, reason: str = "") -> None:
    """``resolve_ticket`` as a part of a larger verb; rings ``ticket_resolved`` on commit."""
    ticket, moment = change.ticket, now()
    status = _require_next(ticket, "resolve")
    data = {"contact": ticket.contact_number, "from": ticket.status}
    change.tell("ticket.resolved", data | {"reason": reason[:40]} if reason else data)
    change.set(
        status=status,
        first_resolved_at=ticket.first_resolved_at or moment,
        last_resolved_at=moment,
        resolution_count=ticket.resolution_count + 1,
        closes_at=moment + ticket.channel.reopen_window,
        waiting_since=None,
        snoozed_until=None,
    )
    call_on_commit(_announce_resolution, ticket.pk)


def _announce_resolution(ticket_id: int) -> None:
    signals.ticket_resolved.send_robust(sender=Ticket, ticket_id=ticket_id)


@transaction.atomic
def reopen_ticket(*, ticket_id: int, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Work on it again. Raises Conflict on an open or closed ticket."""
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    work_again(change)
    change.save()
    return change.ticket


def work_again(change: TicketChange) -> None:
    """``reopen_ticket`` as a part of a larger verb."""
    status = _require_next(change.ticket, "agent_reopen")
    if change.ticket.status == Ticket.Status.RESOLVED:
        reopen(change)
        change.set(waiting_since=first_unanswered_at(change.ticket))
    else:
        move_to(change, status)


def reopen(change: TicketChange) -> None:
    """A resolved ticket is open again, by a person."""
    change.set(status=Ticket.Status.OPEN, closes_at=None, reopen_count=change.ticket.reopen_count + 1)
    change.tell("ticket.reopened", {"by_message": False})


def first_unanswered_at(ticket: Ticket, *, without: int | None = None) -> datetime | None:
    """When the customer sent the first message that no human has answered yet, in writing or on the phone; None when all are.

    A robot's message waits for nothing, nor does that of a blocked person or one that another application answers; nor a review
    that was taken back; nor the message ``without``.
    """
    public = ticket.messages.filter(kind=Message.Kind.MESSAGE)
    answered = (
        public.filter(author=Message.Author.AGENT)
        .exclude(delivery_state=Message.DeliveryState.CANCELLED)
        .order_by("-sort_at", "-id")
    )
    spoken = Call.objects.filter(message__ticket=ticket, answered_at__isnull=False).order_by("-answered_at")
    answers = [
        answered.values_list("sort_at", flat=True).first(),
        spoken.values_list("answered_at", flat=True).first(),
    ]
    last_answer = max(filter(None, answers), default=None)
    waiting = public.filter(author=Message.Author.CUSTOMER, is_auto_reply=False).exclude(pk=without or 0)
    waiting = waiting.exclude(flags__has_any_keys=SILENT_FLAGS).exclude(review__deleted_at__isnull=False)
    if last_answer is not None:
        waiting = waiting.filter(sort_at__gt=last_answer)
    asked = waiting.order_by("sort_at", "id").values_list("sort_at", flat=True).first()
    handed_over = handed_over_at(ticket)
    is_ours = handed_over is not None and (last_answer is None or handed_over > last_answer)
    return min(filter(None, (asked, handed_over if is_ours else None)), default=None)


def handed_over_at(ticket: Ticket) -> datetime | None:
    """Since when another application has left the customer to us."""
    told = TicketEvent.objects.filter(ticket=ticket, kind="ticket.handed_over").order_by("-sequence").first()
    return datetime.fromisoformat(told.data["waiting_since"]) if told and "waiting_since" in told.data else None


@transaction.atomic
def mark_spam(*, ticket_id: int, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Close a ticket as spam; it leaves every figure. Raises Conflict on a closed one."""
    conversations = lock_active_conversations([ticket_id])
    ticket = lock_ticket(ticket_id, expected_version=expected_version)
    change = TicketChange(ticket, actor)
    close_as_spam(change, conversations)
    change.save()
    return ticket


def close_as_spam(change: TicketChange, conversations: Sequence[Conversation]) -> None:
    """``mark_spam`` as a part of a larger verb, whose caller holds the ticket's active ``conversations`` locked."""
    ticket = change.ticket
    change.tell("ticket.marked_spam", {"from": ticket.status})
    change.set(status=_require_next(ticket, "close"), is_spam=True, closed_at=now(), waiting_since=None)
    for conversation in conversations:
        conversation.active_ticket = None
        conversation.save(update_fields=["active_ticket"])


@transaction.atomic
def unmark_spam(*, ticket_id: int, actor: Actor, expected_version: int | None = None) -> Ticket:
    """Undo ``mark_spam``: the ticket is open again and takes its conversations back where nothing newer has them."""
    from_messages = Message.objects.filter(ticket_id=ticket_id, conversation__isnull=False).values("conversation_id")
    conversations = _lock_free_conversations(from_messages)
    ticket = lock_ticket(ticket_id, expected_version=expected_version)
    if not ticket.is_spam:
        raise Conflict("not_spam", _("This ticket is not marked as spam."))
    change = TicketChange(ticket, actor)
    change.set(is_spam=False, closed_at=None, status=Ticket.Status.OPEN, waiting_since=first_unanswered_at(ticket))
    change.tell("ticket.unmarked_spam", {"status": ticket.status})
    change.save()
    for conversation in conversations:
        conversation.active_ticket = ticket
        conversation.save(update_fields=["active_ticket"])
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
    change = TicketChange(ticket, Actor.system())
    change.set(status=Ticket.Status.CLOSED, closed_at=now())
    change.tell("ticket.closed", {"why": "window_over"})
    change.save()
    for conversation in conversations:
        conversation.active_ticket = None
        conversation.save(update_fields=["active_ticket"])
    return True


@transaction.atomic
def mark_read(*, ticket_id: int, actor: Actor) -> None:
    """An agent has opened the ticket: the team's unread counter is 0 again. No event; the version stays."""
    Ticket.objects.filter(pk=ticket_id, unread_count__gt=0).update(unread_count=0)
