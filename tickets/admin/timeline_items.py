"""The timeline as a list of items that a template prints and our script merges: by id once, in the order of their keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.adapters.review_values import IDENTITY_KIND as REVIEW_AUTHOR
from helpdesk.common.clock import now
from tickets.admin.details import detail_cards, said_choices, says_only_the_place
from tickets.admin.event_lines import describe_event, event_icon, is_worth_a_line
from tickets.admin.media import player_of
from tickets.models import Message, TicketEvent
from tickets.policies.personal_data import find_personal_data
from tickets.selectors.timeline import BUBBLE_KINDS

_RASTER_TYPES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What the parser and the intake noticed on a message, in words for an agent.
FLAG_WORDS = {
    "several_from": gettext_lazy("This mail names several senders. The first one is shown."),
    "not_participant": gettext_lazy("The sender does not take part in the conversation that this mail refers to."),
    "text_truncated": gettext_lazy("The text was too long and is cut. The whole mail is kept."),
    "html_too_deep": gettext_lazy("The formatted version is nested too deeply and is left out."),
    "html_truncated": gettext_lazy("The formatted version was too long and is cut."),
    "spoofed_agent": gettext_lazy("The sender claims to be a colleague. This is not proven."),
    "blocked": gettext_lazy("The customer is blocked. This message is kept and starts no clock."),
    "uploaded": gettext_lazy("Handed in through the link."),
    "late": gettext_lazy("This message arrived late."),
    "standby": gettext_lazy("Another app is answering this person. The message is kept and starts no clock."),
    "vote": gettext_lazy("This answers our question how it was. Nobody has to reply to it."),
    "not_fetched": gettext_lazy("The provider did not let us read this. Look at it there."),
}


EXPOSED_WORDS = {
    "phone": gettext_lazy("a phone number"),
    "email": gettext_lazy("a mail address"),
    "card": gettext_lazy("a card number"),
    "iban": gettext_lazy("a bank account"),
    "order_number": gettext_lazy("an order number"),
}


@dataclass(frozen=True, kw_only=True)
class Item:
    """``kind`` is day, contact, message or event; ``key`` sorts as text; ``label`` is what a separator or line says."""

    kind: str
    dom_id: str
    key: str
    label: str = ""
    icon: str = ""
    at: datetime | None = None
    message: Any = None
    undo: str = ""


def timeline_items(messages: Iterable[Message], events: Iterable[TicketEvent]) -> list[Item]:
    """Bubbles and lines with the separators of their days and contacts, in order. Days are the active time zone's."""
    items: dict[str, Item] = {}
    contacts: set[int] = set()
    for message in messages:
        _prepare(message)
        key = _key(message.sort_at, 1, message.pk)
        items[f"m-{message.pk}"] = Item(kind="message", dom_id=f"m-{message.pk}", key=key, message=message)
        if message.contact_number > 1 and message.contact_number not in contacts and not message.purpose:
            contacts.add(message.contact_number)
            separator = _contact(message)
            items[separator.dom_id] = separator
    told = list(events)
    undone = {event.data.get("undoes") for event in told if event.kind == "messages.taken"}
    for event in told:
        can_undo = event.kind == "messages.given" and event.data["why"] != "undo" and event.sequence not in undone
        if event.kind not in BUBBLE_KINDS and is_worth_a_line(event):
            line = Item(
                kind="event",
                dom_id=f"e-{event.sequence}",
                key=_key(event.at, 2, event.sequence),
                label=describe_event(event),
                icon=event_icon(event),
                at=event.at,
                undo=f"take-back/{event.sequence}/" if can_undo else "",
            )
            items[line.dom_id] = line
    for item in list(items.values()):
        day = _day(item.message.sort_at if item.message else item.at)
        items.setdefault(day.dom_id, day)
    return sorted(items.values(), key=lambda item: item.key)


