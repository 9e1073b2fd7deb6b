"""Taking back what has not left yet, and deciding what became of what may have left."""

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from helpdesk.common.errors import Conflict, NotVisible
from helpdesk.common.text import preview
from tickets.models import Draft, Message, Ticket, TicketEvent
from tickets.policies.delivery import ANSWER_FAILED
from tickets.services.actors import Actor
from tickets.services.asking import forget_request
from tickets.services.assignment import assign
from tickets.services.changes import TicketChange
from tickets.services.events import write_event
from tickets.services.lifecycle import first_unanswered_at
from tickets.services.locking import lock_ticket
from tickets.services.message_filing import PREVIEW_LENGTH
from tickets.services.review_replies import refresh_review_of

State = Message.DeliveryState


def _lock(message_id: int) -> tuple[Ticket, Message]:
    ticket_id = (
        Message.objects.filter(pk=message_id, direction=Message.Direction.OUT)
        .values_list("ticket_id", flat=True)
        .first()
    )
    if ticket_id is None:
        raise NotVisible("message_not_found", _("There is no such message."))
    ticket = lock_ticket(ticket_id)
    return ticket, Message.objects.select_for_update().get(pk=message_id)


@transaction.atomic
def undo_send(*, message_id: int, actor: Actor) -> Message:
    """Cancel a reply that still waits; its text goes back into the draft and the clocks run as before it.

    Raises Conflict "already_sent" once a sender has taken it, "not_a_reply" for mail that the system writes by itself.
    """
    ticket, message = _lock(message_id)
    if message.author == Message.Author.SYSTEM or message.part_of_id is not None:
        raise Conflict("not_a_reply", _("Only a reply can be taken back."))
    if message.delivery_state != State.QUEUED or message.attempts:
        raise Conflict("already_sent", _("The message has left already and cannot be taken back."))
    message.delivery_state = State.CANCELLED
    message.save(update_fields=["delivery_state"])
    Message.objects.filter(part_of=message, delivery_state=State.QUEUED, attempts=0).update(
        delivery_state=State.CANCELLED
    )
    refresh_review_of(message)
    _undo_side_effects(ticket, message, actor)
    change = TicketChange(ticket, actor)
    forget_request(change=change, message=message)
    change.save()
    _restore_clocks(ticket, message)
    if actor.user_id is not None:
        Draft.objects.update_or_create(
            agent_id=actor.user_id, ticket=ticket, kind=Message.Kind.MESSAGE, defaults={"text": message.reply_text}
        )
    write_event(ticket=ticket, kind="message.cancelled", actor=actor, data={"message": message.pk})
    return message


def _undo_side_effects(ticket: Ticket, message: Message, actor: Actor) -> None:
    """Take back what came with the reply in one click, and so in one transaction, and still stands: status, owner, resolution."""
    reply = TicketEvent.objects.filter(ticket=ticket, kind="ticket.replied", data__message=message.pk).first()
    if reply is None:
        # It was written on another ticket and came here with a merge or a move: what came with it stays.
        return
    same_click = TicketEvent.objects.filter(ticket=ticket, xid=reply.xid, sequence__gt=reply.sequence)
    first_of_kind = {event.kind: event for event in same_click.order_by("-sequence")}
    change = TicketChange(ticket, actor)
    for event in sorted(first_of_kind.values(), key=lambda event: -event.sequence):
        if event.kind == "ticket.resolved" and ticket.status == Ticket.Status.RESOLVED:
            _undo_resolution(change, event)
        elif event.kind == "ticket.status_changed" and ticket.status == event.data["to"]:
            change.tell("ticket.status_changed", {"from": event.data["to"], "to": event.data["from"]})
            change.set(status=event.data["from"])
        elif event.kind == "ticket.assigned" and ticket.assignee_id == event.data["to_assignee"]:
            assign(change, assignee_id=event.data["from_assignee"])
    change.save()


