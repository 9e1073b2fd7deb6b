"""Filing a customer's message on its conversation and ticket. Runs inside the transaction of ``intake.receive``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from channels_app.adapters.base import Address, InboundMessage
from channels_app.models import Channel, InboundEvent
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.rows import Batch, key_sequence, next_values
from helpdesk.common.text import clean_json, clean_text, one_line, preview
from tickets.models import Conversation, Message, Ticket, TicketEvent, TriageItem, Trigger
from tickets.models.message import external_digest
from tickets.policies import ordering
from tickets.policies.contacts import contact_after
from tickets.policies.lifecycle import next_status, takes_message
from tickets.policies.stand_ins import stand_in
from tickets.services.actors import Actor
from tickets.services.conversations import Thread, find_thread
from tickets.services.echoes import file_echo
from tickets.services.events import breach_data, new_event
from tickets.services.filed import Filed
from tickets.services.files import StoredFile
from tickets.services.locking import lock_ticket
from tickets.services.rule_triggers import status_item
from tickets.services.saying import read_message
from tickets.services.scoring import score_filed
from tickets.services.search import add_to_index
from tickets.services.timers import is_moved, settle, status_before

CUSTOMER = Actor.customer()
PREVIEW_LENGTH = 160
NUMBER_SEQUENCE = "tickets_ticket_number"
CONVERSATION_COLUMNS = ("last_message_at", "last_customer_message_at", "window_expires_at", "active_ticket")
HOT_COLUMNS = (
    "status", "version", "event_sequence", "waiting_since", "reopen_count", "closes_at", "contact_number", "contact_ends_at",
    "snoozed_until", "last_message_at", "last_message_is_inbound", "preview", "unread_count", "notice", "next_due_at", "sla_policy",
    "language", "sentiment", "sentiment_is_strong", "priority_score", "priority_reasons", "score_changes_at",
)  # fmt: skip


def file_message(
    *, channel: Channel, item: InboundMessage, event: InboundEvent | None, files: Sequence[StoredFile], batch: Batch
) -> Filed:
    """Put one message of a customer where it belongs.

    The rows to change are found and locked here; all that is to be written is put into ``batch``, which the caller runs in the
    same transaction. That raises IntegrityError ("message_received_once") for a message that is here already.
    """
    if item.is_echo:
        return file_echo(channel=channel, item=item, event=event, files=files)
    received_at = event.received_at if event is not None else now()
    trusts = not adapter_class(channel.kind).is_threaded
    sort_at = ordering.sort_at(provider_at=item.sent_at, received_at=received_at, trusts_provider=trusts)
    thread = find_thread(channel=channel, item=item)
    ticket, follow_up_of = _find_ticket(thread, item, at=received_at)
    is_new = ticket is None
    was_resolved = ticket is not None and ticket.status == Ticket.Status.RESOLVED
    if ticket is None:
        ticket = _new_ticket(channel, thread, item, sort_at, follow_up_of)
        message_id = _give_keys(ticket, thread)
        events = [("ticket.opened", _opening_data(ticket))]
    else:
        message_id = next_values(key_sequence(Message))[0]
        events = _apply_message(ticket, channel, thread, item, sort_at)
    message = new_inbound_message(channel, thread, ticket, item, event, received_at, sort_at)
    message.pk = message_id
    read_message(message, ticket, known_language=thread.identity.customer.language)
    events.append(("message.received", _received_data(message)))
    _write(batch, thread, ticket, message, events, files, is_new=is_new)
    reopened = was_resolved and ticket.status != Ticket.Status.RESOLVED
    return Filed(
        outcome="created" if is_new else "reopened" if reopened else "appended",
        ticket_id=ticket.pk,
        conversation_id=thread.conversation.pk,
        message_id=message.pk,
        is_awaited=ticket.missing_count > 0,
    )


def _give_keys(ticket: Ticket, thread: Thread) -> int:
    """Number a new ticket, and its conversation where that is new; returns the key of the message."""
    sequences = [key_sequence(Message), key_sequence(Ticket), NUMBER_SEQUENCE]
    if thread.is_stored:
        message_id, ticket.pk, ticket.number = next_values(*sequences)
    else:
        message_id, ticket.pk, ticket.number, thread.conversation.pk = next_values(
            *sequences, key_sequence(Conversation)
        )
    return message_id


def _write(
    batch: Batch, thread: Thread, ticket: Ticket, message: Message, events: list[tuple[str, dict[str, Any]]],
    files: Sequence[StoredFile], *, is_new: bool,
) -> None:  # fmt: skip
    rows = _events(ticket, events, message)
    clocks = Batch()
    was = status_before(ticket)
    if is_new or is_moved(ticket):
        known = {"visibility": thread.conversation.visibility}
        late = settle(ticket, at=message.received_at, batch=clocks, known=known, is_new=is_new).breached
        rows += [
            new_event(ticket=ticket, kind="sla.breached", actor=CUSTOMER, data=breach_data(timer), at=timer.breached_at)
            for timer in late
        ]
    is_public = thread.conversation.visibility == Conversation.Visibility.PUBLIC
    customer, channel = thread.identity.customer, thread.conversation.channel
    score_filed(ticket, customer=customer, channel=channel, is_public=is_public, at=message.received_at)
    touch_conversation(thread.conversation, ticket, message)
    if is_new:
        batch.insert([ticket])
    else:
        batch.update(ticket, HOT_COLUMNS)
    if thread.is_stored:
        batch.update(thread.conversation, CONVERSATION_COLUMNS)
    else:
        batch.insert([thread.conversation])
    batch.insert([message])
    batch.insert([file.as_attachment(message.pk) for file in files])
    add_to_index(batch, [(message.pk, f"{message.subject}\n{message.text}")])
    batch.insert(rows)
    batch.extend(clocks)
    if ticket.status != Ticket.Status.CLOSED:
        trigger = Trigger.CREATED if is_new else Trigger.MESSAGE
        items = [
            TriageItem(ticket_id=ticket.pk, message_id=message.pk, trigger=trigger, created_at=message.received_at)
        ]
        moved = None if is_new else status_item(ticket, before=was)
        batch.insert([*items, moved] if moved is not None else items)


def _find_ticket(thread: Thread, item: InboundMessage, *, at: datetime) -> tuple[Ticket | None, Ticket | None]:
    """(the ticket that takes the message, the earlier one that a new ticket follows up)."""
    conversation = thread.conversation
    if conversation.active_ticket_id is not None:
        ticket = lock_ticket(conversation.active_ticket_id)
        if takes_message(status=ticket.status, closes_at=ticket.closes_at, at=at):
            return ticket, None
        # A vacation note about a finished case is no reason to open another.
        return (ticket, None) if item.is_auto_reply else (None, ticket)
    if thread.is_new:
        return None, None
    latest = (
        Message.objects.filter(conversation=conversation).order_by("-id").values_list("ticket_id", flat=True).first()
    )
    if latest is None:
        return None, None
    earlier = lock_ticket(latest)
    is_taken = item.is_auto_reply or takes_message(status=earlier.status, closes_at=earlier.closes_at, at=at)
    return (earlier, None) if is_taken else (None, earlier)


def _new_ticket(
    channel: Channel, thread: Thread, item: InboundMessage, sort_at: datetime, follow_up_of: Ticket | None
) -> Ticket:
    customer = thread.identity.customer
    number, ends_at = contact_after(number=1, ends_at=None, message_at=sort_at, session_gap=channel.session_gap)
    ticket = Ticket(
        subject=one_line(clean_text(item.subject))[:500],
        customer=customer,
        channel=channel,
        opened_at=sort_at,
        waiting_since=None if _is_silent(thread, item) else sort_at,
        contact_number=number,
        contact_ends_at=ends_at,
        follow_up_of=follow_up_of,
        is_demo=channel.is_demo or channel.is_simulated or customer.is_demo,
        last_message_at=sort_at,
        preview=_preview(item),
        unread_count=1,
        language=item.language or customer.language,
        notice=_notice(thread, item),
    )
    if customer.is_blocked:
        ticket.is_spam, ticket.status, ticket.closed_at = True, Ticket.Status.CLOSED, now()
    return ticket


def _notice(thread: Thread, item: InboundMessage) -> str:
    if thread.refused is not None:
        number = (
            Message.objects.filter(conversation=thread.refused)
            .order_by("-id")
            .values_list("ticket__number", flat=True)
            .first()
        )
        return f"not_a_participant:{number or ''}"
    return "several_from" if "several_from" in item.flags else ""


def _opening_data(ticket: Ticket) -> dict[str, Any]:
    data: dict[str, Any] = {
        "channel": ticket.channel_id,
        "customer": ticket.customer_id,
        "opened_by": "customer",
        "status": ticket.status,
    }
    if ticket.follow_up_of_id:
        data["follow_up_of"] = ticket.follow_up_of_id
    return data


def _is_silent(thread: Thread, item: InboundMessage) -> bool:
    """A robot's mail, what another application answers, and a blocked customer's words are kept and start no clock."""
    return item.is_auto_reply or item.is_standby or thread.identity.customer.is_blocked


def _apply_message(
    ticket: Ticket, channel: Channel, thread: Thread, item: InboundMessage, sort_at: datetime
) -> list[tuple[str, dict[str, Any]]]:
    """Set the hot columns for one more message; returns the events beside message.received."""
    events: list[tuple[str, dict[str, Any]]] = []
    ticket.version += 1
    ticket.unread_count += not thread.identity.customer.is_blocked
    if sort_at >= ticket.last_message_at:
        ticket.last_message_at, ticket.last_message_is_inbound, ticket.preview = sort_at, True, _preview(item)
    if _is_silent(thread, item):
        return events
    ticket.contact_number, ticket.contact_ends_at = contact_after(
        number=ticket.contact_number,
        ends_at=ticket.contact_ends_at,
        message_at=sort_at,
        session_gap=channel.session_gap,
    )
    ticket.snoozed_until = None
    ticket.waiting_since = min(filter(None, (ticket.waiting_since, sort_at)))
    after = next_status(ticket.status, "customer_message")
    if after is not None and after != ticket.status:
        if ticket.status == Ticket.Status.RESOLVED:
            ticket.reopen_count += 1
            ticket.closes_at = None
            events.append(("ticket.reopened", {"by_message": True}))
        else:
            events.append(("ticket.status_changed", {"from": ticket.status, "to": after}))
        ticket.status = after
    return events


def new_inbound_message(
    channel: Channel, thread: Thread, ticket: Ticket, item: InboundMessage, event: InboundEvent | None,
    received_at: datetime, sort_at: datetime,
) -> Message:  # fmt: skip
    """The row of a customer's message, not stored yet; ``thread`` and ``ticket`` are locked."""
    external_id = clean_text(item.external_id)
    return Message(
        ticket=ticket,
        conversation=thread.conversation,
        channel=channel,
        dedup_key=item.dedup_key,
        inbound_event=event,
        direction=Message.Direction.IN,
        author=Message.Author.CUSTOMER,
        author_identity=thread.identity,
        contact_number=ticket.contact_number,
        subject=one_line(clean_text(item.subject))[:500],
        text=clean_text(item.text),
        html=clean_text(item.html),
        reply_text=clean_text(item.reply_text or item.text),
        flags=[
            *item.flags,
            *(["standby"] if item.is_standby else []),
            *(["blocked"] if thread.identity.customer.is_blocked else []),
        ],
        details=_details(item),
        is_auto_reply=item.is_auto_reply,
        external_id=external_id,
        external_digest=external_digest(external_id),
        in_reply_to=clean_text(item.in_reply_to),
        headers=_headers(item),
        provider_at=item.sent_at,
        received_at=received_at,
        sort_at=sort_at,
        language=item.language,
        visibility=thread.conversation.visibility,
    )


