"""What the composer offers for a ticket: through which conversation, to whom, and what that channel can carry."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from channels_app.adapters.base import Can, ChannelAdapter, Limits
from channels_app.adapters.review_values import IDENTITY_KIND as REVIEW_AUTHOR
from channels_app.registry import adapter_class, adapter_for
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput
from tickets.admin.doors import AgentRequest
from tickets.models import Conversation, Message, Ticket
from tickets.policies.outgoing import Window, window_state
from tickets.selectors.reviews import ReviewNotice, review_notice
from tickets.selectors.timeline import conversations_of
from tickets.services.system_messages import is_writable


@dataclass(frozen=True, kw_only=True)
class Way:
    """One conversation as a way to answer, and what its channel carries. ``refusal`` says why nothing can be sent; "" when it can.

    ``window`` is "open", "extended" or "closed" now, and ``window_ends`` when it changes (None: never, or it is over).
    """

    conversation: Conversation
    address: str
    name: str
    can: Can
    limits: Limits
    copies: tuple[str, ...]
    refusal: str
    window: str
    window_ends: datetime | None

    @property
    def is_public(self) -> bool:
        return self.conversation.visibility == Conversation.Visibility.PUBLIC

    @property
    def is_unopened(self) -> bool:
        """Whether the customer has written nothing here yet."""
        return self.conversation.last_customer_message_at is None

    @property
    def can_attach(self) -> bool:
        return Can.ATTACH in self.can

    @property
    def describes_text(self) -> bool:
        """Whether the channel has something to say of a text while it is written (how many messages it is billed as)."""
        kind = adapter_class(self.conversation.channel.kind)
        return Can.SEND in self.can and kind.describe_text is not ChannelAdapter.describe_text

    @property
    def can_copy(self) -> bool:
        return Can.COPY in self.can

    @property
    def has_templates(self) -> bool:
        return Can.TEMPLATES in self.can and not self.is_public

    @property
    def most_text(self) -> int | None:
        return self.limits.public_text if self.is_public else self.limits.text

    @property
    def most_choices(self) -> int:
        return self.limits.choices if Can.CHOICES in self.can and not self.is_public else 0

    @property
    def file_bytes(self) -> str:
        """The beginnings of media types with the most bytes of each, for our script."""
        return json.dumps(dict(self.limits.file_bytes))


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Which parts and words of the composer any of the ways has a use for. The others are not sent: every page carries its composer."""

    has_public: bool
    has_window: bool
    has_templates: bool
    has_choices: bool
    has_length: bool
    refuses_files: bool
    limits_files: bool


def needs_of(ways: Sequence[Way]) -> Needs:
    """What choosing any of ``ways`` may show."""
    return Needs(
        has_public=any(way.is_public for way in ways),
        has_window=any(way.window != Window.OPEN or way.window_ends is not None for way in ways),
        has_templates=any(way.has_templates for way in ways),
        has_choices=any(way.most_choices for way in ways),
        has_length=any(way.most_text for way in ways),
        refuses_files=any(not way.can_attach for way in ways),
        limits_files=any(way.limits.file_bytes for way in ways),
    )


def composer_context(request: AgentRequest, ticket: Any) -> dict[str, Any]:
    """Ways to answer, the drafts of this agent, and what is refused from the start."""
    drafts = {draft["kind"]: draft["text"] for draft in ticket.draft_list}
    ways = _preferred_first(ticket, [_way(conversation) for conversation in conversations_of(ticket_id=ticket.pk)])
    refusal = _ticket_refusal(ticket, ways)
    return {
        "ways": ways,
        "needs": needs_of(ways),
        "review": _review_of(ways),
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


def _review_of(ways: list[Way]) -> ReviewNotice | None:
    """What is to be known of the review that an answer would go to first."""
    return review_notice(ways[0].conversation) if ways and ways[0].is_public else None


def _preferred_first(ticket: Any, ways: list[Way]) -> list[Way]:
    """Where the customer has not written yet, the channel he likes best is offered first; else where he wrote last."""
    if any(way.conversation.last_customer_message_at for way in ways):
        return ways
    preferred = ticket.customer.preferred_channel_id
    return sorted(ways, key=lambda way: way.conversation.channel_id != preferred)


def describe_text(ticket: Ticket, conversation_id: str, text: str) -> str:
    """What the channel of one of the ticket's conversations says of a text; "" for one that is not the ticket's."""
    if not (conversation_id.isascii() and conversation_id.isdigit() and len(conversation_id) < 19):
        return ""
    through = Message.objects.filter(ticket=ticket, conversation_id=int(conversation_id))
    message = through.select_related("channel__brand").first()
    return (
        adapter_for(message.channel).describe_text(text) if message is not None and message.channel is not None else ""
    )


def _way(conversation: Any) -> Way:
    channel, identity = conversation.channel, conversation.identity
    try:
        adapter: type[ChannelAdapter] = adapter_class(channel.kind)
    except InvalidInput:
        adapter = ChannelAdapter
    window, ends = _window(conversation, adapter)
    name = identity.display_name or conversation.customer.name
    return Way(
        conversation=conversation,
        address=name if identity.kind == REVIEW_AUTHOR else identity.address_raw or identity.address,
        name=name,
        can=adapter.can,
        limits=adapter.limits,
        copies=tuple(conversation.copies) if Can.COPY in adapter.can else (),
        refusal=_way_refusal(conversation, adapter.can),
        window=window,
        window_ends=ends,
    )


def _window(conversation: Any, adapter: type[ChannelAdapter]) -> tuple[str, datetime | None]:
    """How freely one may write now, and until when."""
    at, last = now(), conversation.last_customer_message_at
    free = conversation.channel.messaging_window or adapter.messaging_window
    if free is None or conversation.visibility == Conversation.Visibility.PUBLIC:
        return Window.OPEN, None
    state = window_state(last_customer_message_at=last, window=free, extended_window=adapter.extended_window, at=at)
    if last is None or state is Window.CLOSED:
        return state, None
    return state, last + (free if state is Window.OPEN else adapter.extended_window or free)


def _way_refusal(conversation: Any, can: Can) -> str:
    words = {"channel": conversation.channel.name}
    if not conversation.channel.is_active:
        return _("“%(channel)s” is switched off, so nothing can be sent through it.") % words
    if Can.SEND not in can:
        return _("“%(channel)s” cannot send messages.") % words
    if not is_writable(conversation.identity.address):
        return _("The customer left no address that can be written to.")
    if conversation.identity.unreachable_since is not None:
        return _("The customer does not want to be written to on “%(channel)s” any more.") % words
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