def _prepare(message: Any) -> None:
    """What a bubble needs beyond the row: its sides, notices and files."""
    message.is_note = message.kind == Message.Kind.NOTE
    message.is_system = message.author in (Message.Author.SYSTEM, Message.Author.BOT)
    message.side = "in" if message.direction == "in" else "out"
    if message.is_note:
        message.side = "note"
    elif message.is_system:
        message.side = "system"
    message.notices = [str(FLAG_WORDS[flag]) for flag in message.flags if flag in FLAG_WORDS]
    message.author_name, message.author_address = _author(message)
    message.exposed = _exposed(message)
    files = list(message.attachments.all())
    message.pictures = [file for file in files if file.storage_key and file.content_type in _RASTER_TYPES]
    message.players = [file for file in files if player_of(file)]
    for file in message.players:
        file.player = player_of(file)
    message.files = [file for file in files if file not in message.pictures and file not in message.players]
    message.cards = detail_cards(message.details)
    if says_only_the_place(message.shown_text or "", message.details):
        message.shown_text = ""
    message.said_choices = said_choices(message.details)
    message.is_unsupported = "unsupported" in message.flags or "unsupported" in message.details
    # A reaction that was taken back keeps its empty row.
    message.shown_reactions = [one["text"] for one in message.reactions if one.get("text")]
    message.is_wordless = not (files or message.cards or message.said_choices or message.is_unsupported)
    copies = list(message.recipients.all())
    message.to = [recipient for recipient in copies if recipient.role == "to"]
    message.cc = [recipient for recipient in copies if recipient.role != "to"]
    message.refused = [recipient for recipient in copies if recipient.state == "failed"]
    # A bounce leaves its reason on the message and on the recipient: it is read once, beside the address.
    message.trouble = "" if message.error in {recipient.reason for recipient in message.refused} else message.error
    message.can_undo = (
        message.delivery_state == "queued" and message.send_after is not None and message.send_after > now()
    )


def _exposed(message: Any) -> str:
    """What everybody can read here and should not, in words; nothing is hidden by it."""
    if message.visibility != "public" or message.is_note or message.deleted_at:
        return ""
    kinds = {one.kind for one in find_personal_data(message.shown_text or "", language=message.language)}
    words = ", ".join(str(EXPOSED_WORDS[kind]) for kind in EXPOSED_WORDS if kind in kinds)
    return _("Everybody can read this: %(what)s.") % {"what": words} if words else ""


def _author(message: Any) -> tuple[str, str]:
    if message.author == Message.Author.CUSTOMER:
        identity = message.author_identity
        address = identity.address_raw or identity.address
        name = identity.display_name or identity.customer.name
        if identity.kind == REVIEW_AUTHOR:
            return name, ""  # the address is the site's own number for him
        return (name, address) if name and name != address else (address, "")
    if message.author == Message.Author.AGENT:
        return message.author_agent.display_name, ""
    if message.purpose == "other_app":
        return _("Sent from another app"), ""
    if message.purpose == "elsewhere":
        return _("Written at the site"), ""
    return (_("Bot") if message.author == Message.Author.BOT else _("Sent by the helpdesk")), ""


def _key(at: datetime, rank: int, number: int) -> str:
    return f"{(at - _EPOCH) // timedelta(microseconds=1):018d}-{rank}-{number:012d}"


def _contact(message: Message) -> Item:
    number = message.contact_number
    label = _("Contact %(number)d") % {"number": number}
    return Item(kind="contact", dom_id=f"c-{number}", key=_key(message.sort_at, 0, 0), label=label, at=message.sort_at)


def _day(at: Any) -> Item:
    date = timezone.localtime(at).date()
    today = timezone.localdate()
    if date == today:
        label = _("Today")
    elif date == today - timedelta(days=1):
        label = _("Yesterday")
    else:
        label = date_format(date, "l, j F" if date.year == today.year else "j F Y")
    start = timezone.make_aware(datetime.combine(date, time.min))
    return Item(kind="day", dom_id=f"d-{date:%Y-%m-%d}", key=_key(start, 0, 0), label=label)
