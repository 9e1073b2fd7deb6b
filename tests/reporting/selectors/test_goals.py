from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from reporting.models import ContactFact, Goal, TicketFact
from reporting.selectors.goals import GoalStanding, goal_standings
from reporting.services.goals import ensure_goals

Make = Callable[..., Any]
TODAY = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


def standings(user: Any) -> dict[str, GoalStanding]:
    return {one.goal.kind: one for one in goal_standings(user, only_demo=False, zone=BERLIN)}


def test_every_installation_has_the_four_goals_and_keeps_what_people_set(db: None) -> None:
    Goal.objects.filter(kind="happy").update(target=9.5)
    Goal.objects.filter(kind="quick").delete()
    ensure_goals()
    assert dict(Goal.objects.values_list("kind", "target")) == {
        "quick": 0.9, "efficient": 600, "solved": 0.7, "happy": 9.5,
    }  # fmt: skip


def test_quick_counts_who_was_answered_within_the_hour_and_who_still_waits(make_fact: Make, auditor: Any) -> None:
    for seconds, days in ((60, 1), (3601, 2), (None, 3), (60, 40), (60, 41), (60, 100)):
        make_fact(seconds, opened_at=TODAY - timedelta(days=days))
    quick = standings(auditor)["quick"]
    assert (quick.reading.now.value, quick.reading.before.value, quick.running) == (0.5, 1.0, 1)
    assert (quick.reading.is_met, quick.reading.trend) == (False, "worse")


def test_efficient_is_of_contacts_with_known_time_that_are_over(make_fact: Make, auditor: Any) -> None:
    for number, (seconds, hours) in enumerate(((300, 2), (900, 3), (None, 4), (60, -1)), start=1):
        fact = make_fact(60)
        ContactFact.objects.create(
            ticket=fact.ticket, number=number, channel=fact.channel, started_at=TODAY - timedelta(hours=5),
            last_at=TODAY, ends_at=TODAY - timedelta(hours=hours), is_answered=True, handle_seconds=seconds,
        )  # fmt: skip
    efficient = standings(auditor)["efficient"]
    assert (efficient.reading.now.value, efficient.running, efficient.reading.is_met) == (600.0, 1, True)


def test_solved_is_of_the_handled_cases_and_says_what_is_provisional(make_fact: Make, auditor: Any) -> None:
    values = {"is_handled": True, "is_first_contact": True}
    opened_at = TODAY - timedelta(days=3)
    make_fact(60, opened_at=opened_at, last_resolved_at=opened_at, **values)
    make_fact(60, opened_at=opened_at, is_handled=True)
    TicketFact.objects.update(customer_id=None)
    solved = standings(auditor)["solved"]
    assert (solved.reading.now.value, solved.provisional, solved.running) == (0.5, 1, 1)


def test_goals_cost_five_statements(auditor: Any, make_fact: Make, django_assert_num_queries: Any) -> None:
    make_fact(60, opened_at=TODAY - timedelta(days=1))
    auditor.has_perm("tickets.view_every_ticket")
    with django_assert_num_queries(5):
        goal_standings(auditor, only_demo=False, zone=BERLIN)
