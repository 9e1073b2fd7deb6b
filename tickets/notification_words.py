"""What a notification says, in the active language."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickets.models import Metric, Notification

ICONS = {
    "assigned": "user-plus",
    "mentioned": "at-sign",
    "sla_warned": "clock",
    "sla_breached": "clock-alert",
    "snooze_over": "alarm-clock",
    "bot_handed_off": "bot",
    "returned": "undo-2",
    "rule": "zap",
    "incentive_waiting": "star",
    "incentive_approved": "circle-check",
    "incentive_refused": "x",
    "recovery_owner": "frown",
    "recovery_unowned": "frown",
    "recovery_late": "clock-alert",
    "recovery_action": "flag",
    "improvement": "flag",
    "improvement_late": "clock-alert",
    "recovery_untold": "circle-alert",
    "recovery_answered": "star",
    "recovery_not_asked": "circle-alert",
}


def notification_icon(notification: Notification) -> str:
    """The name of its icon."""
    return ICONS.get(notification.kind, "bell")


def notification_text(notification: Notification) -> str:
    """One sentence without a full stop at its end."""
    words = _WORDS.get(notification.kind)
    data = notification.data | {"number": _number(notification)}
    if words is not None:
        return words(data)
    return str(data.get("text") or _("Ticket %(number)s asks for a look") % data)


def notification_path(notification: Notification) -> str:
    """Where it leads, as a path of this site: to its ticket, else to the page that it names; "" for nowhere."""
    if notification.ticket_id is not None:
        return reverse("admin:tickets_ticket_change", args=[notification.ticket_id])
    path = notification.data.get("path")
    return path if isinstance(path, str) and path.startswith("/") else ""


def _number(notification: Notification) -> str:
    ticket = notification.ticket
    return f"#{ticket.number}" if ticket is not None else f"#{notification.data.get('number', '')}"


def _limit(data: dict[str, Any]) -> str:
    known = dict(Metric.choices)
    return str(known.get(data.get("metric", ""), _("time limit")))


def _warned(data: dict[str, Any]) -> str:
    values = {"number": data["number"], "limit": _limit(data), "time": _clock(data.get("due_at"))}
    return _("%(number)s: the %(limit)s is due at %(time)s") % values


def _breached(data: dict[str, Any]) -> str:
    values = {"number": data["number"], "limit": _limit(data), "time": _clock(data.get("due_at"))}
    return _("%(number)s: the %(limit)s was due at %(time)s") % values


def _late_recovery(data: dict[str, Any]) -> str:
    values = {"number": data["number"], "time": _clock(data.get("due_at"))}
    if data.get("limit") == "first_contact":
        return _("%(number)s: the unhappy customer should have heard from us by %(time)s") % values
    return _("%(number)s: what the customer complained of should have been put right by %(time)s") % values


def _late_action(data: dict[str, Any]) -> str:
    day = parse_date(str(data.get("due_on", "")))
    values = {"text": data.get("text", ""), "day": date_format(day, "j M") if day else "?"}
    return _("“%(text)s” was to be done by %(day)s") % values


def _clock(text: Any) -> str:
    try:
        at = timezone.localtime(datetime.fromisoformat(str(text)))
    except ValueError:
        return "?"
    return date_format(at, "H:i") if at.date() == timezone.localdate() else date_format(at, "j M, H:i")


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "assigned": lambda data: _("%(number)s was given to you") % data,
    "mentioned": lambda data: _("You are named in a note on %(number)s") % data,
    "sla_warned": _warned,
    "sla_breached": _breached,
    "snooze_over": lambda data: _("%(number)s was put aside until now") % data,
    "bot_handed_off": lambda data: _("%(number)s: the bot asks for a person") % data,
    "returned": lambda data: _("%(number)s went back to the queue") % data,
    "recovery_owner": lambda data: _("%(number)s: the customer is unhappy, and the case is yours") % data,
    "recovery_unowned": lambda data: _("%(number)s: the customer is unhappy, and nobody has the case") % data,
    "recovery_late": _late_recovery,
    "recovery_action": lambda data: _("%(number)s: you are to do “%(text)s”") % data,
    "improvement": lambda data: _("You are to do “%(text)s”") % data,
    "improvement_late": _late_action,
    "recovery_untold": lambda data: _("%(number)s: the customer could not be told of “%(text)s”") % data,
    "recovery_answered": lambda data: _("%(number)s: the customer has voted again") % data,
    "recovery_not_asked": lambda data: _("%(number)s: the customer could not be asked again") % data,
    "incentive_waiting": lambda data: _("%(number)s: a gift to make good waits for your approval") % data,
    "incentive_approved": lambda data: _("%(number)s: the gift was approved and is on its way") % data,
    "incentive_refused": lambda data: _("%(number)s: the gift was refused; the case says why") % data,
}
