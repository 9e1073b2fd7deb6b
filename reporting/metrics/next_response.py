"""How long customers wait for each answer after the first."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Avg, Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import subset_condition
from reporting.metrics.metric import COMMON_GROUPS, Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import GroupBy, Percentiles, Question, Row, group_expression
from reporting.models import ResponseFact
from tickets.models import Ticket

GOAL_SECONDS = 3600


class NextResponse(Metric):
    """Next response time: the next public reply of a human minus the customer's first unanswered message since the reply before,
    in seconds, for every time a customer began to wait in the period after his case had its first response. Further messages of
    a waiting customer do not restart the clock; notes, status changes, a bot's replies and replies that were taken back are no
    response. Mean, median and 90th percentile are over answered waits alone, by the wall clock; the business ones count the open
    hours of the team or channel only, and are unknown where there are no hours. Beside them stand how many still wait and how
    many were resolved without an answer. The topic is the one that the ticket has now. Merged tickets, spam, tickets that an
    agent opened and demo tickets do not count.
    """

    name = "next-response"
    label = _("Next response time")
    groups = (*COMMON_GROUPS, GroupBy.TOPIC)
    columns: ClassVar = [
        ("count", _("answered"), "count"),
        ("median", _("median"), "seconds"),
        ("mean", _("mean"), "seconds"),
        ("p90", _("90th percentile"), "seconds"),
        ("business_median", _("median in business hours"), "seconds"),
        ("share_within_60_minutes", _("within 60 minutes"), "share"),
        ("waiting", _("still waiting"), "count"),
        ("unanswered", _("resolved without an answer"), "count"),
    ]
    subsets: ClassVar = {
        "answered": (_("answered"), Q(seconds__isnull=False)),
        "late": (_("after more than 60 minutes"), Q(seconds__gt=GOAL_SECONDS)),
        "waiting": (_("still waiting"), Q(is_waiting=True)),
    }

    def rows(self, question: Question) -> list[Row]:
        waits = counted_waits(question)
        group = group_expression(question, at="waiting_started_at", columns=GROUP_COLUMNS)
        if group is None:
            return named_rows(question.group_by, [_finished(waits.aggregate(**AGGREGATES))])
        found = waits.annotate(group=group).order_by().values("group").annotate(**AGGREGATES)
        return named_rows(question.group_by, [_finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        waits = counted_waits(question).filter(subset_condition(self, question))
        tickets = Ticket.objects.visible_to(question.user).filter(pk__in=waits.values("ticket_id"))
        return tickets.select_related("customer", "channel", "assignee").order_by("-opened_at", "-id")


GROUP_COLUMNS: Mapping[GroupBy, str] = {
    GroupBy.CHANNEL: "channel_id",
    GroupBy.TEAM: "team_id",
    GroupBy.AGENT: "responder_id",
    GroupBy.TOPIC: "ticket__topic_id",
}
AGGREGATES: Mapping[str, Any] = {
    "count": Count("seconds"),
    "mean": Avg("seconds"),
    "percentiles": Percentiles("seconds"),
    "business_mean": Avg("business_seconds"),
    "business": Percentiles("business_seconds"),
    "quick": Count("pk", filter=Q(seconds__lte=GOAL_SECONDS)),
    "waiting": Count("pk", filter=Q(is_waiting=True)),
    "unanswered": Count("pk", filter=Q(seconds__isnull=True, is_waiting=False)),
}


def counted_waits(question: Question) -> QuerySet[ResponseFact]:
    """The waits that began in the period, by the rules that hold for every figure."""
    waits = ResponseFact.objects.visible_to(question.user).filter(
        waiting_started_at__gte=question.period.starts_at, waiting_started_at__lt=question.period.ends_at
    )
    if question.only_demo:
        waits = waits.filter(is_demo=True)
    elif not question.include_demo:
        waits = waits.filter(is_demo=False)
    found: QuerySet[ResponseFact] = waits.filter(
        question.narrowed(channel="channel", team="team_id", agent="responder_id", topic="ticket__topic")
    )
    return found


def _finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as it is answered: percentiles by name, the share from its two counts."""
    median, p90 = row["percentiles"] or (None, None)
    business_median, business_p90 = row["business"] or (None, None)
    kept = {name: row[name] for name in ("group", "count", "waiting", "unanswered") if name in row}
    return kept | {
        "mean": _number(row["mean"]),
        "median": median,
        "p90": p90,
        "business_mean": _number(row["business_mean"]),
        "business_median": business_median,
        "business_p90": business_p90,
        "share_within_60_minutes": row["quick"] / row["count"] if row["count"] else None,
    }


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
