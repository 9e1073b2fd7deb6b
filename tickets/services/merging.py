"""Two tickets about one case become one, and apart again."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from helpdesk.common.text import preview
from tickets.models import CallbackRequest, Conversation, InformationRequest, Message, Ticket, TicketEvent, WorkInterval
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.events import write_event
from tickets.services.lifecycle import first_unanswered_at, reopen
from tickets.services.locking import lock_ticket
from tickets.services.message_filing import PREVIEW_LENGTH
from tickets.services.moving import entries_of
from tickets.services.recounting import take_call_backs_along, take_calls_along
from tickets.services.work_recording import work_data


def _lock_both(first_id: int, second_id: int, *, conversations: Sequence[int] = ()) -> tuple[Ticket, Ticket]:
    """Both tickets, with their active conversations and the given ones, locked in the order that cannot deadlock."""
    wanted = Q(active_ticket_id__in=[first_id, second_id]) | Q(pk__in=conversations)
    list(Conversation.objects.select_for_update().filter(wanted).order_by("id"))
    locked = {ticket_id: lock_ticket(ticket_id) for ticket_id in sorted({first_id, second_id})}
    return locked[first_id], locked[second_id]


@transaction.atomic
def merge_tickets(*, ticket_id: int, into_ticket_id: int, actor: Actor) -> Ticket:
    """Move the messages and conversations of one ticket into another and close the first; returns the second.

    The merged ticket leaves every figure; its messages and the work on it count on the other. Raises InvalidInput for a
    ticket into itself, Conflict when either is closed.
    """
    if ticket_id == into_ticket_id:
        raise InvalidInput("same_ticket", _("A ticket cannot be merged into itself."), fields={"into": "same"})
    loser, winner = _lock_both(ticket_id, into_ticket_id)
    for ticket in (loser, winner):
        if ticket.status == Ticket.Status.CLOSED:
            raise Conflict(
                "ticket_closed", _("Ticket %(number)s is closed and cannot be merged.") % {"number": ticket.number}
            )
    moved = list(Message.objects.filter(ticket=loser).order_by("id"))
    messages = [message.pk for message in moved]
    conversations = list(Conversation.objects.filter(active_ticket=loser).order_by("id").values_list("pk", flat=True))
    Message.objects.filter(pk__in=messages).update(ticket=winner)
    Conversation.objects.filter(pk__in=conversations).update(active_ticket=winner)
    before = loser.status
    loser.status, loser.merged_into, loser.waiting_since = Ticket.Status.CLOSED, winner, None
    loser.save(update_fields=["status", "merged_into", "waiting_since"])
    write_event(ticket=loser, kind="ticket.merged", actor=actor, data={"into": winner.pk, "from": before})
    if winner.status == Ticket.Status.RESOLVED and before != Ticket.Status.RESOLVED:
        change = TicketChange(winner, actor)
        reopen(change)
        change.save()
    winner.unread_count += loser.unread_count
    refresh_hot_columns(winner)
    call_backs = list(CallbackRequest.objects.filter(ticket=loser).order_by("pk").values_list("pk", flat=True))
    take_call_backs_along(winner, CallbackRequest.objects.filter(pk__in=call_backs))
    data = {"other": loser.pk, "messages": messages, "conversations": conversations, "call_backs": call_backs}
    data |= {"entries": entries_of(moved), "work": _give_work(loser, winner)}
    write_event(ticket=winner, kind="ticket.absorbed", actor=actor, data=data)
    return winner


def _give_work(loser: Ticket, winner: Ticket) -> list[dict[str, Any]]:
    """Work in the workspace goes along; returns what is over, as the log keeps it. What still runs goes on there."""
    intervals = WorkInterval.objects.filter(ticket=loser, call=None)
    done = [work_data(one) | {"agent": one.agent_id} for one in intervals.exclude(ended_at=None).order_by("pk")]
    intervals.filter(ended_at=None).update(contact_number=winner.contact_number)
    intervals.update(ticket=winner)
    return done


@transaction.atomic
def unmerge_ticket(*, ticket_id: int, actor: Actor) -> Ticket:
    """Undo a merge: messages and conversations go back, the ticket has the status it had. Returns the ticket.

    What was written after the merge stays where it was written, and a conversation that another case has by now stays with
    that. Raises Conflict when the ticket was not merged, or when the other one was merged further.
    """
    merged = Ticket.objects.filter(pk=ticket_id).values_list("merged_into_id", flat=True).first()
    if merged is None:
        if not Ticket.objects.filter(pk=ticket_id).exists():
            raise NotVisible("ticket_not_found", _("There is no such ticket."))
        raise Conflict("not_merged", _("This ticket is not merged into another."))
    tellings = TicketEvent.objects.filter(ticket_id=merged, kind="ticket.absorbed", data__other=ticket_id)
    absorbed = tellings.order_by("-sequence").first()
    if absorbed is None:
        raise Conflict("not_merged", _("This ticket was split off by mistake; its messages are back where they were."))
    loser, winner = _lock_both(ticket_id, merged, conversations=absorbed.data["conversations"])
    if loser.merged_into_id != merged:
        raise Conflict("not_merged", _("This ticket is not merged into another."))
    if winner.merged_into_id is not None:
        text = _("Ticket %(number)s is merged itself. Undo that merge first.") % {"number": winner.number}
        raise Conflict("merged_further", text)
    event = TicketEvent.objects.filter(ticket=loser, kind="ticket.merged").order_by("-sequence")[0]
    Message.objects.filter(pk__in=absorbed.data["messages"], ticket=winner).update(ticket=loser)
    call_backs = CallbackRequest.objects.filter(pk__in=absorbed.data.get("call_backs", []), ticket=winner)
    take_call_backs_along(loser, call_backs)
    done = [stretch["interval"] for stretch in absorbed.data.get("work", [])]
    WorkInterval.objects.filter(pk__in=done, ticket=winner).update(ticket=loser)
    free = Q(active_ticket=winner) | Q(active_ticket=None)
    Conversation.objects.filter(free, pk__in=absorbed.data["conversations"]).update(active_ticket=loser)
    loser.status, loser.merged_into = event.data["from"], None
    loser.save(update_fields=["status", "merged_into"])
    refresh_hot_columns(loser)
    refresh_hot_columns(winner)
    write_event(ticket=loser, kind="ticket.unmerged", actor=actor, data={"from": winner.pk, "status": loser.status})
    write_event(ticket=winner, kind="ticket.released", actor=actor, data={"other": loser.pk})
    return loser


def refresh_hot_columns(ticket: Ticket) -> None:
    """Take last message, preview and waiting time from the messages that the ticket has now."""
    shown = ticket.messages.exclude(delivery_state=Message.DeliveryState.CANCELLED).exclude(
        author=Message.Author.SYSTEM
    )
    last = shown.order_by("-sort_at", "-id").first()
    if last is not None:
        ticket.last_message_at = last.sort_at
        ticket.last_message_is_inbound = last.direction == Message.Direction.IN
        ticket.preview = preview(last.reply_text or last.text, PREVIEW_LENGTH)
    take_calls_along(ticket)
    # What the customer was asked for goes with the question.
    InformationRequest.objects.filter(message__ticket=ticket).exclude(ticket=ticket).update(ticket=ticket)
    asked = InformationRequest.objects.filter(ticket=ticket, state=InformationRequest.State.ASKED)
    ticket.missing_count = asked.count()
    is_open = ticket.status not in (Ticket.Status.RESOLVED, Ticket.Status.CLOSED)
    ticket.waiting_since = first_unanswered_at(ticket) if is_open else None
    ticket.save(
        update_fields=[
            "last_message_at",
            "last_message_is_inbound",
            "preview",
            "waiting_since",
            "unread_count",
            "missing_count",
        ]
    )
