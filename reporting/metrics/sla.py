"""Whether what was promised was kept."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Extract
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import subset_condition
from reporting.metrics.metric import COMMON_GROUPS, Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import GroupBy, Percentiles, Question, Row, group_expression
from reporting.models import sees_every_figure
from tickets.models import SLATimer, Ticket

State = SLATimer.State
MISSED = Q(breached_at__isnull=False)
MET = Q(state=State.MET)
RUNNING = Q(state__in=[State.RUNNING, State.PAUSED])
# Its due time has come, and the job that notices has not run yet.
LATE = Q(state=State.BREACHED, met_at=None, cancelled_at=None)


class Sla(Metric):
    """Time limits kept: of the limits that began to run in the period and are decided by now, the share that was met. A limit is
    decided when it was met in time or missed; a missed one stays missed, whether the answer came later or not. What still runs
    or stands still is in no rate and is counted beside it, as are missed ones that still wait for somebody. Cancelled limits
    (resolved without an answer, no limit any more) count nowhere. Mean, median and 90th percentile say by how much the missed
    ones were missed that were met at last, by the wall clock. Each cycle of a limit counts, such as every further message that
    had to be answered. Merged tickets, spam, tickets that an agent opened and demo tickets do not count.
    """

    name = "sla"
    label = _("Time limits")
    groups = (*COMMON_GROUPS, GroupBy.TOPIC, GroupBy.PRIORITY, GroupBy.LIMIT)
    columns: ClassVar = [
        ("attainment", _("kept"), "share"),
        ("count", _("decided"), "count"),
        ("met", _("met"), "count"),
        ("missed", _("missed"), "count"),
        ("running", _("still running"), "count"),
        ("late", _("late now"), "count"),
        ("median", _("missed by, median"), "seconds"),
        ("p90", _("90th percentile"), "seconds"),
    ]
    subsets: ClassVar = {
        "missed": (_("missed"), MISSED),
        "late": (_("late now"), LATE),
        "running": (_("still running"), RUNNING),
        "met": (_("met"), MET),
    }

    def rows(self, question: Question) -> list[Row]:
        timers = counted_timers(question)
        group = group_expression(question, at="started_at", columns=GROUP_COLUMNS)
        if group is None:
            return named_rows(question.group_by, [finished(timers.aggregate(**AGGREGATES))])
        found = timers.annotate(group=group).order_by().values("group").annotate(**AGGREGATES)
        return named_rows(question.group_by, [finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        timers = counted_timers(question).exclude(state=State.CANCELLED).filter(subset_condition(self, question))
        tickets = Ticket.objects.visible_to(question.user).filter(pk__in=timers.values("ticket_id"))
        return tickets.select_related("customer", "channel", "assignee").order_by("-opened_at", "-id")


GROUP_COLUMNS: Mapping[GroupBy, str] = {
    GroupBy.CHANNEL: "ticket__channel_id",
    GroupBy.TEAM: "ticket__team_id",
    GroupBy.AGENT: "ticket__assignee_id",
    GroupBy.TOPIC: "ticket__topic_id",
    GroupBy.PRIORITY: "ticket__priority",
    GroupBy.LIMIT: "metric",
}
_OVERDUE = Extract(ExpressionWrapper(F("met_at") - F("breached_at"), output_field=DurationField()), "epoch")
AGGREGATES: Mapping[str, Any] = {
    "count": Count("pk", filter=MISSED | MET),
    "met": Count("pk", filter=MET),
    "missed": Count("pk", filter=MISSED),
    "running": Count("pk", filter=RUNNING),
    "late": Count("pk", filter=LATE),
    "overdue": Avg(_OVERDUE, filter=MISSED),
    "percentiles": Percentiles(_OVERDUE, filter=MISSED),
}


def counted_timers(question: Question) -> QuerySet[SLATimer]:
    """The limits that began to run in the period, by the rules that hold for every figure."""
    user = question.user
    timers = SLATimer.objects.all() if sees_every_figure(user) else SLATimer.objects.visible_to(user)
    timers = timers.filter(
        started_at__gte=question.period.starts_at,
        started_at__lt=question.period.ends_at,
        ticket__is_spam=False,
        ticket__merged_into=None,
        ticket__opened_by_agent=False,
    )
    if question.only_demo:
        timers = timers.filter(ticket__is_demo=True)
    elif not question.include_demo:
        timers = timers.filter(ticket__is_demo=False)
    narrowed = question.narrowed(channel="ticket__channel", team="ticket__team", agent="ticket__assignee")
    if question.limit:
        narrowed &= Q(metric=question.limit)
    if question.priority:
        narrowed &= Q(ticket__priority=question.priority)
    if question.topic:
        narrowed &= Q(ticket__topic=None if question.topic == "none" else int(question.topic))
    return timers.filter(narrowed)


def finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it is answered: the share from its two counts, of which one is part of the other."""
    median, p90 = row["percentiles"] or (None, None)
    kept = {name: value for name, value in row.items() if name not in ("percentiles", "overdue")}
    return kept | {
        "mean": None if row["overdue"] is None else float(row["overdue"]),
        "median": median,
        "p90": p90,
        "attainment": row["met"] / row["count"] if row["count"] else None,
    }