def _details(item: InboundMessage) -> dict[str, Any]:
    details: dict[str, Any] = clean_json(item.details)
    if item.payload:
        details["payload"] = clean_text(item.payload)[:2000]
    return details


def _headers(item: InboundMessage) -> dict[str, Any]:
    headers: dict[str, Any] = {key: clean_text(value) for key, value in item.headers.items()}
    headers["from"] = _address_json(item.sender)
    for name, addresses in (("to", item.to), ("cc", item.cc)):
        if addresses:
            headers[name] = [_address_json(address) for address in addresses]
    if item.reply_to is not None:
        headers["reply_to"] = _address_json(item.reply_to)
    if item.no_auto_answer:
        headers["no_auto_answer"] = True
    return headers


def _address_json(address: Address) -> dict[str, str]:
    return {"address": clean_text(address.address), "name": one_line(clean_text(address.name))}


def _preview(item: InboundMessage) -> str:
    said = clean_text(item.reply_text or item.text or item.subject)
    types = [attachment.content_type for attachment in item.attachments]
    return preview(said if said.strip() else stand_in(item.details, types), PREVIEW_LENGTH)


def _received_data(message: Message) -> dict[str, Any]:
    data: dict[str, Any] = {
        "message": message.pk,
        "sort_at": message.sort_at.isoformat(),
        "contact": message.contact_number,
        # Nobody owes a robot or a blocked customer an answer, nor one that another application gives.
        "is_auto_reply": message.is_auto_reply or not {"blocked", "standby"}.isdisjoint(message.flags),
    }
    if message.channel_id != message.ticket.channel_id:
        data["channel"] = message.channel_id
    return data


def _events(ticket: Ticket, events: list[tuple[str, dict[str, Any]]], message: Message) -> list[TicketEvent]:
    return [
        new_event(ticket=ticket, kind=kind, actor=CUSTOMER, data=data, at=message.received_at) for kind, data in events
    ]


def touch_conversation(conversation: Conversation, ticket: Ticket, message: Message) -> None:
    """Set the columns of a conversation for one more message of the customer; not saved."""
    sort_at = message.sort_at
    conversation.last_message_at = max(filter(None, (conversation.last_message_at, sort_at)))
    if ticket.status != Ticket.Status.CLOSED:
        conversation.active_ticket = ticket
    if "uploaded" in message.flags:
        # It came over our own page: for the provider the customer has not written, so its window stays as it is.
        return
    conversation.last_customer_message_at = max(filter(None, (conversation.last_customer_message_at, sort_at)))
    window = conversation.channel.messaging_window or adapter_class(conversation.channel.kind).messaging_window
    conversation.window_expires_at = conversation.last_customer_message_at + window if window else None
