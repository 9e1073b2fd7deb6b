"""Messages to a customer that left from elsewhere: another application, the provider's own inbox, somebody's phone."""

from collections.abc import Sequence

from channels_app.adapters.base import InboundMessage
from channels_app.models import Channel, InboundEvent
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.text import clean_json, clean_text, preview
from tickets.models import Attachment, Conversation, Message, MessageRecipient, Ticket
from tickets.models.message import external_digest
from tickets.policies import ordering
from tickets.services.actors import Actor
from tickets.services.customers import find_identity, scope_of
from tickets.services.events import write_event
from tickets.services.filed import Filed
from tickets.services.files import StoredFile
from tickets.services.locking import lock_ticket
from tickets.services.search import index_messages

State = Message.DeliveryState
_PREVIEW_LENGTH = 160


def file_echo(
    *, channel: Channel, item: InboundMessage, event: InboundEvent | None, files: Sequence[StoredFile]
) -> Filed:
    """Put an echo on the timeline of the customer's conversation, as sent from another app. Call inside a transaction.

    It opens no ticket, wakes none and answers nothing: clocks, status and figures stay, for nobody here knows who wrote it. Without a
    conversation it is ignored. One of a message of ours that is under way is not shown twice, and settles one whose fate was unknown.
    """
    conversation = _find_conversation(channel, item)
    if conversation is None:
        return Filed(outcome="ignored", reason="echo")
    own = _find_own(channel, conversation, item)
    if own is not None:
        return _settle(own, item)
    ticket_id = conversation.active_ticket_id or (
        Message.objects.filter(conversation=conversation).order_by("-id").values_list("ticket_id", flat=True).first()
    )
    if ticket_id is None:
        return Filed(outcome="ignored", reason="echo")
    ticket = lock_ticket(ticket_id)
    message = _insert(channel, conversation, ticket, item, event)
    Attachment.objects.bulk_create([file.as_attachment(message.pk) for file in files])
    index_messages([(message.pk, message.text)])
    _show_as_last(ticket, conversation, message)
    write_event(ticket=ticket, kind="message.echoed", actor=Actor.system(), data={"message": message.pk})
    return Filed(outcome="appended", ticket_id=ticket.pk, conversation_id=conversation.pk, message_id=message.pk)


def _find_conversation(channel: Channel, item: InboundMessage) -> Conversation | None:
    """The private conversation with whoever the echo was sent to, locked."""
    person = next(iter(item.to), None)
    if person is None or not person.address:
        return None
    kind = person.kind or adapter_class(channel.kind).identity_kind
    identity = find_identity(kind=kind, address=person.address[:320], channel_id=scope_of(kind, channel))
    if identity is None:
        return None
    thread_id = item.thread_id[:200] or f"identity:{identity.pk}"
    found = Conversation.objects.select_for_update(of=("self",)).select_related("channel", "customer")
    return found.filter(channel=channel, external_thread_id=thread_id).first()


def _find_own(channel: Channel, conversation: Conversation, item: InboundMessage) -> Message | None:
    """Our own message that the echo is of: known by its id, or still without one and with the same content."""
    sent = Message.objects.filter(direction=Message.Direction.OUT)
    digest = external_digest(clean_text(item.external_id))
    if digest is not None:
        known = sent.filter(channel=channel, external_digest=digest).order_by("id").first()
        if known is not None:
            return known
    under_way = sent.filter(
        conversation=conversation, delivery_state__in=[State.SENDING, State.UNKNOWN], external_id=""
    )
    text = clean_text(item.text).strip()
    for message in under_way.order_by("id"):
        has_files = message.attachments.exists()
        if message.text.strip() == text and has_files == bool(item.attachments):
            return message
    return None


def _settle(message: Message, item: InboundMessage) -> Filed:
    """The provider shows our message, so it left: one whose outcome was unknown is sent."""
    ticket = lock_ticket(message.ticket_id)
    current = Message.objects.select_for_update().get(pk=message.pk)
    filed = Filed(
        outcome="duplicate", ticket_id=ticket.pk, conversation_id=current.conversation_id, message_id=current.pk
    )
    if current.delivery_state != State.UNKNOWN or current.ticket_id != ticket.pk:
        return filed
    current.delivery_state, current.sent_at = State.SENT, item.sent_at or now()
    current.external_id = clean_text(item.external_id)
    current.external_digest = external_digest(current.external_id)
    current.error = current.error_code = ""
    current.save(update_fields=["delivery_state", "sent_at", "external_id", "external_digest", "error", "error_code"])
    current.recipients.update(state=State.SENT)
    data = {"message": current.pk, "state": State.SENT, "code": ""}
    write_event(ticket=ticket, kind="message.delivery_changed", actor=Actor.system(), data=data)
    return filed


def _insert(
    channel: Channel, conversation: Conversation, ticket: Ticket, item: InboundMessage, event: InboundEvent | None
) -> Message:
    received_at = event.received_at if event is not None else now()
    external_id = clean_text(item.external_id)
    message = Message.objects.create(
        ticket=ticket,
        conversation=conversation,
        channel=channel,
        dedup_key=item.dedup_key,
        inbound_event=event,
        direction=Message.Direction.OUT,
        author=Message.Author.SYSTEM,
        purpose="other_app",
        contact_number=ticket.contact_number,
        text=clean_text(item.text),
        reply_text=clean_text(item.text),
        flags=list(item.flags),
        details=clean_json(item.details),
        external_id=external_id,
        external_digest=external_digest(external_id),
        in_reply_to=clean_text(item.in_reply_to),
        provider_at=item.sent_at,
        received_at=received_at,
        sort_at=ordering.sort_at(provider_at=item.sent_at, received_at=received_at, trusts_provider=True),
        visibility=conversation.visibility,
        delivery_state=State.SENT,
        sent_at=item.sent_at or received_at,
    )
    MessageRecipient.objects.create(
        message=message, address=item.to[0].address[:320], name=conversation.customer.name, state=State.SENT
    )
    return message


def _show_as_last(ticket: Ticket, conversation: Conversation, message: Message) -> None:
    if message.sort_at >= ticket.last_message_at:
        ticket.last_message_at, ticket.last_message_is_inbound = message.sort_at, False
        ticket.preview = preview(message.text, _PREVIEW_LENGTH)
        ticket.save(update_fields=["last_message_at", "last_message_is_inbound", "preview"])
    if conversation.last_message_at is None or message.sort_at > conversation.last_message_at:
        conversation.last_message_at = message.sort_at
        conversation.save(update_fields=["last_message_at"])
