"""Time limits and clocks in words. Pure; times are shown in the zone that is given."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tickets.policies.sla import METRICS, Course
from tickets.policies.time_words import short_span


class Limit(Protocol):
    """What is read of a target."""

    @property
    def metric(self) -> str: ...
    @property
    def priority(self) -> str: ...
    @property
    def seconds(self) -> int: ...
    @property
    def clock(self) -> str: ...


class ShownExample(Protocol):
    """A limit with the course of its clock for one message."""

    @property
    def target(self) -> Limit: ...
    @property
    def course(self) -> Course: ...
    @property
    def hours_id(self) -> int | None: ...


def metric_name(metric: str) -> str:
    """What a limit is for, to begin a sentence with."""
    names = {
        "first_response": _("First response"),
        "next_response": _("Next response"),
        "update": _("Update"),
        "resolution": _("Resolution"),
    }
    return names.get(metric, metric)


def priority_name(priority: str) -> str:
    """A priority as a word."""
    names = {"low": _("low"), "normal": _("normal"), "high": _("high"), "urgent": _("urgent")}
    return names.get(priority, priority)


def clock_name(clock: str) -> str:
    """How a limit counts."""
    return _("business hours") if clock == "business" else _("around the clock")


def target_words(targets: Iterable[Limit]) -> list[str]:
    """One line a metric: "First response: 1 h, urgent 15 min (around the clock)"."""
    listed = list(targets)
    lines = []
    for metric in METRICS:
        own = [target for target in listed if target.metric == metric]
        if own:
            parts = [
                f"{priority_name(target.priority)} {short_span(target.seconds)}"
                if target.priority
                else short_span(target.seconds)
                for target in own
            ]
            clocks = ", ".join(dict.fromkeys(clock_name(target.clock) for target in own))
            lines.append(f"{metric_name(metric)}: {', '.join(parts)} ({clocks})")
    return lines


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A day and a time of day: "Friday 6 Mar, 17:30"."""
    return date_format(at.astimezone(zone), "l j M, H:i")


def example_words(example: ShownExample, *, at: datetime, zone: ZoneInfo, hours: str | None) -> str:
    """One limit of a made-up message: "First response is due on Friday 6 Mar, 18:30, 1 h later (around the clock); ..."."""
    course, target = example.course, example.target
    limit, clock = short_span(target.seconds), clock_name(target.clock)
    if hours:
        clock = _("business hours “%(name)s”") % {"name": hours}
    elif target.clock == "business":
        clock = _("business hours; none are set, so every hour counts")
    words = {"metric": metric_name(target.metric), "limit": limit, "clock": clock}
    if course.due_at is None:
        return _("%(metric)s is never due: these business hours never open (%(limit)s, %(clock)s).") % words
    words["due"] = moment(course.due_at, zone)
    text = _("%(metric)s is due on %(due)s: %(limit)s, %(clock)s.") % words
    if course.warn_at is not None:
        text += " " + _("A warning comes on %(time)s.") % {"time": moment(course.warn_at, zone)}
    return text
