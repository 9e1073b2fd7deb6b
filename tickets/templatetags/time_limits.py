"""Chips that count down to a time limit, and the words with which the browser goes on counting."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from tickets.policies.sla_words import metric_name
from tickets.policies.time_words import due_words, short_span
from tickets.templatetags.helpdesk_tickets import icon, waiting_chip

register = template.Library()

# Nearer than this a limit is shown in the colour of a warning.
SOON_SECONDS = 30 * 60


@register.simple_tag
def due_chip(ticket: Any, clocks: Any = None) -> SafeString:
    """How near the ticket's next time limit is. Where none runs: how long the customer waits, as ever.

    ``clocks``: the unfinished ones ([{"metric", "due_at", "remaining"}]), to say which limit it is and what stands still.
    """
    if ticket.status in ("resolved", "closed"):
        return SafeString("")
    if ticket.next_due_at is not None:
        metric = next((clock["metric"] for clock in clocks or () if clock["due_at"]), "")
        return _counting(ticket.next_due_at, metric)
    paused = next((clock for clock in clocks or () if clock["remaining"] is not None), None)
    waiting = waiting_chip(ticket)
    if paused is None or waiting:
        return waiting
    words = _("%(limit)s stands still · %(time)s left") % {
        "limit": metric_name(paused["metric"]),
        "time": short_span(paused["remaining"]),
    }
    return format_html('<span class="hd-chip">{}<span>{}</span></span>', icon("pause"), words)


@register.simple_tag
def counting(due_at: datetime) -> SafeString:
    """A chip that counts down to an instant, or up from it."""
    return _counting(due_at, "")


def _counting(due_at: datetime, metric: str) -> SafeString:
    left = (due_at - now()).total_seconds()
    tone, picture = _look(left)
    return format_html(
        '<span class="hd-chip hd-chip-{}" data-hd-due="{}" title="{}">{}{}<span>{}</span></span>',
        tone,
        due_at.isoformat(timespec="seconds"),
        date_format(timezone.localtime(due_at), "D j M, H:i"),
        icon(picture),
        format_html("<b>{}</b> ", metric_name(metric)) if metric else "",
        due_words(left),
    )


def _look(left: float) -> tuple[str, str]:
    if left <= 0:
        return "late", "clock-alert"
    return ("waiting", "clock") if left < SOON_SECONDS else ("due", "clock")


register.filter("metric_word", metric_name)


@register.simple_tag
def counting_words() -> SafeString:
    """What clocks.js needs to go on counting in the reader's language."""
    words = {
        "due": _("due in %(time)s") % {"time": "{time}"},
        "now": _("due now"),
        "over": _("late"),
        "late": _("%(time)s late") % {"time": "{time}"},
        "min": _("%(count)d min").replace("%(count)d", "{count}"),
        "hours": _("%(count)d h").replace("%(count)d", "{count}"),
        "hours-min": _("%(hours)d h %(minutes)d min").replace("%(hours)d", "{hours}").replace("%(minutes)d", "{minutes}"),
        "days": _("%(count)d d").replace("%(count)d", "{count}"),
        "days-hours": _("%(days)d d %(hours)d h").replace("%(days)d", "{days}").replace("%(hours)d", "{hours}"),
        "soon": str(SOON_SECONDS),
        "missed": _("A time limit of this ticket is missed."),
    }  # fmt: skip
    attributes = [format_html(' data-{}="{}"', name, text) for name, text in words.items()]
    return format_html(
        '<span id="hd-clock-words" class="visually-hidden" role="status"{}></span>', SafeString("".join(attributes))
    )
