"""How long it takes until a case is solved."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Avg, Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import counted_facts, grouped, subset_condition, tickets_behind
from reporting.metrics.metric import FACT_GROUPS, Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import Percentiles, Question, Row
from tickets.models import Ticket

AGENT = "agent_id"


class Resolution(Metric):
    """Resolution time: from the customer's first message to the last resolution of the case, in seconds by the wall clock,
    without the time in which it waited for the customer, of tickets opened in the period. A case that was reopened counts
    once, until it was solved for the last time; the median to the first resolution stands beside it. Mean, median and 90th
    percentile, and the median to the first, are over the cases that are resolved now; beside them stand how many are not,
    those that were reopened and are still open among them, and how many of the resolved ones were reopened.
    """

    name = "resolution"
    label = _("Resolution time")
    groups = FACT_GROUPS
    columns: ClassVar = [
        ("count", _("resolved"), "count"),
        ("median", _("median"), "seconds"),
        ("mean", _("mean"), "seconds"),
        ("p90", _("90th percentile"), "seconds"),
        ("first_median", _("median to the first"), "seconds"),
        ("reopened", _("reopened"), "count"),
        ("unresolved", _("not resolved yet"), "count"),
    ]
    subsets: ClassVar = {
        "resolved": (_("resolved"), Q(resolution_seconds__isnull=False)),
        "reopened": (_("reopened"), Q(resolution_seconds__isnull=False, reopen_count__gt=0)),
        "unresolved": (_("not resolved yet"), Q(resolution_seconds__isnull=True)),
    }

    def rows(self, question: Question) -> list[Row]:
        found = grouped(question, counted_facts(question, agent=AGENT), AGGREGATES, agent=AGENT)
        return named_rows(question.group_by, [_finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        return tickets_behind(question, counted_facts(question, agent=AGENT).filter(subset_condition(self, question)))


AGGREGATES: Mapping[str, Any] = {
    "count": Count("resolution_seconds"),
    "mean": Avg("resolution_seconds"),
    "percentiles": Percentiles("resolution_seconds"),
    "first": Percentiles("first_resolution_seconds", filter=Q(resolution_seconds__isnull=False)),
    "reopened": Count("resolution_seconds", filter=Q(reopen_count__gt=0)),
    "unresolved": Count("opened_at", filter=Q(resolution_seconds__isnull=True)),
}


def _finished(row: Mapping[str, Any]) -> dict[str, Any]:
    median, p90 = row["percentiles"] or (None, None)
    kept = {name: value for name, value in row.items() if name not in ("percentiles", "first", "mean")}
    return kept | {
        "mean": None if row["mean"] is None else float(row["mean"]),
        "median": median,
        "p90": p90,
        "first_median": (row["first"] or (None, None))[0],
    }
