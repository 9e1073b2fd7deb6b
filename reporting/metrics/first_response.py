"""How long customers wait for the first answer."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Avg, Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import counted_facts, grouped, subset_condition, tickets_behind
from reporting.metrics.metric import Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import Percentiles, Question, Row
from tickets.models import Ticket

GOAL_SECONDS = 3600
AGENT = "first_responder_id"


class FirstResponse(Metric):
    """First response time: the first public reply of a human minus the customer's first unanswered message of the case, in
    seconds by the wall clock, of tickets opened in the period. Notes, status changes, a bot's replies and replies that were
    taken back are no response; further messages of a waiting customer do not restart the clock. Mean, median and 90th
    percentile are over answered tickets alone. Beside them stand how many still wait for their first answer and how many
    were closed without one. The share within 60 minutes is of the answered tickets. Unknown is empty, never 0.
    """

    name = "first-response"
    label = _("First response time")
    columns: ClassVar = [
        ("count", _("answered"), "count"),
        ("median", _("median"), "seconds"),
        ("mean", _("mean"), "seconds"),
        ("p90", _("90th percentile"), "seconds"),
        ("share_within_60_minutes", _("within 60 minutes"), "share"),
        ("waiting", _("still waiting"), "count"),
        ("unanswered", _("closed without an answer"), "count"),
    ]

    subsets: ClassVar = {
        "answered": (_("answered"), Q(first_response_seconds__isnull=False)),
        "late": (_("after more than 60 minutes"), Q(first_response_seconds__gt=GOAL_SECONDS)),
        "waiting": (_("still waiting"), Q(is_waiting=True)),
        "unanswered": (_("closed without an answer"), Q(first_response_seconds__isnull=True, is_waiting=False)),
    }

    def rows(self, question: Question) -> list[Row]:
        found = grouped(question, counted_facts(question, agent=AGENT), AGGREGATES, agent=AGENT)
        return named_rows(question.group_by, [finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        return tickets_behind(question, counted_facts(question, agent=AGENT).filter(subset_condition(self, question)))


AGGREGATES: Mapping[str, Any] = {
    "count": Count("first_response_seconds"),
    "mean": Avg("first_response_seconds"),
    "percentiles": Percentiles("first_response_seconds"),
    "quick": Count("opened_at", filter=Q(first_response_seconds__lte=GOAL_SECONDS)),
    "waiting": Count("opened_at", filter=Q(is_waiting=True)),
    "unanswered": Count("opened_at", filter=Q(first_response_seconds__isnull=True, is_waiting=False)),
}


def finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of the database as it is answered: percentiles by name, the share from its two counts."""
    median, p90 = row["percentiles"] or (None, None)
    kept = {name: value for name, value in row.items() if name not in ("percentiles", "quick", "mean")}
    mean = None if row["mean"] is None else float(row["mean"])
    share = row["quick"] / row["count"] if row["count"] else None
    return kept | {"mean": mean, "median": median, "p90": p90, "share_within_60_minutes": share}
