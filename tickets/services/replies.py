"""Answering: replies, internal notes, the agent's first word, undo. The queued message is the outbox."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from channels_app.adapters.base import Choice, TemplateUse
from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from helpdesk.common.errors import Conflict, NotVisible, Unprocessable
from helpdesk.common.text import clean_text, preview
from tickets.models import Attachment, Conversation, Draft, Message, Ticket, TicketEvent
from tickets.models.visibility import may_see_ticket
from tickets.policies.lifecycle import next_status
from tickets.policies.mentions import find_mentions
from tickets.services.actors import Actor
from tickets.services.assignment import assign
from tickets.services.bot_sessions import end_talks_of
from tickets.services.changes import TicketChange
from tickets.services.files import StoredFile
from tickets.services.lifecycle import move_to, refuse, resolve
from tickets.services.locking import lock_ticket
from tickets.services.message_filing import PREVIEW_LENGTH
from tickets.services.notifying import notify
from tickets.services.queueing import Answer, check_sendable, queue_answer
from tickets.services.search import index_messages
from tickets.services.template_texts import template_text

UNSEEN_KINDS = ("message.received", "ticket.replied", "ticket.noted", "ticket.absorbed", "messages.taken")


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
    template: TemplateUse | None = None,
    choices: Sequence[Choice] = (),
    asks_for: str = "",
    is_public: bool = False,
) -> Message:
    """Queue an answer to the customer through one conversation of the ticket (default: where he wrote last).

    Raises Unprocessable ("empty_reply", "open_placeholder" and what ``check_sendable`` names), Conflict ("ticket_closed",
    "unseen_messages" when something newer than ``seen_sequence`` stands there), InvalidInput for a bad cc address. ``status_after``
    is "", "pending" or "resolved". For ``undo_seconds`` the message is held and can be cancelled. With a ``template`` the text is
    what the template says. ``is_public`` must be said where everybody reads the answer.
    """
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    ticket = change.ticket
    if next_status(ticket.status, "agent_reply") is None:
        raise refuse(ticket, "agent_reply")
    _refuse_unseen(ticket, actor, seen_sequence)
    conversation = conversation_for(ticket, conversation_id)
    written = template_text(conversation.channel, template) if template is not None else text
    clean = _checked_text(written, allow_empty=bool(attachments))
    answer = Answer(
        text=clean, copies=cc or (), files=attachments, template=template, choices=choices, asks_for=asks_for,
        is_public=is_public, undo_seconds=undo_seconds,
    )  # fmt: skip
    message = answer_through(change, conversation, answer)
    if status_after == "resolved" and ticket.status != Ticket.Status.RESOLVED:
        resolve(change)
    elif status_after == "pending" and ticket.status != Ticket.Status.RESOLVED:
        move_to(change, Ticket.Status.PENDING)
    change.save()
    Draft.objects.filter(ticket=ticket, agent_id=actor.user_id, kind=Message.Kind.MESSAGE).delete()
    return message


def answer_through(change: TicketChange, conversation: Conversation, answer: Answer) -> Message:
    """Queue an answer as a part of a larger verb, whose caller has checked the text and saves the change."""
    message = queue_answer(change, conversation, check_sendable(conversation, answer))
    _apply_reply(change, message)
    if change.actor.kind == "agent" and change.ticket.assignee_id is None:
        assign(change, assignee_id=change.actor.user_id)
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


def conversation_for(ticket: Ticket, conversation_id: int | None) -> Conversation:
    """The conversation of the ticket that was named, or the one where the customer wrote last. Raises NotVisible."""
    through = Message.objects.filter(ticket=ticket, conversation__isnull=False).select_related(
        "conversation__channel__brand", "conversation__identity", "conversation__customer"
    )
    if conversation_id is not None:
        through = through.filter(conversation_id=conversation_id)
    # The customer's own last word decides; ours only where he has not spoken yet.
    newest = through.order_by("direction", "-id").first()
    if newest is None or newest.conversation is None:
        return _linked_conversation(ticket, conversation_id)
    return newest.conversation


def _linked_conversation(ticket: Ticket, conversation_id: int | None) -> Conversation:
    """A conversation of the ticket in which nothing was said on it yet."""
    linked = Conversation.objects.filter(active_ticket=ticket).select_related("channel__brand", "identity", "customer")
    if conversation_id is not None:
        linked = linked.filter(pk=conversation_id)
    conversation = linked.order_by("-pk").first()
    if conversation is None:
        raise NotVisible("conversation_not_found", _("This ticket has no such conversation."))
    found: Conversation = conversation
    return found


def _apply_reply(change: TicketChange, message: Message) -> None:
    """The ticket after a public answer. Only a human's stops the clocks; the bot's does not."""
    ticket = change.ticket
    data = {"message": message.pk, "contact": message.contact_number, "conversation": message.conversation_id}
    change.tell("ticket.replied", data)
    if change.actor.kind == "agent":
        customer_has_spoken = not ticket.opened_by_agent or ticket.waiting_since is not None
        if ticket.first_response_at is None and customer_has_spoken:
            change.set(first_response_at=message.sort_at)
        end_talks_of(change, reason="agent_replied")
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
    change = TicketChange(lock_ticket(ticket_id), actor)
    message = write_note(change, text, attachments)
    change.save()
    Draft.objects.filter(ticket_id=ticket_id, agent_id=actor.user_id, kind=Message.Kind.NOTE).delete()
    return message


def write_note(change: TicketChange, text: str, attachments: Sequence[StoredFile] = ()) -> Message:
    """``add_note`` as a part of a larger verb."""
    clean = clean_text(text).strip()
    if not clean and not attachments:
        raise Unprocessable("empty_note", _("Write something first."), fields={"text": "empty"})
    ticket, actor, moment = change.ticket, change.actor, now()
    message: Message = Message.objects.create(
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
    _tell_mentioned(ticket, message, actor)
    Draft.objects.filter(ticket=ticket, agent_id=actor.user_id, kind=Message.Kind.NOTE).delete()
    return message


def _tell_mentioned(ticket: Ticket, note: Message, actor: Actor) -> None:
    """Tell the people whom a note names, as far as they may see the ticket."""
    names = find_mentions(note.text)
    if not names:
        return
    # However the name is capitalised: nobody should miss that he is asked for.
    small = [name.lower() for name in names]
    everybody = User.objects.filter(is_active=True).exclude(pk=actor.user_id)
    people = everybody.annotate(small=Lower("username")).filter(small__in=small)
    notify(
        user_ids=[person.pk for person in people if may_see_ticket(person, ticket)],
        kind="mentioned",
        key=f"mentioned:{note.pk}",
        ticket_id=ticket.pk,
        data={"number": ticket.number, "by": actor.user_id},
        by_mail=True,
    )


def queue_first_message(
    *,
    ticket: Ticket,
    conversation: Conversation,
    actor: Actor,
    text: str,
    cc: Sequence[str],
    attachments: Sequence[StoredFile],
    undo_seconds: int,
    template: TemplateUse | None = None,
) -> Message:
    """The first message of a ticket that an agent opens; the caller holds the new ticket and the conversation."""
    clean = _checked_text(
        template_text(conversation.channel, template) if template else text, allow_empty=bool(attachments)
    )
    answer = Answer(text=clean, copies=cc, files=attachments, template=template, undo_seconds=undo_seconds)
    change = TicketChange(ticket, actor)
    message = queue_answer(change, conversation, check_sendable(conversation, answer))
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
