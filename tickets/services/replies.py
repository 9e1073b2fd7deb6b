"""Answering: replies, internal notes, the agent's first word, undo. The queued message is the outbox."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.adapters.base import Can
from channels_app.models import Channel
from channels_app.registry import adapter_class, adapter_for
from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible, Unprocessable
from helpdesk.common.text import clean_text, preview
from tickets.models import Attachment, Conversation, Draft, Message, MessageRecipient, Ticket, TicketEvent
from tickets.models.message import external_digest
from tickets.policies.contacts import contact_after
from tickets.policies.lifecycle import next_status
from tickets.policies.threading import reply_subject
from tickets.services.actors import Actor
from tickets.services.assignment import assign
from tickets.services.changes import TicketChange
from tickets.services.files import StoredFile
from tickets.services.lifecycle import move_to, refuse, resolve
from tickets.services.locking import lock_ticket
from tickets.services.message_filing import PREVIEW_LENGTH
from tickets.services.search import index_messages
from tickets.services.system_messages import is_mail_address, is_writable

MOST_COPIES = 20
UNSEEN_KINDS = ("message.received", "ticket.replied", "ticket.noted", "ticket.absorbed")


@transaction.atomic
def reply_to_ticket(
    *,
    ticket_id: int,
    actor: Actor,
    text: str,
    conversation_id: int | None = None,
    cc: Sequence[str] | None = None,
    attachments: Sequence[StoredFile] = (),
    seen_sequence: int | None = None,
    status_after: str = "",
    undo_seconds: int = 0,
    expected_version: int | None = None,
) -> Message:
    """Queue an answer to the customer through one conversation of the ticket (default: where he wrote last).

    Raises Unprocessable ("empty_reply", "open_placeholder", "channel_cannot", "no_recipient"), Conflict ("ticket_closed",
    "unseen_messages" when something newer than ``seen_sequence`` stands there), InvalidInput for a bad cc address. ``status_after``
    is "", "pending" or "resolved". For ``undo_seconds`` the message is held and can be cancelled.
    """
    clean = _checked_text(text, allow_empty=bool(attachments))
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    ticket = change.ticket
    if next_status(ticket.status, "agent_reply") is None:
        raise refuse(ticket, "agent_reply")
    _refuse_unseen(ticket, actor, seen_sequence)
    conversation = _conversation_for(ticket, conversation_id)
    copies = _checked_recipients(conversation, cc or (), attachments)
    message = _queue_message(change, conversation, clean, copies, attachments, undo_seconds)
    _apply_reply(change, message)
    if actor.kind == "agent" and ticket.assignee_id is None:
        assign(change, assignee_id=actor.user_id)
    if status_after == "resolved" and ticket.status != Ticket.Status.RESOLVED:
        resolve(change)
    elif status_after == "pending" and ticket.status != Ticket.Status.RESOLVED:
        move_to(change, Ticket.Status.PENDING)
    change.save()
    Draft.objects.filter(ticket=ticket, agent_id=actor.user_id, kind=Message.Kind.MESSAGE).delete()
    ring_on_commit("tickets.tasks.send_message", message.pk)
    return message


def _checked_text(text: str, *, allow_empty: bool = False) -> str:
    clean = clean_text(text).strip()
    if not clean and not allow_empty:
        raise Unprocessable("empty_reply", _("Write something first."), fields={"text": "empty"})
    if "{{" in clean and "}}" in clean:
        raise Unprocessable(
            "open_placeholder",
            _("A placeholder is still open: fill in or remove “{{ … }}”."),
            fields={"text": "placeholder"},
        )
    return clean


def _refuse_unseen(ticket: Ticket, actor: Actor, seen_sequence: int | None) -> None:
    if seen_sequence is None:
        return
    newer = TicketEvent.objects.filter(ticket=ticket, sequence__gt=seen_sequence, kind__in=UNSEEN_KINDS)
    if actor.user_id is not None:
        newer = newer.exclude(actor_id=actor.user_id)
    if newer.exists():
        raise Conflict("unseen_messages", _("Something new has arrived on this ticket. Read it, then send again."))


def _conversation_for(ticket: Ticket, conversation_id: int | None) -> Conversation:
    through = Message.objects.filter(ticket=ticket, conversation__isnull=False).select_related(
        "conversation__channel__brand", "conversation__identity", "conversation__customer"
    )
    if conversation_id is not None:
        through = through.filter(conversation_id=conversation_id)
    # The customer's own last word decides; ours only where he has not spoken yet.
    newest = through.order_by("direction", "-id").first()
    if newest is None or newest.conversation is None:
        raise NotVisible("conversation_not_found", _("This ticket has no such conversation."))
    return newest.conversation


def _checked_recipients(conversation: Conversation, cc: Sequence[str], attachments: Sequence[StoredFile]) -> list[str]:
    channel = conversation.channel
    adapter = adapter_class(channel.kind)
    if Can.SEND not in adapter.can or not channel.is_active:
        raise Unprocessable(
            "channel_cannot",
            _("“%(channel)s” cannot send at the moment. It is switched off.") % {"channel": channel.name},
        )
    if attachments and Can.ATTACH not in adapter.can:
        raise Unprocessable(
            "channel_cannot",
            _("“%(channel)s” cannot send files.") % {"channel": channel.name},
            fields={"attachments": "not supported"},
        )
    if sum(file.size for file in attachments) > settings.HELPDESK_MAX_ATTACHMENT_BYTES:
        raise Unprocessable(
            "attachments_too_large", _("The files are larger than 25 MB together."), fields={"attachments": "too large"}
        )
    if not is_writable(conversation.identity.address):
        raise Unprocessable("no_recipient", _("The customer left no address that can be written to."))
    if cc and Can.COPY not in adapter.can:
        raise Unprocessable(
            "channel_cannot",
            _("“%(channel)s” cannot send copies.") % {"channel": channel.name},
            fields={"cc": "not supported"},
        )
    written = [address for address in cc if address.strip()]
    copies = list(dict.fromkeys(adapter.normalise_address(address) for address in written))
    if len(copies) > MOST_COPIES or not all(is_mail_address(address) for address in copies):
        raise InvalidInput("invalid_cc", _("One of the copy addresses cannot be used."), fields={"cc": "invalid"})
    return [address for address in copies if address != conversation.identity.address]


def _queue_message(
    change: TicketChange,
    conversation: Conversation,
    text: str,
    copies: Sequence[str],
    files: Sequence[StoredFile],
    undo_seconds: int,
) -> Message:
    ticket, actor = change.ticket, change.actor
    moment = now()
    message_uuid = uuid.uuid4()
    external_id = adapter_for(conversation.channel).choose_external_id(
        message_uuid=message_uuid.hex, reply_token=conversation.reply_token
    )
    number, ends_at = contact_after(
        number=ticket.contact_number,
        ends_at=ticket.contact_ends_at,
        message_at=moment,
        session_gap=conversation.channel.session_gap,
    )
    change.set(contact_number=number, contact_ends_at=ends_at)
    message = Message.objects.create(
        uuid=message_uuid,
        ticket=ticket,
        conversation=conversation,
        channel=conversation.channel,
        direction=Message.Direction.OUT,
        author=Message.Author.AGENT if actor.kind == "agent" else Message.Author.BOT,
        author_agent_id=actor.user_id,
        contact_number=number,
        subject=reply_subject(ticket.subject)[:500]
        if Can.SUBJECT in adapter_class(conversation.channel.kind).can
        else "",
        text=_with_signature(text, conversation.channel, actor),
        reply_text=text,
        external_id=external_id,
        external_digest=external_digest(external_id),
        received_at=moment,
        sort_at=moment,
        language=ticket.language,
        visibility=conversation.visibility,
        delivery_state=Message.DeliveryState.QUEUED,
        send_after=moment + timedelta(seconds=undo_seconds) if undo_seconds else None,
    )
    recipients = [
        MessageRecipient(message=message, address=conversation.identity.address, name=conversation.customer.name)
    ]
    recipients += [
        MessageRecipient(message=message, address=address, role=MessageRecipient.Role.CC) for address in copies
    ]
    MessageRecipient.objects.bulk_create(recipients)
    Attachment.objects.bulk_create([file.as_attachment(message.pk) for file in files])
    index_messages([(message.pk, f"{message.subject}\n{text}")])
    return message


def _with_signature(text: str, channel: Channel, actor: Actor) -> str:
    if Can.SUBJECT not in adapter_class(channel.kind).can or actor.user_id is None:
        return text
    signature = User.objects.filter(pk=actor.user_id).values_list("signature", flat=True).first()
    return f"{text}\n\n-- \n{signature.strip()}" if signature and signature.strip() else text


def _apply_reply(change: TicketChange, message: Message) -> None:
    """The ticket after a public answer. Only a human's stops the clocks; the bot's does not."""
    ticket = change.ticket
    data = {"message": message.pk, "contact": message.contact_number, "conversation": message.conversation_id}
    change.tell("ticket.replied", data)
    if change.actor.kind == "agent":
        customer_has_spoken = not ticket.opened_by_agent or ticket.waiting_since is not None
        if ticket.first_response_at is None and customer_has_spoken:
            change.set(first_response_at=message.sort_at)
        change.set(agent_reply_count=ticket.agent_reply_count + 1, waiting_since=None, unread_count=0, notice="")
        move_to(change, next_status(ticket.status, "agent_reply") or ticket.status)
    change.set(
        last_message_at=message.sort_at,
        last_message_is_inbound=False,
        preview=preview(message.reply_text, PREVIEW_LENGTH),
    )


@transaction.atomic
def add_note(*, ticket_id: int, actor: Actor, text: str, attachments: Sequence[StoredFile] = ()) -> Message:
    """Write an internal note. It meets no clock and is never sent. Raises Unprocessable on an empty one."""
    clean = clean_text(text).strip()
    if not clean and not attachments:
        raise Unprocessable("empty_note", _("Write something first."), fields={"text": "empty"})
    ticket = lock_ticket(ticket_id)
    moment = now()
    message = Message.objects.create(
        ticket=ticket,
        direction=Message.Direction.OUT,
        kind=Message.Kind.NOTE,
        author=Message.Author.AGENT if actor.kind == "agent" else Message.Author.SYSTEM,
        author_agent_id=actor.user_id,
        contact_number=ticket.contact_number,
        text=clean,
        reply_text=clean,
        received_at=moment,
        sort_at=moment,
    )
    Attachment.objects.bulk_create([file.as_attachment(message.pk) for file in attachments])
    index_messages([(message.pk, clean)])
    change = TicketChange(ticket, actor)
    change.tell("ticket.noted", {"message": message.pk})
    change.save()
    Draft.objects.filter(ticket=ticket, agent_id=actor.user_id, kind=Message.Kind.NOTE).delete()
    return message


def queue_first_message(
    *,
    ticket: Ticket,
    conversation: Conversation,
    actor: Actor,
    text: str,
    cc: Sequence[str],
    attachments: Sequence[StoredFile],
    undo_seconds: int,
) -> Message:
    """The first message of a ticket that an agent opens; the caller holds the new ticket and the conversation."""
    clean = _checked_text(text, allow_empty=bool(attachments))
    copies = _checked_recipients(conversation, cc, attachments)
    change = TicketChange(ticket, actor)
    message = _queue_message(change, conversation, clean, copies, attachments, undo_seconds)
    _set_first_subject(message, ticket)
    _apply_reply(change, message)
    if actor.kind == "agent":
        assign(change, assignee_id=actor.user_id)
    change.save()
    ring_on_commit("tickets.tasks.send_message", message.pk)
    return message


def _set_first_subject(message: Message, ticket: Ticket) -> None:
    if message.subject:
        message.subject = ticket.subject
        message.save(update_fields=["subject"])
