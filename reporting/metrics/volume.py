"""How many cases there were."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import counted_facts, grouped, subset_condition, tickets_behind
from reporting.metrics.metric import FACT_GROUPS, Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import Question, Row
from tickets.models import Ticket

AGENT = "agent_id"


class Volume(Metric):
    """Tickets that customers opened in the period, by the moment the customer wrote. Tickets that were merged into another,
    spam, tickets that an agent opened and demo tickets do not count. Resolved says how many of exactly these
    tickets are so now, reopened how many ever were; messages in and out are those on these tickets, whenever they were written.
    """

    name = "volume"
    label = _("Volume")
    groups = FACT_GROUPS
    columns: ClassVar = [
        ("count", _("tickets"), "count"),
        ("resolved", _("resolved"), "count"),
        ("reopened", _("reopened"), "count"),
        ("messages_in", _("messages in"), "count"),
        ("messages_out", _("replies"), "count"),
    ]

    subsets: ClassVar = {
        "resolved": (_("resolved"), Q(last_resolved_at__isnull=False)),
        "reopened": (_("reopened"), Q(reopen_count__gt=0)),
    }

    def rows(self, question: Question) -> list[Row]:
        aggregates: Mapping[str, Any] = {
            "count": Count("*"),
            "resolved": Count("opened_at", filter=Q(last_resolved_at__isnull=False)),
            "reopened": Count("opened_at", filter=Q(reopen_count__gt=0)),
            "messages_in": Sum("customer_message_count", default=0),
            "messages_out": Sum("agent_reply_count", default=0),
        }
        found = grouped(question, counted_facts(question, agent=AGENT), aggregates, agent=AGENT)
        return named_rows(question.group_by, [{**row, "mean": None, "median": None, "p90": None} for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        return tickets_behind(question, counted_facts(question, agent=AGENT).filter(subset_condition(self, question)))
