"""The story of one clock in words: where it stands, and why it is due when it is. Pure; ``moment`` writes an instant."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tickets.policies.sla_words import clock_name
from tickets.policies.time_words import short_span

Moment = Callable[[datetime], str]


def begun_words(metric: str, cycle: int) -> str:
    """What a clock runs from."""
    if metric == "resolution":
        return _("since it was reopened") if cycle > 1 else _("since it was opened")
    return _("since our last answer") if metric == "update" else _("since the customer wrote")


def rule_words(*, policy: str, seconds: int, clock: str, hours: str) -> str:
    """The limit that counts: "“Standard”: 4 h, business hours “Office”"."""
    counts = _("business hours “%(name)s”") % {"name": hours} if hours else clock_name(clock)
    words = {"policy": policy, "limit": short_span(seconds), "clock": counts}
    return _("“%(policy)s”: %(limit)s, %(clock)s") % words if policy else _("%(limit)s, %(clock)s") % words


def standing_words(
    *, state: str, left: float | None, overdue: float | None, is_answered: bool, spared: float | None
) -> str:
    """Where a clock stands. Seconds as it counts: ``left`` while it stands still, ``overdue`` once missed, ``spared`` when met."""
    if state == "paused":
        return _("stands still, %(time)s left") % {"time": short_span(left or 0)}
    if state == "met":
        return _("met, %(time)s before the limit") % {"time": short_span(spared)} if spared is not None else _("met")
    if state == "breached" and is_answered:
        return _("missed by %(time)s") % {"time": short_span(overdue or 0)}
    if state == "cancelled":
        return _("no longer counts")
    return ""


def history_words(entries: Iterable[Mapping[str, Any]], moment: Moment) -> list[tuple[str, str]]:
    """(when, what) of everything that happened to a clock, oldest first; the due time stands where it has changed."""
    lines, known_due = [], ""
    for entry in entries:
        text = _happened(str(entry.get("what", "")), str(entry.get("why") or ""))
        due = str(entry.get("due_at") or "")
        if due and due != known_due and entry.get("what") in ("started", "resumed", "recomputed"):
            text += " · " + _("due %(time)s") % {"time": moment(datetime.fromisoformat(due))}
        known_due = due or known_due
        lines.append((moment(datetime.fromisoformat(entry["at"])), text))
    return lines


def pause_words(pauses: Iterable[tuple[datetime, datetime | None]], moment: Moment) -> list[str]:
    """The times that do not count."""
    return [
        _("did not count from %(since)s to %(until)s") % {"since": moment(since), "until": moment(until)}
        if until is not None
        else _("does not count since %(since)s") % {"since": moment(since)}
        for since, until in pauses
    ]


def _happened(what: str, why: str) -> str:
    reasons = {
        "pending": _("we wait for the customer"),
        "on_hold": _("it is on hold"),
        "open": _("it is open again"),
        "new": _("it is new again"),
        "taken_back": _("an answer or a resolution was taken back"),
        "earlier": _("an earlier message counts"),
        "target": _("another limit counts"),
        "policy": _("the time limits were changed"),
        "business_hours": _("the business hours were changed"),
        "team_hours": _("the team has other business hours"),
        "customer": _("something about the customer has changed"),
        "no_limit": _("no limit counts for it any more"),
        "closed": _("it was closed, or is spam or merged"),
        "resolved": _("it was resolved without an answer"),
    }
    happenings = {
        "started": _("started"),
        "paused": _("stands still"),
        "resumed": _("goes on"),
        "recomputed": _("counted anew"),
        "warned": _("warned"),
        "met": _("met"),
        "breached": _("missed"),
        "cancelled": _("cancelled"),
    }
    happened = happenings.get(what, what.replace("_", " "))
    reason = reasons.get(why, why.replace("_", " "))
    return f"{happened}: {reason}" if reason else happened
