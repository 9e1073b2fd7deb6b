"""What providers report about messages that left: delivered, read, bounced."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from channels_app.adapters.base import DeliveryUpdate
from channels_app.models import Channel
from channels_app.registry import adapter_class
from tickets.models import Conversation, Message, MessageRecipient, Ticket, TicketEvent
from tickets.models.message import external_digest
from tickets.policies.delivery import is_progress
from tickets.services.actors import Actor
from tickets.services.events import new_event, write_event
from tickets.services.locking import lock_ticket
from tickets.services.review_replies import refresh_review_of

# We note the time of sending when the provider's answer is here, a little after the provider itself.
CLOCK_TOLERANCE = timedelta(seconds=2)
MOST_BY_WATERMARK = 1000


def record_delivery_update(*, channel: Channel, item: DeliveryUpdate) -> Message | None:
    """Bind a report to the outbound message it speaks of and keep what it says; None when no such message is here.

    Call inside a transaction. States only move forward; a bounce after "sent" is a failure with its code, a soft one keeps the
    state. Reports of one message for one recipient may come twice and in any order.
    """
    found = _find_message(channel, item)
    if found is None:
        return None
    ticket = lock_ticket(found.ticket_id)
    message = Message.objects.select_for_update().get(pk=found.pk)
    _learn_id(message, item)
    is_main_recipient = _update_recipient(message, item)
    new_state = item.status
    code = item.error_code[:40]
    if item.is_soft:
        if message.error_code == code and message.error == item.reason[:2000]:
            return message
        message.error_code, message.error = code, item.reason[:2000]
    elif not is_main_recipient or not is_progress(old=message.delivery_state, new=new_state):
        return message
    else:
        message.delivery_state = new_state
        message.next_try_at = message.lease_until = None
        if new_state == "failed":
            message.error_code, message.error = code, item.reason[:2000]
            ticket.notice = "delivery_failed"
            ticket.unread_count += 1
            ticket.save(update_fields=["notice", "unread_count"])
    message.save(update_fields=["delivery_state", "error_code", "error", "next_try_at", "lease_until"])
    refresh_review_of(message)
    data = {"message": message.pk, "state": message.delivery_state, "code": message.error_code}
    write_event(ticket=ticket, kind="message.delivery_changed", actor=Actor.system(), data=data)
    return message


def _learn_id(message: Message, item: DeliveryUpdate) -> None:
    """The provider's id, from a report that came before the answer to our own call, which then has nothing to add any more."""
    if message.external_id == message.uuid.hex and item.status_of not in ("", message.external_id):
        message.external_id, message.external_digest = item.status_of, external_digest(item.status_of)
        message.save(update_fields=["external_id", "external_digest"])


def may_speak_of_one_under_way(*, channel: Channel, item: DeliveryUpdate) -> bool:
    """Whether a report may be about a message that is leaving right now and whose provider's id is not known yet."""
    under_way = Message.objects.filter(channel=channel, delivery_state=Message.DeliveryState.SENDING)
    return bool(item.recipient) and under_way.filter(recipients__address=item.recipient).exists()


def record_watermark(*, channel: Channel, item: DeliveryUpdate) -> list[Message]:
    """Keep that everything which was sent privately to ``item.recipient`` by ``item.until`` has arrived or been read.

    Call inside a transaction. Returns the messages whose state moved forward, oldest first. The number of queries grows with the
    tickets they lie on (nearly always one), not with the messages. What failed, or may never have left, a watermark proves nothing of.
    """
    if item.until is None or not item.recipient:
        return []
    passed = [state for state in ("sent", "delivered") if is_progress(old=state, new=item.status)]
    identity_kind = adapter_class(channel.kind).identity_kind
    behind = Message.objects.filter(
        conversation__in=Conversation.objects.filter(
            channel=channel, identity__kind=identity_kind, identity__address=item.recipient
        ),
        direction=Message.Direction.OUT,
        visibility=Conversation.Visibility.PRIVATE,
        delivery_state__in=passed,
        sent_at__lte=item.until + CLOCK_TOLERANCE,
    )
    ticket_ids = sorted(set(behind.order_by("-id").values_list("ticket_id", flat=True)[:MOST_BY_WATERMARK]))
    tickets = {ticket_id: lock_ticket(ticket_id) for ticket_id in ticket_ids}
    locked = behind.filter(ticket_id__in=ticket_ids).select_for_update(of=("self",))
    messages = list(locked.order_by("-id")[:MOST_BY_WATERMARK])[::-1]
    ids = [message.pk for message in messages]
    Message.objects.filter(pk__in=ids).update(delivery_state=item.status)
    MessageRecipient.objects.filter(message__in=ids, address=item.recipient, state__in=passed).update(state=item.status)
    _write_passages(messages, tickets, item.status)
    return messages


def _write_passages(messages: Sequence[Message], tickets: Mapping[int, Ticket], state: str) -> None:
    events = []
    for message in messages:
        message.delivery_state = state
        ticket = tickets[message.ticket_id]
        data = {"message": message.pk, "state": state, "code": message.error_code}
        events.append(new_event(ticket=ticket, kind="message.delivery_changed", actor=Actor.system(), data=data))
    TicketEvent.objects.bulk_create(events)
    for ticket_id in {message.ticket_id for message in messages}:
        ticket = tickets[ticket_id]
        ticket.version += 1
        ticket.save(update_fields=["event_sequence", "version"])


def _find_message(channel: Channel, item: DeliveryUpdate) -> Message | None:
    sent = Message.objects.filter(direction=Message.Direction.OUT)
    for external_id in (item.status_of, *item.references):
        digest = external_digest(external_id)
        if digest is not None:
            message = sent.filter(channel=channel, external_digest=digest).order_by("-id").first()
            if message is not None:
                return message
    if item.thread_tokens and not item.status_of:
        # The bounce names the conversation only: the newest message that has left is what came back.
        left = sent.exclude(delivery_state__in=[Message.DeliveryState.QUEUED, Message.DeliveryState.CANCELLED])
        return left.filter(conversation__reply_token__in=list(item.thread_tokens)).order_by("-id").first()
    return None


def _update_recipient(message: Message, item: DeliveryUpdate) -> bool:
    """Keep the report on the recipient's row; True when it decides the state of the whole message."""
    recipients = list(message.recipients.order_by("id"))
    if not item.recipient or not recipients:
        return True
    recipient = next((r for r in recipients if r.address == item.recipient.lower()), None)
    if recipient is None:
        # Forwarding: the address that failed is behind the one we wrote to.
        return True
    if item.is_soft or is_progress(old=recipient.state or "queued", new=item.status):
        recipient.code, recipient.reason = item.error_code[:40], item.reason[:2000]
        if not item.is_soft:
            recipient.state = item.status
        recipient.save(update_fields=["state", "code", "reason"])
    return recipient.role == MessageRecipient.Role.TO
