"""Mail that the product itself writes: acknowledgement, survey, notice. It never touches the figures of the ticket."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from channels_app.adapters.base import Can, Choice, TemplateUse
from channels_app.registry import adapter_class, adapter_for
from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from helpdesk.common.rows import Batch, key_sequence, next_values
from helpdesk.common.text import one_line
from tickets.models import Conversation, Message, MessageRecipient, Ticket
from tickets.models.message import external_digest
from tickets.services.actors import Actor
from tickets.services.events import write_event
from tickets.services.locking import lock_ticket
from tickets.services.template_texts import template_details, template_text

# As many messages of one channel as may be under way at once (``delivery``).
MOST_BELLS = 4


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


@dataclass(frozen=True, kw_only=True)
class SystemText:
    """What the system says. ``choices`` are buttons, left out where the channel has none: the text has to do without them.

    With a ``template`` the text is the provider's. ``details`` are kept with the message beside these.
    """

    purpose: str
    subject: str = ""
    text: str = ""
    language: str = ""
    choices: Sequence[Choice] = ()
    template: TemplateUse | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def can_be_written_to(conversation: Conversation) -> bool:
    """Whether the system may write here at all: somebody can be reached, and nobody else reads along.

    The conversation comes with its identity and its customer.
    """
    identity = conversation.identity
    is_public = conversation.visibility == Conversation.Visibility.PUBLIC
    is_closed = is_public or identity.unreachable_since is not None or conversation.customer.is_blocked
    return not is_closed and is_writable(identity.address)


@transaction.atomic
def queue_system_message(
    *,
    conversation_id: int,
    ticket_id: int,
    purpose: str,
    subject: str,
    text: str,
    language: str = "",
    choices: Sequence[Choice] | None = None,
    template: TemplateUse | None = None,
) -> Message | None:
    """Queue a message of the system in a conversation; None where nobody can be reached there, or everybody would read it.

    First response, waiting, unread and last message of the ticket stay as they are. Buttons are left out where the channel has none.
    Raises Unprocessable ("unknown_template", "open_placeholder") for a template that cannot be sent.
    """
    conversation = Conversation.objects.select_related("channel", "identity", "customer").get(pk=conversation_id)
    if not can_be_written_to(conversation):
        return None
    ticket = lock_ticket(ticket_id)
    said = SystemText(
        purpose=purpose, subject=subject, text=text, language=language, choices=choices or (), template=template
    )
    message = new_system_message(ticket, conversation, said)
    store_system_messages([message])
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
    said = SystemText(purpose=purpose, subject=subject, text=text, language=language)
    message = new_system_message(ticket, conversation, said)
    store_system_messages([message])
    return message


def new_system_message(ticket: Ticket, conversation: Conversation, said: SystemText) -> Message:
    """The row for the outbox, not stored yet. Raises what ``adapter_for`` raises, and Unprocessable for an unknown template."""
    channel = conversation.channel
    message_uuid = uuid.uuid4()
    external_id = adapter_for(channel).choose_external_id(
        message_uuid=message_uuid.hex, reply_token=conversation.reply_token
    )
    details, text = dict(said.details), said.text
    if said.template is not None:
        details["template"] = template_details(channel, said.template)
        text = template_text(channel, said.template)
    elif said.choices and Can.CHOICES in adapter_class(channel.kind).can:
        details["choices"] = [asdict(choice) for choice in said.choices]
    moment = now()
    return Message(
        uuid=message_uuid,
        ticket=ticket,
        conversation=conversation,
        channel=channel,
        direction=Message.Direction.OUT,
        author=Message.Author.SYSTEM,
        purpose=said.purpose,
        contact_number=ticket.contact_number,
        subject=one_line(said.subject)[:500],
        text=text,
        reply_text=text,
        details=details,
        external_id=external_id,
        external_digest=external_digest(external_id),
        received_at=moment,
        sort_at=moment,
        language=said.language,
        visibility=conversation.visibility,
        delivery_state=Message.DeliveryState.QUEUED,
    )


def store_system_messages(messages: Sequence[Message], batch: Batch | None = None) -> None:
    """Put new messages into the outbox; each gets its key. With a ``batch`` they are stored when that runs. Their tickets are locked by
    the caller.
    """
    if not messages:
        return
    rows = Batch() if batch is None else batch
    keys = next_values(*[key_sequence(Message)] * len(messages))
    recipients, rung = [], Counter[int | None]()
    for message, key in zip(messages, keys, strict=True):
        message.pk = key
        conversation = message.conversation
        assert conversation is not None, "only notes have no conversation"
        address, name = conversation.identity.address, conversation.customer.name
        recipients.append(MessageRecipient(message=message, address=address, name=name))
        rung[message.channel_id] += 1
        # Whoever answers the bell goes on with what else its channel has; more could not be under way anyhow.
        if rung[message.channel_id] <= MOST_BELLS:
            ring_on_commit("tickets.tasks.send_message", message.pk)
    rows.insert(messages)
    rows.insert(recipients)
    if batch is None:
        rows.run()
        for message in messages:
            message._state.adding = False
