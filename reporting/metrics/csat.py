"""How satisfied customers are."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Avg, Count, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import subset_condition
from reporting.metrics.metric import FACT_GROUPS, Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import GroupBy, Percentiles, Question, Row, group_expression
from reporting.models import TicketFact
from surveys.models import Invitation
from surveys.policies.scales import SCALES
from surveys.policies.votes import TOP_SCORE
from tickets.models import Ticket

# Fewer votes than this say little about anybody.
FEW_VOTES = 10
_OTHER_SCALES = [scale.key for scale in SCALES.values() if not scale.is_satisfaction]


class Csat(Metric):
    """Satisfaction: the mean of the votes, each on the common scale of 1 to 10 (five of five and a thumb up are a 10, one of five
    and a thumb down a 1), of the questions that were asked in the period, each as it stands now; the share of 9 and 10 beside it.
    The response rate is the answered ones of exactly these questions. One question per occasion. A question, answered or not,
    belongs to the channel where the contact took place that it asks about (of a caller who is asked by text message: the phone), to
    the agent who answered last in it, and to the team and topic of the moment when it was sent. The readiness to recommend is
    another question and is not in here. Questions about merged tickets, spam, demo tickets and those that we opened ourselves do
    not count. No vote is not a vote of 0: without votes there is no mean.
    """

    name = "csat"
    label = _("Customer satisfaction")
    groups = FACT_GROUPS
    columns: ClassVar = [
        ("count", _("votes"), "count"),
        ("mean", _("mean"), "score"),
        ("median", _("median"), "score"),
        ("p90", _("90th percentile"), "score"),
        ("share_top", _("9 or 10"), "share"),
        ("share_low", _("low"), "share"),
        ("sent", _("asked"), "count"),
        ("response_rate", _("response rate"), "share"),
    ]

    subsets: ClassVar = {
        "low": (_("low"), Q(response__is_low=True)),
        "middle": (_("in between"), Q(response__is_low=False, response__rating__lt=TOP_SCORE)),
        "top": (_("9 or 10"), Q(response__rating__gte=TOP_SCORE)),
        "unanswered": (_("not answered yet"), Q(state="sent", response=None)),
    }

    def rows(self, question: Question) -> list[Row]:
        asked = asked_questions(question)
        group = group_expression(question, at="sent_at", columns=COLUMNS)
        if group is None:
            return named_rows(question.group_by, [finished(asked.aggregate(**AGGREGATES))])
        found = asked.annotate(group=group).order_by().values("group").annotate(**AGGREGATES)
        return named_rows(question.group_by, [finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        asked = asked_questions(question).filter(subset_condition(self, question))
        if question.subset != "unanswered":
            asked = asked.filter(response__isnull=False)
        # The latest vote of each stands beside its ticket.
        latest = asked.filter(ticket=OuterRef("pk")).order_by("-sent_at").values("response__rating")[:1]
        tickets = Ticket.objects.visible_to(question.user).filter(pk__in=asked.values("ticket_id"))
        tickets = tickets.annotate(score=Subquery(latest))
        return tickets.select_related("customer", "channel", "assignee").order_by("-opened_at", "-id")


COLUMNS: Mapping[GroupBy, str] = {
    GroupBy.CHANNEL: "of_channel_id",
    GroupBy.TEAM: "of_team_id",
    GroupBy.AGENT: "of_agent_id",
    GroupBy.TOPIC: "of_topic_id",
    GroupBy.MEDIUM: "of_channel__kind",
}
AGGREGATES: Mapping[str, Any] = {
    "count": Count("response__rating"),
    "mean": Avg("response__rating"),
    "percentiles": Percentiles("response__rating"),
    "top": Count("pk", filter=Q(response__rating__gte=TOP_SCORE)),
    "low": Count("pk", filter=Q(response__is_low=True)),
    "sent": Count("pk"),
}


def asked_questions(question: Question) -> QuerySet[Invitation]:
    """The invitations sent in the period that count and measure satisfaction.

    One without a ticket (after a purchase) belongs to no channel, team, agent or topic.
    """
    asked = counted_invitations(question).exclude(survey__scale__in=_OTHER_SCALES)
    return asked.filter(question.narrowed(channel="of_channel", team="of_team", agent="of_agent", topic="of_topic"))


def counted_invitations(question: Question) -> QuerySet[Invitation]:
    """The invitations of the period that may be in a figure, whatever they measure."""
    period = question.period
    asked = Invitation.objects.visible_to(question.user).filter(
        sent_at__gte=period.starts_at, sent_at__lt=period.ends_at
    )
    asked = asked.filter(Q(ticket=None) | Q(ticket__is_spam=False, ticket__merged_into=None))
    # A conversation that we began ourselves is no case of a customer's, in this figure as in every other.
    asked = asked.exclude(ticket__fact__excluded_because=TicketFact.Excluded.AGENT_OPENED)
    is_demo = Q(ticket__is_demo=True) | Q(ticket=None, customer__is_demo=True)
    if question.only_demo:
        return asked.filter(is_demo)
    return asked if question.include_demo else asked.exclude(is_demo)


def finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of the database as it is answered: percentiles by name, shares from their two counts."""
    median, p90 = row["percentiles"] or (None, None)
    return {name: value for name, value in row.items() if name not in ("percentiles", "top", "low", "mean")} | {
        "mean": None if row["mean"] is None else float(row["mean"]),
        "median": median,
        "p90": p90,
        "share_top": row["top"] / row["count"] if row["count"] else None,
        "share_low": row["low"] / row["count"] if row["count"] else None,
        "response_rate": row["count"] / row["sent"] if row["sent"] else None,
    }
