"""What the composer offers for a ticket: through which conversation, to whom, and what that channel can carry."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class
from helpdesk.common.errors import InvalidInput
from tickets.admin.doors import AgentRequest
from tickets.models import Conversation, Message, Ticket
from tickets.selectors.timeline import conversations_of
from tickets.services.system_messages import is_writable


@dataclass(frozen=True, kw_only=True)
class Way:
    """One conversation as a way to answer. ``refusal`` says why nothing can be sent through it; "" when it can."""

    conversation: Conversation
    address: str
    name: str
    can_attach: bool
    can_copy: bool
    copies: tuple[str, ...]
    refusal: str


def composer_context(request: AgentRequest, ticket: Any) -> dict[str, Any]:
    """Ways to answer, the drafts of this agent, and what is refused from the start."""
    drafts = {draft["kind"]: draft["text"] for draft in ticket.draft_list}
    ways = [_way(conversation) for conversation in conversations_of(ticket_id=ticket.pk)]
    refusal = _ticket_refusal(ticket, ways)
    return {
        "ways": ways,
        "reply_draft": drafts.get(Message.Kind.MESSAGE, ""),
        "note_draft": drafts.get(Message.Kind.NOTE, ""),
        "refusal": refusal,
        "begins_with_note": bool(refusal) or (bool(drafts.get("note")) and not drafts.get("message")),
        "may_follow_up": ticket.status == Ticket.Status.CLOSED
        and not ticket.merged_into_id
        and request.user.has_perm("tickets.add_ticket"),
        "max_bytes": settings.HELPDESK_MAX_ATTACHMENT_BYTES,
        "undo_seconds": settings.HELPDESK_UNDO_SECONDS,
        "can_resolve": request.user.has_perm("tickets.change_ticket")
        and ticket.status not in (Ticket.Status.RESOLVED, Ticket.Status.CLOSED),
    }


def _way(conversation: Any) -> Way:
    channel, identity = conversation.channel, conversation.identity
    try:
        can = adapter_class(channel.kind).can
    except InvalidInput:
        can = Can.NOTHING
    return Way(
        conversation=conversation,
        address=identity.address_raw or identity.address,
        name=identity.display_name or conversation.customer.name,
        can_attach=Can.ATTACH in can,
        can_copy=Can.COPY in can,
        copies=tuple(conversation.copies) if Can.COPY in can else (),
        refusal=_way_refusal(conversation, can),
    )


def _way_refusal(conversation: Any, can: Can) -> str:
    words = {"channel": conversation.channel.name}
    if not conversation.channel.is_active:
        return _("“%(channel)s” is switched off, so nothing can be sent through it.") % words
    if Can.SEND not in can:
        return _("“%(channel)s” cannot send messages.") % words
    if not is_writable(conversation.identity.address):
        return _("The customer left no address that can be written to.")
    return ""


def _ticket_refusal(ticket: Any, ways: list[Way]) -> str:
    if ticket.merged_into_id:
        return _("This ticket is merged into #%(number)s. Answer there.") % {"number": ticket.merged_into.number}
    if ticket.is_spam:
        return _("This ticket is marked as spam. Take it out of spam to answer.")
    if ticket.status == Ticket.Status.CLOSED:
        return _("This ticket is closed. Write to the customer in a follow-up.")
    if not ways:
        return _("This ticket has no conversation that an answer could go through.")
    return "" if any(not way.refusal for way in ways) else ways[0].refusal
