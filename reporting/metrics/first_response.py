"""How long customers wait for the first answer."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Avg, Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import counted_facts, grouped, subset_condition, tickets_behind
from reporting.metrics.metric import FACT_GROUPS, Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import Percentiles, Question, Row
from tickets.models import Ticket

GOAL_SECONDS = 3600
AGENT = "first_responder_id"


class FirstResponse(Metric):
    """First response time: the first public reply of a human minus the customer's first unanswered message of the case, in
    seconds by the wall clock, of tickets opened in the period. Notes, status changes, a bot's replies and replies that were
    taken back are no response; further messages of a waiting customer do not restart the clock. Mean, median and 90th
    percentile are over answered tickets alone; in business hours the open hours of the team or channel alone are counted, and
    it is unknown where there are none. Two further figures stand beside it: for what the bot gave to people, from that moment
    to the first reply of a human; and the time to any reply, the bot's included. Beside them stand how many still wait for
    their first answer and how many were closed without one. The share within 60 minutes is of the answered tickets. Unknown
    is empty, never 0.
    """

    name = "first-response"
    label = _("First response time")
    groups = FACT_GROUPS
    columns: ClassVar = [
        ("count", _("answered"), "count"),
        ("median", _("median"), "seconds"),
        ("mean", _("mean"), "seconds"),
        ("p90", _("90th percentile"), "seconds"),
        ("share_within_60_minutes", _("within 60 minutes"), "share"),
        ("business_median", _("median in business hours"), "seconds"),
        ("hand_off_median", _("median after the bot"), "seconds"),
        ("any_median", _("median of any reply"), "seconds"),
        ("waiting", _("still waiting"), "count"),
        ("unanswered", _("closed without an answer"), "count"),
    ]

    subsets: ClassVar = {
        "answered": (_("answered"), Q(first_response_seconds__isnull=False)),
        "late": (_("after more than 60 minutes"), Q(first_response_seconds__gt=GOAL_SECONDS)),
        "waiting": (_("still waiting"), Q(is_waiting=True)),
        "unanswered": (_("closed without an answer"), Q(first_response_seconds__isnull=True, is_waiting=False)),
        "from_bot": (_("given to people by the bot"), Q(handed_off_at__isnull=False)),
    }

    def rows(self, question: Question) -> list[Row]:
        found = grouped(question, counted_facts(question, agent=AGENT), {**AGGREGATES, **FURTHER}, agent=AGENT)
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


# What the figure's own page shows and the overview does not.
FURTHER: Mapping[str, Any] = {
    "business": Percentiles("first_response_business_seconds"),
    "business_mean": Avg("first_response_business_seconds"),
    "hand_off_count": Count("hand_off_response_seconds"),
    "hand_off": Percentiles("hand_off_response_seconds"),
    "hand_off_mean": Avg("hand_off_response_seconds"),
    "any_count": Count("any_response_seconds"),
    "any": Percentiles("any_response_seconds"),
    "any_mean": Avg("any_response_seconds"),
}
_WITH_PERCENTILES = ("business", "hand_off", "any")


def finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of the database as it is answered: percentiles by name, the share from its two counts."""
    median, p90 = row["percentiles"] or (None, None)
    kept = {name: value for name, value in row.items() if name not in ("percentiles", "quick", *_WITH_PERCENTILES)}
    for name in _WITH_PERCENTILES:
        if name in row:
            kept[f"{name}_median"], kept[f"{name}_p90"] = row[name] or (None, None)
    for name in [name for name in kept if name.endswith("mean") and kept[name] is not None]:
        kept[name] = float(kept[name])
    share = row["quick"] / row["count"] if row["count"] else None
    return kept | {"median": median, "p90": p90, "share_within_60_minutes": share}
