"""From public to private in one click: a public word of thanks, the talk goes on where nobody else reads, a public line at the end."""

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class
from channels_app.selectors import reachable_channels
from helpdesk.common.errors import Conflict, Unprocessable
from helpdesk.common.text import clean_text
from tickets.models import Conversation, Message, PublicText, Ticket, TicketEvent
from tickets.policies.lifecycle import next_status
from tickets.services.actors import Actor
from tickets.services.asking import texts_of
from tickets.services.changes import TicketChange
from tickets.services.conversations import open_thread
from tickets.services.lifecycle import refuse
from tickets.services.linking import link_conversation, start_conversation
from tickets.services.locking import lock_ticket
from tickets.services.public_texts import public_text
from tickets.services.queueing import Answer
from tickets.services.replies import answer_through

Way = Literal["private_reply", "channel", "link"]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """How a public conversation can become private, and what would be said. ``link`` is set for the way "link" alone."""

    conversation: Conversation
    way: Way
    text: str
    private_text: str
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Redirect:
    """What was done: the public answer, and the private conversation with its first message where we could begin one."""

    public_message: Message
    conversation: Conversation | None
    private_message: Message | None
    link: str


def redirect_offer(
    *, ticket: Ticket, conversation_id: int | None = None, channel_id: int | None = None
) -> Offer | None:
    """What ``move_to_private`` would do for this ticket without further words; None where nothing of it is public."""
    conversation = _public_conversation(ticket, conversation_id)
    if conversation is None:
        return None
    way: Way = "channel" if channel_id is not None else "link"
    if channel_id is None and _comment_to_answer(ticket, conversation) is not None:
        way = "private_reply"
    purpose = PublicText.Purpose.LINK if way == "link" else PublicText.Purpose.PRIVATE_MESSAGE
    link = best_private_link(ticket) if way == "link" else ""
    text = public_text(purpose=purpose, ticket=ticket, conversation=conversation).replace("{link}", link).strip()
    return Offer(
        conversation=conversation,
        way=way,
        text=text,
        private_text="" if way == "link" else texts_of(ticket, conversation).first_private_message,
        link=link,
    )


@transaction.atomic
def move_to_private(
    *,
    ticket_id: int,
    actor: Actor,
    text: str = "",
    private_text: str = "",
    conversation_id: int | None = None,
    channel_id: int | None = None,
    undo_seconds: int = 0,
    expected_version: int | None = None,
) -> Redirect:
    """Answer in public with ``text`` (empty: the team's sentence) and go on in private, both on this ticket.

    The private way: ``channel_id`` where the customer has an address there; else the provider's private answer to his comment, with
    ``private_text``; else a link to our best private channel in the public answer. Raises Conflict ("not_public", "ticket_closed",
    "no_private_answer"), Unprocessable (what ``check_sendable`` names, "open_placeholder"), InvalidInput "no_address", Stale.
    """
    ticket = Ticket.objects.filter(pk=ticket_id).select_related("customer").first()
    offer = redirect_offer(ticket=ticket, conversation_id=conversation_id, channel_id=channel_id) if ticket else None
    if ticket is None or offer is None:
        raise Conflict("not_public", _("Nothing on this ticket is public."))
    public = offer.conversation
    private = _private_conversation(offer, ticket, actor, channel_id)
    change = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    if next_status(change.ticket.status, "agent_reply") is None:
        raise refuse(change.ticket, "agent_reply")
    comment = _comment(change.ticket, offer, private_text)
    said = _public_words(text, offer)
    public_message = answer_through(change, public, Answer(text=said, is_public=True, undo_seconds=undo_seconds))
    private_message = None
    if private is not None:
        details = {"private_reply_to": comment.external_id} if comment is not None else {}
        words = clean_text(private_text).strip() or offer.private_text
        answer = Answer(text=words, details=details, undo_seconds=undo_seconds)
        private_message = answer_through(change, private, answer)
    data = {"conversation": public.pk, "message": public_message.pk, "channel": private.channel_id if private else None}
    change.tell("ticket.redirected", data | {"to_conversation": private.pk if private else None})
    change.save()
    return Redirect(
        public_message=public_message, conversation=private, private_message=private_message, link=offer.link
    )


def _comment(ticket: Ticket, offer: Offer, private_text: str) -> Message | None:
    """The comment that gets the private answer. Private words for which there is no private way are refused, never dropped."""
    comment = _comment_to_answer(ticket, offer.conversation) if offer.way == "private_reply" else None
    is_lost = comment is None if offer.way == "private_reply" else offer.way == "link" and bool(private_text.strip())
    if is_lost:
        text = _("This cannot be answered in private, or somebody has done so just now. Look again.")
        raise Conflict("no_private_answer", text, fields={"private_text": "no private way"})
    return comment


def _public_words(text: str, offer: Offer) -> str:
    written = clean_text(text).strip().replace("{link}", offer.link)
    if not written:
        return offer.text
    if "{{" in written and "}}" in written:
        raise Unprocessable(
            "open_placeholder", _("A placeholder is still open: fill in or remove “{{ … }}”."), fields={"text": "open"}
        )
    # Whoever wrote a sentence of his own may have left the way out; then nobody would find it.
    return written if not offer.link or offer.link in written else f"{written}\n{offer.link}"


