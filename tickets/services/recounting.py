"""What a ticket says of itself, counted anew from the messages it has now. Part of verbs that move messages."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from helpdesk.common.clock import now
from helpdesk.common.text import preview
from tickets.models import Call, CallbackRequest, InformationRequest, Message, Ticket, TicketEvent, WorkInterval
from tickets.policies.contacts import Turn, number_contacts
from tickets.services.changes import TicketChange
from tickets.services.lifecycle import handed_over_at
from tickets.services.message_filing import PREVIEW_LENGTH

_COLUMNS = (
    "ticket_id", "direction", "kind", "author", "is_auto_reply", "flags", "sort_at", "received_at", "contact_number",
    "delivery_state", "part_of_id", "channel__session_gap",
)  # fmt: skip


def is_silent(message: Message) -> bool:
    """Whether a customer's message starts no clock: a robot's, a blocked person's, one that another application answers."""
    return message.is_auto_reply or not {"blocked", "standby", "vote"}.isdisjoint(message.flags)


def is_reply(message: Message) -> bool:
    """Whether it is an answer of a person or the bot that was not taken back; the files of an answer are no further one."""
    return (
        message.kind == Message.Kind.MESSAGE
        and message.author in (Message.Author.AGENT, Message.Author.BOT)
        and message.part_of_id is None
        and message.delivery_state != Message.DeliveryState.CANCELLED
    )


def recount(change: TicketChange) -> None:
    """Set everything that follows from the messages: opening, first response, waiting, replies, contacts, last message, missing.

    As if they had arrived here one by one, in the order in which they arrived. Status, owner and unread stay as they are.
    """
    ticket = change.ticket
    take_calls_along(ticket)
    rows = Message.objects.filter(ticket=ticket).select_related("channel").only(*_COLUMNS)
    messages = list(rows.order_by("pk"))
    _recount_contacts(change, messages)
    _recount_clocks(change, messages)
    _take_last_message(change)
    missing = InformationRequest.objects.filter(ticket=ticket, state=InformationRequest.State.ASKED).count()
    change.set(missing_count=missing)


def take_calls_along(ticket: Ticket) -> None:
    """Work and call backs of a phone call stand on the ticket that has the call's message; one call back stays open there."""
    WorkInterval.objects.filter(call__message__ticket=ticket).exclude(ticket=ticket).update(ticket=ticket)
    take_call_backs_along(ticket, CallbackRequest.objects.filter(call__message__ticket=ticket))


def take_call_backs_along(ticket: Ticket, requests: QuerySet[CallbackRequest]) -> None:
    """Give the ticket these call backs. A second open one is cancelled: the customer is called once."""
    coming = requests.exclude(ticket=ticket)
    open_here = CallbackRequest.objects.filter(ticket=ticket, state=CallbackRequest.State.OPEN)
    for request in list(coming.order_by("due_at", "pk")):
        request.ticket = ticket
        if request.state == CallbackRequest.State.OPEN and open_here.exists():
            request.state, request.closed_at = CallbackRequest.State.CANCELLED, now()
        request.save(update_fields=["ticket", "state", "closed_at"])


def _recount_contacts(change: TicketChange, messages: Sequence[Message]) -> None:
    ticket = change.ticket
    spoken = [message for message in messages if message.kind == Message.Kind.MESSAGE and message.channel is not None]
    turns = [
        Turn(
            sort_at=message.sort_at,
            received_at=message.received_at,
            session_gap=message.channel.session_gap,
            moves=message.author in (Message.Author.AGENT, Message.Author.BOT)
            or (message.author == Message.Author.CUSTOMER and not is_silent(message)),
        )
        for message in spoken
        if message.channel is not None
    ]
    log = TicketEvent.objects.filter(ticket=ticket).order_by("sequence")
    aside = Q(kind="ticket.status_changed", data__to=Ticket.Status.ON_HOLD)
    aside |= Q(kind="ticket.snoozed") & ~Q(data__has_key="is_over")
    numbers, number, ends_at = number_contacts(turns, list(log.filter(aside).values_list("at", flat=True)))
    moved = [(message, new) for message, new in zip(spoken, numbers, strict=True) if message.contact_number != new]
    for message, new in moved:
        message.contact_number = new
    Message.objects.bulk_update([message for message, _new in moved], ["contact_number"], batch_size=500)
    if ends_at is not None:
        change.set(contact_number=number, contact_ends_at=ends_at)


def _recount_clocks(change: TicketChange, messages: Sequence[Message]) -> None:
    ticket = change.ticket
    from_customer = [message for message in messages if message.author == Message.Author.CUSTOMER]
    human = [message for message in from_customer if not is_silent(message)]
    replies = [message for message in messages if is_reply(message) and message.author == Message.Author.AGENT]
    asked = human if ticket.opened_by_agent else from_customer
    answers = [reply for reply in replies if asked and reply.pk > asked[0].pk]
    last_reply = replies[-1].pk if replies else 0
    since = _resolved_before_coming_back(ticket)
    calls = Call.objects.filter(message__ticket=ticket, answered_at__isnull=False).order_by("answered_at")
    talks = [call.answered_at for call in calls.only("answered_at") if call.answered_at is not None]
    taken_back = set(
        Message.objects.filter(ticket=ticket, review__deleted_at__isnull=False).values_list("pk", flat=True)
    )
    unanswered = [
        message.sort_at
        for message in human
        if message.pk > last_reply
        and message.pk not in taken_back
        and (since is None or message.received_at >= since)
        and (not talks or message.received_at > talks[-1])
    ]
    handed_over = handed_over_at(ticket)
    last_word = max([reply.sort_at for reply in replies[-1:]] + talks[-1:], default=None)
    if handed_over is not None and from_customer and (last_word is None or handed_over > last_word):
        unanswered.append(handed_over)
    first_answers = [answers[0].sort_at] if answers else []
    if not ticket.opened_by_agent:
        first_answers += talks[:1]
    is_open = ticket.status not in (Ticket.Status.RESOLVED, Ticket.Status.CLOSED)
    if from_customer and not ticket.opened_by_agent:
        change.set(opened_at=from_customer[0].sort_at)
    change.set(
        agent_reply_count=len(replies),
        first_response_at=min(first_answers, default=None),
        waiting_since=min(unanswered, default=None) if is_open else None,
    )


def _resolved_before_coming_back(ticket: Ticket) -> datetime | None:
    """When the ticket was resolved that the customer's own message opened again: he waits since then, not since before."""
    log = TicketEvent.objects.filter(ticket=ticket).order_by("-sequence")
    reopened = log.filter(kind="ticket.reopened").first()
    if reopened is None or not reopened.data.get("by_message"):
        return None
    resolved = log.filter(kind="ticket.resolved", sequence__lt=reopened.sequence)
    at: datetime | None = resolved.values_list("at", flat=True).first()
    return at


def _take_last_message(change: TicketChange) -> None:
    shown = Message.objects.filter(ticket=change.ticket, kind=Message.Kind.MESSAGE, part_of=None)
    shown = shown.exclude(delivery_state=Message.DeliveryState.CANCELLED).exclude(author=Message.Author.SYSTEM)
    shown = shown.exclude(flags__contains=["vote"])
    last = shown.order_by("-sort_at", "-pk").first()
    if last is None:
        return
    is_inbound = last.direction == Message.Direction.IN
    said = (last.reply_text or last.text or last.subject) if is_inbound else last.reply_text
    change.set(
        last_message_at=last.sort_at,
        last_message_is_inbound=is_inbound,
        preview=preview(said, PREVIEW_LENGTH),
    )
