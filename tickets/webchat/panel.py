"""What the workspace shows of a visitor: whether he is there, where he is on the site, and what he says of himself."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class, kinds
from helpdesk.common.clock import now
from tickets.models import Conversation, Ticket, Visitor
from tickets.webchat.look import mail_after_minutes

# Longer than the pause between two looks of a widget that listens to a stream.
HERE_SECONDS = 100


def visitor_panel(ticket: Ticket, user: Any) -> SafeString:
    """The visitor of the ticket's chat; "" where it has none. Two queries, the second only where there is a chat."""
    conversation = live_conversation(ticket)
    if conversation is None:
        return SafeString("")
    known = Visitor.objects.filter(channel=conversation.channel_id, address=conversation.identity.address)
    visitor = known.order_by("-last_seen_at").first()
    if visitor is None:
        return SafeString("")
    page = visitor.page or {}
    context = {
        "ticket": ticket,
        "visitor": visitor,
        "is_here": is_here(visitor),
        "page": _link(page.get("url", ""), page.get("title", "")),
        "referrer": _link(page.get("referrer", ""), ""),
        "language": _language_name(visitor.language),
        "local_time": now().astimezone(ZoneInfo(visitor.time_zone)) if visitor.time_zone else None,
        "answers": [entry for entry in visitor.answers or [] if isinstance(entry, dict) and entry.get("answer")],
        "mails_after": mail_after_minutes(conversation.channel.config),
    }
    return render_to_string("tickets/webchat_panel.html", context)


def live_conversation(ticket: Ticket) -> Conversation | None:
    """The conversation of a ticket in which the customer sees at once what we do; the one where he wrote last."""
    live = [kind for kind in kinds() if Can.LIVE in adapter_class(kind).can]
    known = Conversation.objects.filter(messages__ticket=ticket.pk, channel__kind__in=live)
    return known.select_related("channel", "identity").order_by("-last_customer_message_at", "-pk").first()


def is_here(visitor: Visitor) -> bool:
    """Whether a page with his chat is open somewhere."""
    return visitor.last_seen_at > now() - timedelta(seconds=HERE_SECONDS)


def _link(url: str, title: str) -> dict[str, str] | None:
    """An address as a link; only of the web, and without what follows the question mark in its text."""
    try:
        parts = urlsplit(url[:2000])
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return {"url": url, "title": title or f"{parts.netloc}{parts.path}", "place": f"{parts.netloc}{parts.path}"}


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code.lower())["name_translated"]) if code else ""
    except KeyError:
        return code
