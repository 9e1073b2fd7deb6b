"""Answers that are written from a quick reply without anybody typing: by a macro that a person runs, or by a rule."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class
from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, NotVisible, Unprocessable
from helpdesk.core.services import count_and_check
from tickets.models import Conversation, Message, QuickReply, Ticket
from tickets.policies.action_plans import Outcome
from tickets.policies.lifecycle import next_status
from tickets.policies.outgoing import Window
from tickets.policies.threading import reply_subject
from tickets.selectors.rendered_replies import Reading, Rendered, render_quick_reply
from tickets.services.actions import Doing
from tickets.services.changes import TicketChange
from tickets.services.lifecycle import move_to, refuse, resolve
from tickets.services.queueing import Answer, check_sendable, conversation_window
from tickets.services.quick_reply_uses import count_uses
from tickets.services.replies import answer_through, conversation_for
from tickets.services.system_messages import insert_system_message

PURPOSE = "rule"
# Two machines that answer each other without any header stop here.
MOST_PER_ADDRESS_AND_HOUR = 3
MOST_PER_TICKET_AND_DAY = 5


def reply_by_action(doing: Doing, action: Mapping[str, Any]) -> Outcome:
    """The action "reply": the answer leaves, or the action is skipped with the reason."""
    message = answer_with(doing.change, quick_reply_id=action["quick_reply"])
    status = action.get("status_after", "")
    if status == "resolved" and doing.ticket.status != Ticket.Status.RESOLVED:
        resolve(doing.change, reason=doing.why)
    elif status == "pending" and doing.ticket.status != Ticket.Status.RESOLVED:
        move_to(doing.change, Ticket.Status.PENDING)
    return doing.done(action, message=message.pk, quick_reply=action["quick_reply"])


def answer_with(change: TicketChange, *, quick_reply_id: int) -> Message:
    """Answer where the customer wrote last, as a part of ``change``.

    A person's is an answer like any other. A rule's is a message of the system: it is no answer to the figures, meets no time limit,
    never stands in public, never answers a machine, and never carries an agent's name. Raises Unprocessable for a text with a missing
    value and for what the channel does not take, NotVisible for one that is gone, Conflict and TooManyRequests against endless loops.
    """
    quick_reply = QuickReply.objects.prefetch_related("variants").filter(pk=quick_reply_id, is_active=True).first()
    if quick_reply is None:
        raise NotVisible("quick_reply_not_found", _("There is no such quick reply any more."))
    if next_status(change.ticket.status, "agent_reply") is None:
        raise refuse(change.ticket, "agent_reply")
    conversation = conversation_for(change.ticket, None)
    is_person = change.actor.kind == "agent"
    agent = User.objects.filter(pk=change.actor.user_id).first() if is_person else None
    rendered = render_quick_reply(quick_reply, Reading(ticket=change.ticket, conversation=conversation, agent=agent))
    refuse_open_places(rendered)
    if is_person:
        message = answer_through(change, conversation, Answer(text=rendered.text))
    else:
        message = _answer_automatically(change, conversation, rendered)
    count_uses(quick_reply_ids=[quick_reply.pk], actor=change.actor)
    return message


def refuse_open_places(rendered: Rendered) -> None:
    """Raise Unprocessable ("open_placeholder") that names the missing values."""
    if rendered.missing:
        text = _("These values are missing: %(names)s.") % {"names": ", ".join(rendered.missing)}
        raise Unprocessable("open_placeholder", text, fields={"text": ", ".join(rendered.missing)})


def _answer_automatically(change: TicketChange, conversation: Conversation, rendered: Rendered) -> Message:
    ticket = change.ticket
    if conversation.visibility == Conversation.Visibility.PUBLIC:
        raise Unprocessable("would_be_public", _("A rule answers nobody in public."))
    if conversation.customer.is_blocked or ticket.is_spam:
        raise Unprocessable("customer_blocked", _("A rule does not answer who is blocked."))
    _refuse_machines(ticket)
    check_sendable(conversation, Answer(text=rendered.text))
    # Beyond the free time providers let persons write, not machines.
    if conversation_window(conversation, at=now()) is not Window.OPEN:
        raise Unprocessable("window_closed", _("The customer wrote too long ago for an automatic answer."))
    has_subject = Can.SUBJECT in adapter_class(conversation.channel.kind).can
    message = insert_system_message(
        ticket,
        conversation,
        purpose=PURPOSE,
        subject=reply_subject(ticket.subject) if has_subject else "",
        text=rendered.text,
        language=rendered.language or ticket.language,
    )
    change.tell("message.queued", {"message": message.pk, "purpose": PURPOSE})
    return message


def _refuse_machines(ticket: Ticket) -> None:
    """Raise Conflict or TooManyRequests where an automatic answer would answer a machine, or go round in circles."""
    theirs = Message.objects.filter(ticket=ticket, author=Message.Author.CUSTOMER)
    last = theirs.select_related("author_identity").order_by("-sort_at", "-pk").first()
    if last is not None and (last.is_auto_reply or last.headers.get("no_auto_answer")):
        raise Conflict("automatic_message", _("The last message was written by a machine."))
    today = Message.objects.filter(ticket=ticket, purpose=PURPOSE, received_at__gt=now() - timedelta(days=1))
    if today.count() >= MOST_PER_TICKET_AND_DAY:
        raise Conflict("too_many_automatic_answers", _("Rules have answered here often enough today."))
    if last is not None and last.author_identity is not None:
        address = last.author_identity.address
        count_and_check(f"rule-answer:{address}", limit=MOST_PER_ADDRESS_AND_HOUR, window_seconds=3600)
