"""Cases of a cause before and after what was done about it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from surveys.models import CorrectiveAction, RecoveryCase, RootCause
from surveys.selectors.recurrence import recurrence_of
from tests.factories import make_team, make_ticket
from tickets.models import Customer, Ticket

DONE = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def cause(db: None) -> RootCause:
    return RootCause.objects.get(key="product")


def case(cause: RootCause, opened_at: datetime, ticket: Ticket | None = None, **fields: Any) -> RecoveryCase:
    return RecoveryCase.objects.create(
        customer=Customer.objects.create(name="Carla"), source="manual", root_cause=cause, opened_at=opened_at, ticket=ticket, **fields
    )  # fmt: skip


def counts(cause: RootCause, reader: Any, at: datetime) -> list[tuple[int, int | None, int, int | None]]:
    rows = recurrence_of(cause.pk, reader=reader, at=at)
    return [(row.before_30, row.after_30, row.before_90, row.after_90) for row in rows]


def test_cases_of_a_cause_and_all_below_it_are_counted_on_their_side_of_the_deed(
    cause: RootCause, superuser: Any
) -> None:
    CorrectiveAction.objects.create(root_cause=cause, title="A new box", done_at=DONE)
    below = RootCause.objects.get(key="product.defect")
    day = timedelta(days=1)
    for opened in (-90 * day - SECOND, -90 * day, -30 * day - SECOND, -30 * day, -SECOND):
        case(below, DONE + opened)
    for opened in (0 * day, 30 * day - SECOND, 30 * day, 90 * day - SECOND, 90 * day):
        case(cause, DONE + opened)
    case(cause, DONE, outcome="mistaken", closed_at=DONE)
    case(cause, DONE, is_demo=True)
    case(RootCause.objects.get(key="process"), DONE)
    assert counts(cause, superuser, DONE + 365 * day) == [(2, 2, 4, 4)]
    assert counts(below, superuser, DONE + 365 * day) == [], "what was done above is told above"


@pytest.mark.parametrize(
    ("days", "after_30", "after_90"), [(29.9, None, None), (30, 0, None), (89.9, 0, None), (90, 0, 0)]
)
def test_nobody_knows_what_comes_after_until_the_days_are_over(
    cause: RootCause, superuser: Any, days: float, after_30: int | None, after_90: int | None
) -> None:
    CorrectiveAction.objects.create(root_cause=cause, title="A new box", done_at=DONE)
    assert counts(cause, superuser, DONE + timedelta(days=days)) == [(0, after_30, 0, after_90)]


def test_open_and_cancelled_actions_have_no_before_and_after(cause: RootCause, superuser: Any) -> None:
    CorrectiveAction.objects.create(root_cause=cause, title="Soon")
    CorrectiveAction.objects.create(root_cause=cause, title="Never", done_at=DONE, cancelled_at=DONE)
    assert counts(cause, superuser, DONE) == []


def test_cases_that_the_reader_may_not_see_are_not_counted_and_it_costs_two_statements(
    cause: RootCause, agent: Any, stranger: Any, email_channel: Any, django_assert_num_queries: Any
) -> None:
    for title in ("A new box", "Another one"):
        CorrectiveAction.objects.create(root_cause=cause, title=title, done_at=DONE)
    hidden, open_one = make_ticket(email_channel), make_ticket(email_channel)
    Ticket.objects.filter(pk=hidden.pk).update(team=make_team("Board", stranger, is_private=True))
    case(cause, DONE - SECOND, hidden)
    case(cause, DONE - SECOND, open_one)
    assert counts(cause, agent, DONE) == [(1, None, 1, None)] * 2
    agent.has_perm("tickets.view_ticket")
    with django_assert_num_queries(2):
        recurrence_of(cause.pk, reader=agent, at=DONE)
