"""Mail that the product itself writes: acknowledgement, survey, notice. It never touches the figures of the ticket."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from channels_app.registry import adapter_for
from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from helpdesk.common.text import one_line
from tickets.models import Conversation, Message, MessageRecipient, Ticket
from tickets.models.message import external_digest
from tickets.services.actors import Actor
from tickets.services.events import write_event
from tickets.services.locking import lock_ticket


def is_writable(address: str) -> bool:
    """Whether mail to this address can arrive anywhere (a sender without an address gets an invented one)."""
    return bool(address) and not address.endswith(".invalid")


def is_mail_address(address: str) -> bool:
    """Whether this is exactly one mail address, already normalised: no list, no name, no line break."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= 320


@transaction.atomic
def queue_system_message(
    *, conversation_id: int, ticket_id: int, purpose: str, subject: str, text: str, language: str = ""
) -> Message | None:
    """Queue a message of the system in a conversation; None where nobody can be reached there, or everybody would read it.

    First response, waiting, unread and last message of the ticket stay as they are.
    """
    conversation = Conversation.objects.select_related("channel", "identity__customer").get(pk=conversation_id)
    identity = conversation.identity
    is_public = conversation.visibility == Conversation.Visibility.PUBLIC
    if is_public or not is_writable(identity.address) or identity.unreachable_since or conversation.customer.is_blocked:
        return None
    ticket = lock_ticket(ticket_id)
    message = insert_system_message(
        ticket, conversation, purpose=purpose, subject=subject, text=text, language=language
    )
    write_event(
        ticket=ticket, kind="message.queued", actor=Actor.system(), data={"message": message.pk, "purpose": purpose}
    )
    return message


def insert_system_message(
    ticket: Ticket, conversation: Conversation, *, purpose: str, subject: str, text: str, language: str = ""
) -> Message:
    """The row in the outbox alone, as a part of a larger verb: its caller has looked whether anybody can be reached there, holds the
    ticket locked and tells "message.queued".
    """
    message_uuid = uuid.uuid4()
    external_id = adapter_for(conversation.channel).choose_external_id(
        message_uuid=message_uuid.hex, reply_token=conversation.reply_token
    )
    moment = now()
    message: Message = Message.objects.create(
        uuid=message_uuid,
        ticket=ticket,
        conversation=conversation,
        channel=conversation.channel,
        direction=Message.Direction.OUT,
        author=Message.Author.SYSTEM,
        purpose=purpose,
        contact_number=ticket.contact_number,
        subject=one_line(subject)[:500],
        text=text,
        reply_text=text,
        external_id=external_id,
        external_digest=external_digest(external_id),
        received_at=moment,
        sort_at=moment,
        language=language,
        visibility=conversation.visibility,
        delivery_state=Message.DeliveryState.QUEUED,
    )
    MessageRecipient.objects.create(
        message=message, address=conversation.identity.address, name=conversation.customer.name
    )
    ring_on_commit("tickets.tasks.send_message", message.pk)
    return message