def _private_conversation(offer: Offer, ticket: Ticket, actor: Actor, channel_id: int | None) -> Conversation | None:
    """The private conversation, its row locked and this ticket its active one; None where only a link is left."""
    if offer.way == "link":
        return None
    if channel_id is not None:
        conversation = start_conversation(
            ticket_id=ticket.pk, channel_id=channel_id, actor=actor, redirected_from_id=offer.conversation.pk
        )
        found: Conversation = Conversation.objects.select_related("channel__brand", "identity", "customer").get(
            pk=conversation.pk
        )
        return found
    conversation = open_thread(offer.conversation.channel, offer.conversation.identity)
    conversation.redirected_from = conversation.redirected_from or offer.conversation
    conversation.save(update_fields=["redirected_from"])
    if conversation.active_ticket_id != ticket.pk:
        link_conversation(ticket_id=ticket.pk, conversation_id=conversation.pk, actor=actor)
    return conversation


def _public_conversation(ticket: Ticket, conversation_id: int | None) -> Conversation | None:
    """The public conversation of the ticket that was named, or the one where the customer wrote last."""
    public = Message.objects.filter(
        ticket=ticket, conversation__visibility=Conversation.Visibility.PUBLIC
    ).select_related("conversation__channel__brand", "conversation__identity", "conversation__customer")
    if conversation_id is not None:
        public = public.filter(conversation=conversation_id)
    newest = public.order_by("direction", "-pk").first()
    return newest.conversation if newest is not None else None


def _comment_to_answer(ticket: Ticket, conversation: Conversation) -> Message | None:
    """The customer's newest public message that may be answered in private; providers allow one such answer to each."""
    adapter = adapter_class(conversation.channel.kind)
    if Can.PRIVATE_REPLY not in adapter.can or conversation.identity.kind != adapter.identity_kind:
        return None
    theirs = Message.objects.filter(ticket=ticket, conversation=conversation, direction=Message.Direction.IN)
    comment = theirs.exclude(external_id="").filter(deleted_at=None).order_by("-pk").first()
    if comment is None:
        return None
    answered = Message.objects.filter(ticket=ticket, details__private_reply_to=comment.external_id)
    is_answered = answered.exclude(
        delivery_state__in=[Message.DeliveryState.CANCELLED, Message.DeliveryState.FAILED]
    ).exists()
    return None if is_answered else comment


def best_private_link(ticket: Ticket) -> str:
    """Where this customer can write to us in private: the channel he prefers, else the team's first; else the contact page.

    The contact page lists every way, so it is also the link where only a phone is left.
    """
    brand = ticket.channel.brand.name
    ways = [one for one in reachable_channels() if one.coverage != "redirect" and one.kind != "voice"]
    ways = [one for one in ways if one.id != ticket.channel_id] or ways
    preferred = ticket.customer.preferred_channel_id
    ways.sort(key=lambda one: (one.id != preferred, one.brand != brand))
    if ways and not ways[0].link.startswith(("tel:", "sms:")):
        return ways[0].link.removeprefix("mailto:")
    return f"{settings.SITE_URL.rstrip('/')}/contact/"


# The line at the end --------------------------------------------------------------------------------------------------


def closing_offer(ticket: Ticket) -> Offer | None:
    """The public line that is due: the case was moved to private and is resolved, or answered there, and nobody has written one."""
    log = TicketEvent.objects.filter(ticket=ticket, kind__in=["ticket.redirected", "ticket.closing_line"])
    event = log.order_by("-sequence").first()
    if event is None or event.kind == "ticket.closing_line" or ticket.status == Ticket.Status.CLOSED:
        return None
    if ticket.status != Ticket.Status.RESOLVED and not _is_answered_in_private(ticket, event.data["message"]):
        return None
    conversation = _public_conversation(ticket, event.data["conversation"])
    if conversation is None:
        return None
    text = public_text(purpose=PublicText.Purpose.CLOSING, ticket=ticket, conversation=conversation)
    return Offer(conversation=conversation, way="link", text=text, private_text="")


def _is_answered_in_private(ticket: Ticket, redirected_by: int) -> bool:
    """Whether the customer has gone on in private and we have answered him there."""
    private = Message.objects.filter(
        ticket=ticket, pk__gt=redirected_by, kind=Message.Kind.MESSAGE, visibility=Conversation.Visibility.PRIVATE
    ).exclude(delivery_state=Message.DeliveryState.CANCELLED)
    asked = private.filter(direction=Message.Direction.IN).order_by("pk").values_list("pk", flat=True).first()
    return asked is not None and private.filter(author=Message.Author.AGENT, pk__gt=asked).exists()


@transaction.atomic
def write_closing_line(*, ticket_id: int, actor: Actor, text: str = "", undo_seconds: int = 0) -> Message:
    """Write the last public line; it opens nothing again. Raises Conflict "nothing_to_close", Unprocessable."""
    change = TicketChange(lock_ticket(ticket_id), actor)
    offer = closing_offer(change.ticket)
    if offer is None:
        raise Conflict("nothing_to_close", _("There is no public conversation to close."))
    answer = Answer(text=clean_text(text).strip() or offer.text, is_public=True, undo_seconds=undo_seconds)
    message = answer_through(change, offer.conversation, answer)
    change.tell("ticket.closing_line", {"conversation": offer.conversation.pk, "message": message.pk})
    change.save()
    return message


@transaction.atomic
def leave_without_closing_line(*, ticket_id: int, actor: Actor) -> None:
    """Nothing more is to be said in public. Raises Conflict "nothing_to_close"."""
    change = TicketChange(lock_ticket(ticket_id), actor)
    offer = closing_offer(change.ticket)
    if offer is None:
        raise Conflict("nothing_to_close", _("There is no public conversation to close."))
    change.tell("ticket.closing_line", {"conversation": offer.conversation.pk, "message": None})
    change.save()
