from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from tests.factories import make_team
from tickets.models import SLATimer, Ticket, Topic

Make, Ask = Callable[..., Any], Callable[..., Question]
METRIC = METRICS["sla"]
DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def make_timer(make_fact: Make) -> Make:
    """A clock of a ticket of its own, begun on Monday, 2 March 2026, and due an hour later."""

    def make(
        state: str, *, late_by: timedelta | None = None, metric: str = "first_response", **fields: Any
    ) -> SLATimer:
        started_at = fields.pop("started_at", DAY)
        ticket = make_fact(60).ticket
        Ticket.objects.filter(pk=ticket.pk).update(**fields)
        due_at = started_at + timedelta(hours=1)
        is_missed = state == "breached"
        return SLATimer.objects.create(
            ticket=ticket,
            metric=metric,
            state=state,
            target_seconds=3600,
            clock="calendar",
            started_at=started_at,
            due_at=due_at,
            met_at=due_at + late_by if late_by else (DAY if state == "met" else None),
            breached_at=due_at if is_missed else None,
        )

    return make


def only(question: Question) -> dict[str, Any]:
    (row,) = METRIC.rows(question)
    return dict(row.values)


def test_attainment_is_of_what_is_decided_and_the_rest_stands_beside_it(make_timer: Make, ask: Ask) -> None:
    for state in ("met", "met", "met", "running", "paused", "cancelled"):
        make_timer(state)
    make_timer("breached", late_by=timedelta(minutes=30))
    row = only(ask())
    assert (row["count"], row["met"], row["missed"], row["running"]) == (4, 3, 1, 2)
    assert row["attainment"] == 0.75
    assert (row["mean"], row["median"]) == (1800.0, 1800.0)


def test_missed_one_that_nobody_answered_is_missed_at_once_and_late_now(make_timer: Make, ask: Ask) -> None:
    make_timer("breached")
    row = only(ask())
    assert (row["count"], row["late"], row["attainment"], row["mean"]) == (1, 1, 0.0, None)


def test_nothing_decided_is_unknown_and_not_nought(make_timer: Make, ask: Ask) -> None:
    make_timer("running")
    assert [only(ask())[name] for name in ("attainment", "mean", "median", "p90")] == [None] * 4


@pytest.mark.parametrize("fields", [{"is_spam": True}, {"opened_by_agent": True}, {"merged_into_id": "other"}])
def test_excluded_tickets_leave_the_figure(make_timer: Make, ask: Ask, make_fact: Make, fields: dict[str, Any]) -> None:
    if "merged_into_id" in fields:
        fields = {"merged_into_id": make_fact().ticket_id}
    make_timer("met", **fields)
    assert only(ask(include_demo=True))["count"] == 0


def test_demo_counts_only_when_asked_for(make_timer: Make, ask: Ask) -> None:
    make_timer("met", is_demo=True)
    make_timer("met")
    counts = [only(ask(**options))["count"] for options in ({}, {"include_demo": True}, {"only_demo": True})]
    assert counts == [1, 2, 1]


def test_rows_stand_by_limit_priority_and_topic(make_timer: Make, ask: Ask) -> None:
    topic = Topic.objects.create(name="Delivery")
    make_timer("met", metric="resolution", priority="urgent", topic=topic)
    make_timer("breached", priority="low")

    def keys(group_by: GroupBy) -> list[tuple[Any, Any]]:
        return [(row.label, row.values["attainment"]) for row in METRIC.rows(ask(group_by))]

    assert keys(GroupBy.LIMIT) == [("first response", 0.0), ("resolution", 1.0)]
    assert keys(GroupBy.PRIORITY) == [("urgent", 1.0), ("low", 0.0)]
    assert keys(GroupBy.TOPIC) == [("Delivery", 1.0), ("No topic", 0.0)]
    assert only(ask(limit="resolution"))["count"] == 1
    assert only(ask(topic=str(topic.pk), priority="urgent"))["count"] == 1


def test_figures_of_a_private_team_are_its_own(make_timer: Make, ask: Ask, agent: Any, lead: Any) -> None:
    make_timer("met", team=make_team("Board", lead, is_private=True))
    assert only(ask(user=agent))["count"] == 0
    assert only(ask())["count"] == 1


def test_missed_tickets_stand_behind_the_figure(make_timer: Make, ask: Ask) -> None:
    make_timer("met")
    missed = make_timer("breached")
    assert list(METRIC.tickets(ask(subset="missed"))) == [missed.ticket]
