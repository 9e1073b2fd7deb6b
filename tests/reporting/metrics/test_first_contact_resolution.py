from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.common.clock import told_time
from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from tests.factories import make_channel, make_team
from tickets.models import Topic

Make, Ask = Callable[..., Any], Callable[..., Question]
METRIC = METRICS["first-contact-resolution"]
OPENED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RESOLVED = OPENED + timedelta(hours=1)


@pytest.fixture
def make_case(make_fact: Make) -> Make:
    """A handled case of Monday, 2 March 2026, 09:00, solved at the first contact after an hour."""

    def make(**fields: Any) -> Any:
        values = {"is_handled": True, "is_first_contact": True, "last_resolved_at": RESOLVED, "customer_id": 1}
        return make_fact(600, **(values | fields))

    return make


def only(question: Question, *, at: datetime = OPENED + timedelta(days=30)) -> dict[str, Any]:
    with told_time(at):
        (row,) = METRIC.rows(question)
    return dict(row.values)


def test_unsolved_cases_stand_in_the_denominator(make_case: Make, ask: Ask) -> None:
    make_case(customer_id=1)
    make_case(customer_id=2, is_first_contact=False)
    make_case(customer_id=3, is_first_contact=False, last_resolved_at=None)
    make_case(customer_id=4, is_handled=False, is_first_contact=False)
    row = only(ask())
    shown = [row[name] for name in ("count", "first_contact", "resolved", "unresolved")]
    assert shown == [3, 1, 2, 1]
    assert (row["share_of_handled"], row["share_of_resolved"]) == (1 / 3, 1 / 2)


def test_nothing_handled_is_unknown_and_not_nought(ask: Ask, db: None) -> None:
    row = only(ask())
    assert (row["count"], row["share_of_handled"], row["share_of_resolved"]) == (0, None, None)


def test_case_is_provisional_until_its_days_are_over_and_counts_all_the_time(make_case: Make, ask: Ask) -> None:
    make_case()
    last = RESOLVED + timedelta(days=7)
    before, after = only(ask(), at=last - timedelta(seconds=1)), only(ask(), at=last)
    assert [(row["first_contact"], row["provisional"]) for row in (before, after)] == [(1, 1), (1, 0)]


def test_window_is_a_setting(make_case: Make, ask: Ask, settings: Any) -> None:
    make_case()
    make_case(opened_at=OPENED + timedelta(days=3), is_first_contact=False)
    assert only(ask())["came_back"] == 1
    settings.HELPDESK_FIRST_CONTACT_DAYS = 2
    assert only(ask())["came_back"] == 0


def test_case_behind_the_period_still_tells_that_the_customer_came_back(make_case: Make, ask: Ask) -> None:
    late = datetime(2026, 3, 30, 9, 0, tzinfo=UTC)
    make_case(opened_at=late, last_resolved_at=late)
    make_case(opened_at=late + timedelta(days=3), is_first_contact=False)
    row = only(ask())
    assert (row["count"], row["first_contact"], row["came_back"]) == (1, 0, 1)


def test_case_that_the_asking_agent_may_not_see_counts_as_coming_back(make_case: Make, ask: Ask, agent: Any) -> None:
    make_case()
    hidden = make_team("Board", is_private=True)
    make_case(opened_at=OPENED + timedelta(days=1), team=hidden)
    row = only(ask(user=agent))
    assert (row["count"], row["came_back"]) == (1, 1)


def test_rows_are_told_apart_by_topic_and_by_medium(make_case: Make, ask: Ask, django_assert_num_queries: Any) -> None:
    topic = Topic.objects.create(name="Delivery")
    make_case(topic=topic, customer_id=1)
    make_case(channel=make_channel(kind="voice"), customer_id=2, is_first_contact=False)
    assert ask().user.has_perm("reporting.view_every_figure")
    with django_assert_num_queries(2):
        by_topic = METRIC.rows(ask(GroupBy.TOPIC))
    assert [(row.key, row.values["share_of_handled"]) for row in by_topic] == [(topic.pk, 1.0), (None, 0.0)]
    by_medium = METRIC.rows(ask(GroupBy.MEDIUM))
    assert [(row.key, row.values["first_contact"]) for row in by_medium] == [("messaging", 1), ("phone", 0)]
    assert only(ask(medium="phone"))["count"] == only(ask(topic="none"))["count"] == 1


@pytest.mark.parametrize(
    "group", [GroupBy.CHANNEL, GroupBy.TEAM, GroupBy.AGENT, GroupBy.DAY, GroupBy.WEEK, GroupBy.HOUR]
)
def test_rows_of_every_grouping_add_up(make_case: Make, ask: Ask, group: GroupBy) -> None:
    make_case(customer_id=1)
    make_case(customer_id=2, opened_at=OPENED + timedelta(days=8, hours=3), last_resolved_at=OPENED + timedelta(days=9))
    assert sum(row.values["first_contact"] for row in METRIC.rows(ask(group))) == 2


def test_tickets_behind_each_subset_are_those_that_were_counted(make_case: Make, ask: Ask) -> None:
    first = make_case(customer_id=1)
    came_back = make_case(customer_id=2)
    make_case(customer_id=2, opened_at=OPENED + timedelta(days=1), is_first_contact=False)
    unsolved = make_case(customer_id=3, is_first_contact=False, last_resolved_at=None)
    with told_time(OPENED + timedelta(days=30)):
        behind = {name: list(METRIC.tickets(ask(subset=name))) for name in METRIC.subsets}
        everything = METRIC.tickets(ask()).count()
    assert behind["first"] == [first.ticket]
    assert behind["came_back"] == [came_back.ticket]
    assert behind["unresolved"] == [unsolved.ticket]
    assert (len(behind["later"]), behind["provisional"], everything) == (1, [], 4)
