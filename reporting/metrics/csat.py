"""How satisfied customers are."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Avg, Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from reporting.metrics.facts import subset_condition
from reporting.metrics.metric import Metric
from reporting.metrics.naming import named_rows
from reporting.metrics.question import GroupBy, Percentiles, Question, Row, group_expression
from surveys.models import Invitation
from surveys.policies.votes import LOW_SCORE, TOP_SCORE
from tickets.models import Ticket

# Fewer votes than this say little about anybody.
FEW_VOTES = 10


class Csat(Metric):
    """Satisfaction: the mean of the votes on the scale of 1 to 10, of the questions that were asked in the period, each as it
    stands now; the share of 9 and 10 beside it. The response rate is the answered ones of exactly these questions. One
    question per contact. Votes belong to the channel, team and agent that stood on them when they were given. Questions
    about merged tickets, spam and demo tickets do not count. No vote is not a vote of 0: without votes there is no mean.
    """

    name = "csat"
    label = _("Customer satisfaction")
    columns: ClassVar = [
        ("count", _("votes"), "count"),
        ("mean", _("mean"), "score"),
        ("median", _("median"), "score"),
        ("p90", _("90th percentile"), "score"),
        ("share_top", _("9 or 10"), "share"),
        ("sent", _("asked"), "count"),
        ("response_rate", _("response rate"), "share"),
    ]

    subsets: ClassVar = {
        "low": (_("6 or less"), Q(response__score__lte=LOW_SCORE)),
        "middle": (_("7 or 8"), Q(response__score__gt=LOW_SCORE, response__score__lt=TOP_SCORE)),
        "top": (_("9 or 10"), Q(response__score__gte=TOP_SCORE)),
    }

    def rows(self, question: Question) -> list[Row]:
        asked = asked_questions(question)
        columns = {GroupBy.CHANNEL: "vote_channel", GroupBy.TEAM: "vote_team", GroupBy.AGENT: "vote_agent"}
        group = group_expression(question, at="sent_at", columns=columns)
        if group is None:
            return named_rows(question.group_by, [finished(asked.aggregate(**AGGREGATES))])
        found = asked.annotate(group=group).order_by().values("group").annotate(**AGGREGATES)
        return named_rows(question.group_by, [finished(row) for row in found])

    def tickets(self, question: Question) -> QuerySet[Ticket]:
        # The latest vote of each stands beside its ticket.
        answered = asked_questions(question).filter(response__isnull=False)
        answered = answered.filter(subset_condition(self, question))
        latest = answered.filter(ticket=OuterRef("pk")).order_by("-sent_at").values("response__score")[:1]
        tickets = Ticket.objects.visible_to(question.user).filter(pk__in=answered.values("ticket_id"))
        tickets = tickets.annotate(score=Subquery(latest))
        return tickets.select_related("customer", "channel", "assignee").order_by("-opened_at", "-id")


AGGREGATES: Mapping[str, Any] = {
    "count": Count("response__score"),
    "mean": Avg("response__score"),
    "percentiles": Percentiles("response__score"),
    "top": Count("pk", filter=Q(response__score__gte=TOP_SCORE)),
    "sent": Count("pk"),
}


def asked_questions(question: Question) -> QuerySet[Invitation]:
    """The invitations sent in the period that count, with the channel, team and agent they are counted for."""
    period = question.period
    asked = Invitation.objects.visible_to(question.user).filter(
        sent_at__gte=period.starts_at,
        sent_at__lt=period.ends_at,
        ticket__is_spam=False,
        ticket__merged_into=None,
    )
    if question.only_demo:
        asked = asked.filter(ticket__is_demo=True)
    elif not question.include_demo:
        asked = asked.filter(ticket__is_demo=False)
    asked = asked.annotate(
        vote_channel=Coalesce(F("response__channel_id"), F("ticket__channel_id")),
        vote_team=Coalesce(F("response__team_id"), F("ticket__team_id")),
        vote_agent=Coalesce(F("response__agent_id"), F("ticket__assignee_id")),
    )
    return asked.filter(question.narrowed(channel="ticket__channel", team="vote_team", agent="vote_agent"))


def finished(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row of the database as it is answered: percentiles by name, shares from their two counts."""
    median, p90 = row["percentiles"] or (None, None)
    return {name: value for name, value in row.items() if name not in ("percentiles", "top", "mean")} | {
        "mean": None if row["mean"] is None else float(row["mean"]),
        "median": median,
        "p90": p90,
        "share_top": row["top"] / row["count"] if row["count"] else None,
        "response_rate": row["count"] / row["sent"] if row["sent"] else None,
    }
