"""What a message and a case say of themselves, in words: the mood, and the reasons of the priority score."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tickets.services.saying import LEAST_CONFIDENCE
from tickets.templatetags.helpdesk_tickets import icon

register = template.Library()

SHOWN_REASONS = 2


def _reason_words() -> dict[str, str]:
    return {
        "priority_urgent": _("set to urgent"),
        "priority_high": _("set to high"),
        "priority_low": _("set to low"),
        "topic_urgent": _("urgent topic"),
        "topic_high": _("important topic"),
        "topic_low": _("less important topic"),
        "topic_sensitive": _("sensitive topic"),
        "vip": _("VIP"),
        "value": _("valuable customer"),
        "live": _("waits in a live chat"),
        "public": _("said in public"),
        "sentiment_strong": _("very upset"),
        "sentiment_negative": _("unhappy"),
        "waiting_15m": _("waits over 15 minutes"),
        "waiting_1h": _("waits over an hour"),
        "waiting_4h": _("waits over 4 hours"),
        "waiting_24h": _("waits over a day"),
        "waiting_72h": _("waits over 3 days"),
        "due_4h": _("due within 4 hours"),
        "due_1h": _("due within an hour"),
        "due_15m": _("due within 15 minutes"),
        "overdue": _("time limit missed"),
    }


@lru_cache(maxsize=16)
def _reasons_in(language: str | None) -> dict[str, str]:
    return _reason_words()


def reason_words(reason: Mapping[str, Any]) -> str:
    """One reason of a score, as ``Ticket.priority_reasons`` keeps it, in words; the name of the topic or channel behind it."""
    words = _reasons_in(get_language()).get(reason.get("code", ""), str(reason.get("code", "")))
    detail = reason.get("detail")
    return f"{words}: {detail}" if detail else words


@register.simple_tag
def score_reasons(reasons: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(words, points with their sign), the heaviest first."""
    return [(reason_words(reason), f"{reason.get('weight', 0):+d}") for reason in reasons]


@register.simple_tag
def score_chip(ticket: Any) -> SafeString:
    """The score with its weightiest reasons; all of them in the title."""
    reasons = [reason_words(reason) for reason in ticket.priority_reasons]
    said = ", ".join(reasons[:SHOWN_REASONS]) or _("nothing special")
    return format_html(
        '<span class="hd-chip hd-chip-score" title="{}">{}<b>{}</b> {}</span>',
        ", ".join(reasons) or said, icon("flag", _("Priority score")), ticket.priority_score, said,
    )  # fmt: skip


_VOTE_TONES = {"low": "danger", "fair": "accent", "top": "success"}


@register.simple_tag
def vote_chip(ticket: Any) -> SafeString:
    """The latest vote about the ticket; nothing where nobody has voted. The words say it, the colour only helps."""
    tone, _space, score = ticket.last_vote.partition(" ")
    if not score:
        return SafeString("")
    shown = {"up": "👍", "down": "👎"}.get(score, f"★ {score}")
    said = {"up": _("thumbs up"), "down": _("thumbs down")}.get(score, score)
    return format_html(
        '<span class="hd-badge hd-badge-{}"><span class="visually-hidden">{}</span><span aria-hidden="true">{}</span></span>',
        _VOTE_TONES.get(tone, "quiet"), _("The customer voted %(score)s") % {"score": said}, shown,
    )  # fmt: skip


@register.simple_tag
def mood_mark(ticket: Any) -> SafeString:
    """How the customer feels, where that is not neutral or unknown: an icon with its words."""
    picture = _mood(ticket.sentiment, ticket.sentiment_is_strong)
    return (
        format_html('<span class="hd-row-mood hd-row-mood-{}">{}</span>', ticket.sentiment, picture)
        if picture
        else picture
    )


@register.simple_tag
def message_mood(message: Any) -> SafeString:
    """What a customer's message says of his mood; nothing where it is too uncertain."""
    if message.side != "in" or not message.sentiment or (message.sentiment_confidence or 0) < LEAST_CONFIDENCE:
        return SafeString("")
    words = {"negative": _("sounds unhappy"), "positive": _("sounds happy")}.get(message.sentiment)
    if words is None:
        return SafeString("")
    title = _("%(mood)s, %(percent)s %% sure") % {"mood": words, "percent": round(message.sentiment_confidence * 100)}
    picture = {"negative": "frown", "positive": "smile"}[message.sentiment]
    return format_html(
        '<span class="hd-mood hd-mood-{}" title="{}">{}{}</span>', message.sentiment, title, icon(picture), words
    )


def _mood(sentiment: str, is_strong: bool) -> SafeString:
    if sentiment == "negative":
        return icon("angry", _("very upset")) if is_strong else icon("frown", _("unhappy"))
    return icon("smile", _("happy")) if sentiment == "positive" else SafeString("")
