"""What a figure is asked for, and the rows it answers with."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, Case, CharField, FloatField, Q, Value, When
from django.db.models.expressions import Combinable, F
from django.db.models.functions import ExtractHour, TruncDay, TruncMonth, TruncWeek

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class, kinds
from reporting.policies.period import Period

NONE = "none"
# What a figure can be narrowed by, as it stands in addresses.
FILTERS = ("channel", "team", "agent", "topic", "priority", "limit", "medium", "cause")
MESSAGING, PHONE = "messaging", "phone"


def phone_kinds() -> list[str]:
    """The kinds of channels on which people talk: what reaches a telephone and carries no written word."""
    classes = {kind: adapter_class(kind) for kind in kinds()}
    return [kind for kind, one in classes.items() if one.identity_kind == "phone" and Can.SEND not in one.can]


class GroupBy(enum.StrEnum):
    """By what the rows are told apart."""

    NOTHING = ""
    CHANNEL = "channel"
    TEAM = "team"
    AGENT = "agent"
    TOPIC = "topic"
    PRIORITY = "priority"
    LIMIT = "limit"  # what a time limit is for
    MEDIUM = "medium"  # messaging or phone
    CAUSE = "cause"  # root cause
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    HOUR = "hour"  # of the day, 0 to 23


@dataclass(frozen=True, kw_only=True)
class Question:
    """``user`` decides what is visible. Demo: left out, added (``include_demo``), or nothing but demo (``only_demo``).

    ``channel`` is a slug, ``team`` and ``agent`` are ids; "none" stands for tickets without one, "" for all of them.
    ``topic`` (an id or "none"), ``priority``, ``limit`` (first_response, ...) ``medium`` (messaging, phone) and ``cause`` (a root
    cause's id or "none") narrow the metrics that are grouped by them.
    ``subset`` is one of the metric's subsets and narrows the tickets behind the figure, not the figure.
    """

    user: Any
    period: Period
    group_by: GroupBy = GroupBy.NOTHING
    include_demo: bool = False
    only_demo: bool = False
    channel: str = ""
    team: str = ""
    agent: str = ""
    topic: str = ""
    priority: str = ""
    limit: str = ""
    medium: str = ""
    cause: str = ""
    subset: str = ""

    def filters(self) -> dict[str, str]:
        """What narrows the figure, by the names that addresses have; only what is set."""
        return {name: value for name in FILTERS if (value := str(getattr(self, name)))}

    def narrowed(self, *, channel: str, team: str, agent: str, topic: str = "", cause: str = "") -> Q:
        """The filters as a condition on these columns; what has no column for topic or cause is not narrowed by it."""
        condition = Q()
        if self.channel == NONE:
            condition = Q(**{f"{channel}__isnull": True})
        elif self.channel:
            condition = Q(**{f"{channel}__slug": self.channel})
        for column, asked in (
            (team, self.team),
            (agent, self.agent),
            (topic, self.topic),
            (cause, self.cause),
        ):
            if column and asked == NONE:
                condition &= Q(**{f"{column}__isnull": True})
            elif column and asked:
                condition &= Q(**{column: int(asked)})
        if self.medium:
            is_phone = Q(**{f"{channel}__kind__in": phone_kinds()})
            condition &= is_phone if self.medium == PHONE else ~is_phone
        return condition


@dataclass(frozen=True, kw_only=True)
class Row:
    """One group. ``key``: the slug of a channel, the id of a team or agent, a day "2026-03-02", a week "2026-W10", a month
    "2026-03", an hour 0-23; None where there is none. What nobody knows is None, never 0.
    """

    key: str | int | None
    label: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Percentiles(Aggregate):
    """Median and 90th percentile, interpolated, from one sort: ``[p50, p90]``; NULL where there are no values."""

    function = "percentile_cont"
    template = "%(function)s(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = ArrayField(FloatField())


def group_expression(question: Question, *, at: str, columns: Mapping[GroupBy, str]) -> Combinable | None:
    """What the database groups by; ``at`` is the column of the instant, ``columns`` those of channel, team and agent, and for the
    medium that of the channel's kind."""
    zone = question.period.zone
    match question.group_by:
        case GroupBy.NOTHING:
            return None
        case GroupBy.DAY:
            return TruncDay(at, tzinfo=zone)
        case GroupBy.WEEK:
            return TruncWeek(at, tzinfo=zone)
        case GroupBy.MONTH:
            return TruncMonth(at, tzinfo=zone)
        case GroupBy.HOUR:
            return ExtractHour(at, tzinfo=zone)
        case GroupBy.MEDIUM:
            is_phone = When(**{f"{columns[GroupBy.MEDIUM]}__in": phone_kinds()}, then=Value(PHONE))
            return Case(is_phone, default=Value(MESSAGING), output_field=CharField())
    return F(columns[question.group_by])
