"""Small pieces that inbox and workspace print: icons, avatars, chips, times, linked text."""

import json
import re
import zlib
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.db.models import TextChoices
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from channels_app import registry
from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput
from helpdesk.common.text import initials, preview
from tickets.models import InformationRequest, Ticket
from tickets.services.message_filing import PREVIEW_LENGTH

register = template.Library()

MAX_LINKS = 200
AVATAR_TINTS = 6
_LINK = re.compile(r"https?://[^\s<>\"'\x00-\x1f]{1,2000}")
_AFTER_LINK = ".,;:!?)]}…"
_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}")
_STATUS_ICONS = {
    "new": "zap", "open": "circle-alert", "pending": "hourglass", "on_hold": "pause", "resolved": "circle-check",
    "closed": "lock",
}  # fmt: skip
_PRIORITY_ICONS = {"urgent": "flame", "high": "arrow-up", "normal": "equal", "low": "arrow-down"}


@register.simple_tag
def icon(name: str, label: Any = "") -> SafeString:
    """An icon of the sprite; decoration unless it has a label."""
    return _icon(name, str(label))


@lru_cache(maxsize=512)
def _icon(name: str, label: str) -> SafeString:
    # Kept ready: a page prints hundreds of icons and a few dozen different ones.
    source = static("vendor/lucide/sprite.svg")
    if label:
        return format_html(
            '<svg class="hd-icon" role="img" aria-label="{}"><title>{}</title><use href="{}#{}"></use></svg>',
            label, label, source, name,
        )  # fmt: skip
    return format_html('<svg class="hd-icon" aria-hidden="true"><use href="{}#{}"></use></svg>', source, name)


@lru_cache(maxsize=512)
def _chip(kind: str, picture: str, words: str) -> SafeString:
    return format_html('<span class="hd-chip hd-chip-{}">{}{}</span>', kind, _icon(picture, ""), words)


@register.simple_tag
def channel_icon(channel: Any) -> SafeString:
    """The icon of a channel's kind with its name as label."""
    return icon(kind_icon(channel.kind), f"{channel_kind(channel.kind)}: {channel.name}")


@register.filter
def ticket_title(ticket: Any) -> str:
    """What a ticket is called: its subject; in a chat, which has none, what the customer said first (selectors/headings.py)."""
    said = ticket.subject or preview(ticket.first_words or "", PREVIEW_LENGTH)
    return str(said or ticket.preview or _("No subject"))


def kind_icon(kind: str) -> str:
    """The name of the icon of a kind; a general one where the kind is not installed any more."""
    try:
        return registry.adapter_class(kind).icon
    except InvalidInput:
        return "message-circle"


def channel_kind(kind: str) -> str:
    """The label of a kind; its code where the kind is not installed any more."""
    try:
        return str(registry.adapter_class(kind).label)
    except InvalidInput:
        return kind


@register.simple_tag
def avatar(name: Any, *, kind: str = "") -> SafeString:
    """Initials on one of a few tints that stays the same for a name. Decoration: the name stands beside it."""
    return _avatar(str(name), kind)


@lru_cache(maxsize=512)
def _avatar(name: str, kind: str) -> SafeString:
    tint = zlib.crc32(name.encode("utf-8", "replace")) % AVATAR_TINTS
    return format_html('<span class="hd-face hd-face-{} {}" aria-hidden="true">{}</span>', tint, kind, initials(name))


@register.simple_tag
def tag_chip(tag: Any) -> SafeString:
    """A tag with its colour as a dot: an SVG attribute, since the policy of our pages allows no style of its own."""
    color = tag["color"] if _COLOR.fullmatch(str(tag["color"])) else "#6b7280"
    dot = format_html(
        '<svg class="hd-dot" viewBox="0 0 8 8" aria-hidden="true"><circle cx="4" cy="4" r="4" fill="{}"/></svg>', color
    )
    return format_html('<span class="hd-chip hd-chip-tag">{}<bdi>{}</bdi></span>', dot, tag["name"])


