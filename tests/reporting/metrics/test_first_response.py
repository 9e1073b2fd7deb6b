from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from tests.factories import make_channel, make_team

Make, Ask = Callable[..., Any], Callable[..., Question]
METRIC = METRICS["first-response"]


def only(question: Question) -> dict[str, Any]:
    (row,) = METRIC.rows(question)
    return dict(row.values)


def test_mean_median_and_p90_stand_beside_each_other(make_fact: Make, ask: Ask) -> None:
    for seconds in (60, 120, 180, 36_000):
        make_fact(seconds)
    row = only(ask())
    assert (row["count"], row["mean"], row["median"], row["p90"]) == (4, 9090.0, 150.0, pytest.approx(25254.0))


def test_who_still_waits_is_shown_and_not_averaged(make_fact: Make, ask: Ask) -> None:
    make_fact(600)
    make_fact()
    make_fact(is_waiting=False)
    row = only(ask())
    assert (row["count"], row["mean"], row["waiting"], row["unanswered"]) == (1, 600.0, 1, 1)


def test_nothing_answered_is_unknown_and_not_nought(make_fact: Make, ask: Ask) -> None:
    make_fact()
    row = only(ask())
    assert [row[name] for name in ("mean", "median", "p90", "share_within_60_minutes")] == [None] * 4


def test_empty_period_is_one_row_of_unknowns(ask: Ask, db: None) -> None:
    row = only(ask())
    assert (row["count"], row["mean"]) == (0, None)


def test_share_within_an_hour_includes_the_full_hour(make_fact: Make, ask: Ask) -> None:
    for seconds in (3599, 3600, 3601, 9999):
        make_fact(seconds)
    assert only(ask())["share_within_60_minutes"] == 0.5


@pytest.mark.parametrize("excluded", ["merged", "spam", "agent_opened"])
def test_excluded_tickets_leave_the_figure(make_fact: Make, ask: Ask, excluded: str) -> None:
    make_fact(60, excluded_because=excluded)
    assert only(ask(include_demo=True))["count"] == 0


def test_demo_counts_only_when_asked_for(make_fact: Make, ask: Ask) -> None:
    make_fact(60, is_demo=True)
    make_fact(60)
    counts = [only(ask(**options))["count"] for options in ({}, {"include_demo": True}, {"only_demo": True})]
    assert counts == [1, 2, 1]


def test_rows_per_channel_have_slug_and_name(make_fact: Make, ask: Ask) -> None:
    other = make_channel(kind="api", slug="shop", name="Our shop")
    make_fact(60)
    make_fact(90, channel=other)
    rows = METRIC.rows(ask(GroupBy.CHANNEL))
    assert {(row.key, row.values["median"]) for row in rows} == {("support", 60.0), ("shop", 90.0)}


def test_rows_per_agent_are_those_of_who_answered(make_fact: Make, ask: Ask, agent: Any, lead: Any) -> None:
    make_fact(60, first_responder=agent, agent=lead)
    make_fact()
    assert [(row.key, row.label, row.values["count"]) for row in METRIC.rows(ask(GroupBy.AGENT))] == [
        (agent.pk, "Ana Agent", 1),
        (None, "Nobody", 0),
    ]


@pytest.mark.parametrize(("zone", "day"), [("UTC", "2026-03-02"), ("Asia/Tokyo", "2026-03-03")])
def test_days_are_those_of_the_site(make_fact: Make, ask: Ask, zone: str, day: str) -> None:
    make_fact(60, opened_at=datetime(2026, 3, 2, 16, 0, tzinfo=UTC))
    assert [row.key for row in METRIC.rows(ask(GroupBy.DAY, zone=zone))] == [day]


@pytest.mark.parametrize(
    ("group_by", "keys"),
    [(GroupBy.WEEK, ["2026-W10", "2026-W11"]), (GroupBy.MONTH, ["2026-03"]), (GroupBy.HOUR, [9, 21])],
)
def test_rows_stand_in_the_order_of_time(make_fact: Make, ask: Ask, group_by: GroupBy, keys: list[Any]) -> None:
    make_fact(60, opened_at=datetime(2026, 3, 10, 21, 0, tzinfo=UTC))
    make_fact(60)
    assert [row.key for row in METRIC.rows(ask(group_by))] == keys


def test_period_takes_its_first_and_its_last_day_whole(make_fact: Make, ask: Ask) -> None:
    for opened_at in (
        datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2026, 4, 1, tzinfo=UTC),
    ):
        make_fact(60, opened_at=opened_at)
    assert only(ask())["count"] == 2


def test_agent_sees_the_figures_of_what_he_sees_and_marketing_all(
    make_fact: Make, ask: Ask, agent: Any, stranger: Any, marketing: Any
) -> None:
    team = make_team("Board", agent, is_private=True)
    make_fact(60)
    make_fact(90, team=team)
    assert [only(ask(user=user))["count"] for user in (agent, stranger, marketing)] == [2, 1, 2]


def test_tickets_behind_the_figure_are_those_that_may_be_opened(
    make_fact: Make, ask: Ask, agent: Any, marketing: Any
) -> None:
    fact = make_fact(60)
    make_fact(60, opened_at=fact.opened_at + timedelta(days=60))
    assert [ticket.pk for ticket in METRIC.tickets(ask(user=agent))] == [fact.pk]
    assert not METRIC.tickets(ask(user=marketing)).exists()


def test_report_costs_two_queries(make_fact: Make, ask: Ask, django_assert_max_num_queries: Any) -> None:
    for number in range(10):
        make_fact(60, channel=make_channel(slug=f"c{number}"))
    question = ask(GroupBy.CHANNEL)
    question.user.get_all_permissions()  # read with the user on every request
    with django_assert_max_num_queries(2):
        METRIC.rows(question)


def test_definition_says_what_is_counted() -> None:
    assert METRIC.definition().startswith("First response time: the first public reply of a human")
    assert "\n" not in METRIC.definition()


def test_three_figures_stand_apart_human_after_the_bot_and_anybody(make_fact: Make, ask: Ask) -> None:
    make_fact(600, any_response_seconds=5, hand_off_response_seconds=120)
    make_fact(1200, any_response_seconds=1200, first_response_business_seconds=300)
    row = only(ask())
    names = ("median", "hand_off_median", "hand_off_count", "any_median", "any_count", "business_median")
    assert [row[name] for name in names] == [900.0, 120.0, 1, 602.5, 2, 300.0]