def _undo_resolution(change: TicketChange, event: TicketEvent) -> None:
    earlier = TicketEvent.objects.filter(ticket=event.ticket_id, kind="ticket.resolved", sequence__lt=event.sequence)
    before = earlier.order_by("-sequence").values_list("at", flat=True).first()
    change.set(
        status=event.data["from"],
        closes_at=None,
        last_resolved_at=before,
        first_resolved_at=change.ticket.first_resolved_at if before else None,
        resolution_count=change.ticket.resolution_count - 1,
    )
    change.tell("ticket.reopened", {"by_message": False, "is_undo": True})


def _restore_clocks(ticket: Ticket, message: Message) -> None:
    """Figures of the ticket as if the cancelled reply had never been written."""
    answers = ticket.messages.filter(author=Message.Author.AGENT, kind=Message.Kind.MESSAGE).exclude(
        delivery_state=State.CANCELLED
    )
    ticket.agent_reply_count = answers.count()
    if ticket.first_response_at == message.sort_at:
        later = answers.filter(sort_at__gt=message.sort_at).order_by("sort_at", "id")
        ticket.first_response_at = later.values_list("sort_at", flat=True).first()
    if ticket.status in (Ticket.Status.NEW, Ticket.Status.OPEN, Ticket.Status.PENDING, Ticket.Status.ON_HOLD):
        ticket.waiting_since = first_unanswered_at(ticket)
    last = (
        ticket.messages.exclude(delivery_state=State.CANCELLED)
        .exclude(author=Message.Author.SYSTEM)
        .order_by("-sort_at", "-id")
        .first()
    )
    if last is not None:
        ticket.last_message_at = last.sort_at
        ticket.last_message_is_inbound = last.direction == Message.Direction.IN
        ticket.preview = preview(last.reply_text or last.text, PREVIEW_LENGTH)
    ticket.save(
        update_fields=[
            "agent_reply_count", "first_response_at", "waiting_since", "last_message_at", "last_message_is_inbound", "preview",
        ]
    )  # fmt: skip


@transaction.atomic
def send_again(*, message_id: int, actor: Actor) -> Message:
    """Queue a failed message, or one of unknown outcome, once more under the same id. Raises Conflict in any other state."""
    ticket, message = _lock(message_id)
    if message.delivery_state not in (State.FAILED, State.UNKNOWN):
        raise Conflict("not_failed", _("Only a message that failed, or whose outcome is unknown, can be sent again."))
    message.delivery_state, message.attempts = State.QUEUED, 0
    message.next_try_at, message.lease_until, message.send_after = None, None, None
    message.error_code = message.error = ""
    message.received_at = now()
    message.save(
        update_fields=[
            "delivery_state", "attempts", "next_try_at", "lease_until", "send_after", "error_code", "error", "received_at",
        ]
    )  # fmt: skip
    message.recipients.update(state="", code="", reason="")
    Message.objects.filter(part_of=message, delivery_state=State.FAILED, error_code=ANSWER_FAILED).update(
        delivery_state=State.QUEUED, error_code="", error="", received_at=message.received_at
    )
    _clear_notice(ticket)
    _write_state(ticket, message, actor)
    ring_on_commit("tickets.tasks.send_message", message.pk)
    return message


@transaction.atomic
def leave_unsent(*, message_id: int, actor: Actor) -> Message:
    """Decide that a message of unknown outcome stays as it is: counted as sent, marked so. Raises Conflict in any other state."""
    ticket, message = _lock(message_id)
    if message.delivery_state != State.UNKNOWN:
        raise Conflict("not_unknown", _("The outcome of this message is known."))
    message.delivery_state, message.error_code = State.SENT, "assumed"
    message.save(update_fields=["delivery_state", "error_code"])
    _clear_notice(ticket)
    _write_state(ticket, message, actor)
    return message


def _clear_notice(ticket: Ticket) -> None:
    if ticket.notice in ("delivery_failed", "delivery_unknown"):
        ticket.notice = ""
        ticket.save(update_fields=["notice"])


def _write_state(ticket: Ticket, message: Message, actor: Actor) -> None:
    refresh_review_of(message)
    data = {"message": message.pk, "state": message.delivery_state, "code": message.error_code}
    write_event(ticket=ticket, kind="message.delivery_changed", actor=actor, data=data)