@register.simple_tag
def status_chip(ticket: Any) -> SafeString:
    """The status in words with its icon; spam says so."""
    if ticket.is_spam:
        return _chip("spam", "shield-alert", _("spam"))
    words = _choice_words(Ticket.Status, ticket.status, get_language())
    return _chip(ticket.status, _STATUS_ICONS.get(ticket.status, "shield-alert"), words)


@register.simple_tag
def snooze_chip(ticket: Any) -> SafeString:
    """Until when a ticket is put aside; nothing where it is not."""
    until = ticket.snoozed_until
    if until is None:
        return SafeString("")
    shown = date_format(timezone.localtime(until), "D j M, H:i")
    return _chip("snoozed", "alarm-clock", _("put aside until %(time)s") % {"time": shown})


@lru_cache(maxsize=256)
def _choice_words(choices: type[TextChoices], code: str, language: str | None) -> str:
    """The label of a choice in the active language; Django's own way translates every choice of the field for each row."""
    return str(choices(code).label)


@register.simple_tag
def priority_mark(ticket: Any) -> SafeString:
    """The priority where it is not the normal one."""
    if ticket.priority == "normal":
        return SafeString("")
    return _chip(
        ticket.priority,
        _PRIORITY_ICONS.get(ticket.priority, "flag"),
        _choice_words(Ticket.Priority, ticket.priority, get_language()),
    )


@register.simple_tag
def waiting_chip(ticket: Any) -> SafeString:
    """How long the customer has waited for an answer, and whether that is too long."""
    if not ticket.waiting_since or ticket.status in ("resolved", "closed"):
        return SafeString("")
    how_long = span(now() - ticket.waiting_since)
    if ticket.is_late:
        text = _("late · %(time)s") % {"time": how_long}
        return _chip("late", "clock-alert", text)
    text = _("waits %(time)s") % {"time": how_long}
    return _chip("waiting", "clock", text)


def span(delta: Any) -> str:
    """A duration in its biggest unit."""
    minutes = max(0, int(delta.total_seconds() // 60))
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    if minutes < 48 * 60:
        return _("%(count)d h") % {"count": minutes // 60}
    days = minutes // 1440
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


@register.simple_tag
def ago(at: datetime) -> SafeString:
    """When something was, as short as a list wants it; the full time is in the title."""
    local = timezone.localtime(at)
    age = (now() - at).total_seconds()
    today = timezone.localdate()
    if age < 60:
        text = _("now")
    elif age < 3600:
        text = _("%(count)d min") % {"count": age // 60}
    elif local.date() == today:
        text = date_format(local, "H:i")
    elif age < 6 * 86400:
        text = date_format(local, "D")
    else:
        text = date_format(local, "j M" if local.year == today.year else "M Y")
    return _time(at, local, text)


@register.simple_tag
def clock(at: datetime) -> SafeString:
    """The time of day; the full time is in the title."""
    local = timezone.localtime(at)
    return _time(at, local, date_format(local, "H:i"))


def _time(at: datetime, local: datetime, text: str) -> SafeString:
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(timespec="seconds"), date_format(local, "r"), text
    )


@register.filter
def linked(text: str) -> SafeString:
    """Text with its web addresses as links that give nothing away; past MAX_LINKS they stay text. Linear in time."""
    parts: list[str] = []
    end = 0
    for count, match in enumerate(_LINK.finditer(text)):
        if count == MAX_LINKS:
            break
        address = match.group().rstrip(_AFTER_LINK)
        parts.append(escape(text[end : match.start()]))
        shown = escape(address)
        parts.append(f'<a href="{shown}" rel="noopener noreferrer nofollow" target="_blank">{shown}</a>')
        end = match.start() + len(address)
    parts.append(escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part went through escape


@register.filter
def asked_word(kind: str) -> str:
    """What a customer was asked for, as a word."""
    return str(dict(InformationRequest.Kind.choices).get(kind, kind))


@register.filter
def shown_name(user: Any) -> str:
    """The name of an agent."""
    return user.display_name if user else ""


@register.filter
def attribute_text(value: Any) -> str:
    """An attribute of the CRM on one line; what is no text or number is shown as JSON."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)[:200] if isinstance(value, (str, int, float)) else json.dumps(value, ensure_ascii=False)[:200]
