"""What the metrics that stand on TicketFact share."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from reporting.metrics.metric import Metric
from reporting.metrics.question import GroupBy, Question, group_expression
from reporting.models import TicketFact, TicketFactQuerySet
from tickets.models import Ticket


def facts_that_count(question: Question) -> TicketFactQuerySet:
    """The facts of all tickets that may be in a figure for the user, whenever they were opened."""
    facts = (
        TicketFact.objects.demo()
        if question.only_demo
        else TicketFact.objects.counted(include_demo=question.include_demo)
    )
    return facts.visible_to(question.user)


def counted_facts(question: Question, *, agent: str) -> TicketFactQuerySet:
    """The facts of tickets that were opened in the period, by the rules that hold for every figure.

    ``agent`` is the column that says whose the ticket is for this figure.
    """
    period = question.period
    facts = facts_that_count(question).filter(opened_at__gte=period.starts_at, opened_at__lt=period.ends_at)
    return facts.filter(question.narrowed(channel="channel", team="team_id", agent=agent, topic="topic_id"))


def fact_columns(agent: str) -> dict[GroupBy, str]:
    """By what rows of facts can be told apart; ``agent`` is the column that says whose the row is."""
    return {
        GroupBy.CHANNEL: "channel_id",
        GroupBy.TEAM: "team_id",
        GroupBy.AGENT: agent,
        GroupBy.TOPIC: "topic_id",
        GroupBy.MEDIUM: "channel__kind",
    }


def grouped(
    question: Question, facts: QuerySet[TicketFact], aggregates: Mapping[str, Any], *, agent: str
) -> list[dict[str, Any]]:
    """The aggregates per group; ``agent`` is the column that says whose the ticket is."""
    group = group_expression(question, at="opened_at", columns=fact_columns(agent))
    if group is None:
        return [facts.aggregate(**aggregates)]
    return [dict(row) for row in facts.annotate(group=group).order_by().values("group").annotate(**aggregates)]


def subset_condition(metric: Metric, question: Question) -> Q:
    """The condition of the question's subset; everything when it names none of the metric's."""
    return metric.subsets[question.subset][1] if question.subset in metric.subsets else Q()


def tickets_behind(question: Question, facts: QuerySet[TicketFact]) -> QuerySet[Ticket]:
    """The tickets of these facts that the user may open, newest first."""
    tickets = Ticket.objects.visible_to(question.user).filter(fact__in=facts)
    return tickets.select_related("customer", "channel", "assignee").order_by("-opened_at", "-id")
