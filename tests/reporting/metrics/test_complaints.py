from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from channels_app.adapters.base import Address, ReviewReceived, digest
from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from reporting.policies.period import Period
from surveys.models import Invitation, RecoveryCase, RecoverySignal, Response, RootCause
from surveys.services.preset import ensure_preset_survey
from tests.factories import make_channel
from tickets.models import Review, Ticket
from tickets.services.intake import receive

Make, Ask = Callable[..., Any], Callable[..., Question]
COMPLAINTS = METRICS["complaints"]
FEBRUARY = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
IN_MARCH = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


@pytest.fixture
def make_vote(make_fact: Make) -> Callable[..., Ticket]:
    """The ticket, opened in February, of a low vote given in March."""

    def make(at: datetime = IN_MARCH, ticket: Ticket | None = None, **fact: Any) -> Ticket:
        found: Ticket = ticket or make_fact(60, **({"opened_at": FEBRUARY} | fact)).ticket
        invitation = Invitation.objects.create(
            survey=ensure_preset_survey(), customer=found.customer, ticket=found, occasion=f"contact:{at}", due_at=at
        )
        Response.objects.create(invitation=invitation, score=2, is_low=True, answered_at=at)
        return found

    return make


def make_review(channel: Any, rating: int) -> Ticket:
    """The ticket, as if opened in February, of a review written in March."""
    author = Address(address=f"a{rating}-{Review.objects.count()}", name="Carla", kind="review_author")
    key = digest("review", author.address)
    receive(
        channel=channel,
        item=ReviewReceived(
            dedup_key=key, external_id=author.address, author=author, rating=rating, text="So it is", sent_at=IN_MARCH
        ),
    )
    ticket = Ticket.objects.latest("pk")
    Ticket.objects.filter(pk=ticket.pk).update(opened_at=FEBRUARY, sentiment="")
    return ticket


def only(question: Question) -> dict[str, Any]:
    (row,) = COMPLAINTS.rows(question)
    return dict(row.values)


def test_ticket_stands_at_its_first_complaint_in_the_period_not_at_its_opening(
    make_vote: Make, make_fact: Make, ask: Ask
) -> None:
    late = make_vote()
    make_vote(IN_MARCH - timedelta(days=2), late)
    angry = make_fact(60).ticket
    Ticket.objects.filter(pk=angry.pk).update(sentiment="negative")
    make_vote(IN_MARCH, angry)
    rows = COMPLAINTS.rows(ask(group_by=GroupBy.DAY))
    assert [(row.key, row.values["count"]) for row in rows] == [("2026-03-02", 1), ("2026-03-07", 1)]
    assert [row.key for row in COMPLAINTS.rows(ask(group_by=GroupBy.MONTH))] == ["2026-03"]
    day = Period(from_on=date(2026, 3, 7), to_on=date(2026, 3, 7), zone=ZoneInfo("UTC"))
    assert list(COMPLAINTS.tickets(ask(period=day))) == [late]


def test_bad_review_is_a_complaint_until_its_author_takes_it_away(ask: Ask) -> None:
    channel = make_channel(kind="review_feed", is_public=True)
    bad, _good, gone = (make_review(channel, rating) for rating in (1, 5, 1))
    Review.objects.filter(message__ticket=gone).update(deleted_at=IN_MARCH)
    (row,) = COMPLAINTS.rows(ask(group_by=GroupBy.DAY))
    assert (row.key, row.values["count"], row.values["bad_reviews"], row.values["low_votes"]) == ("2026-03-09", 1, 1, 0)
    assert list(COMPLAINTS.tickets(ask(subset="bad_reviews"))) == [bad]


def test_complaint_that_joined_an_open_case_has_its_cause(make_vote: Make, ask: Ask) -> None:
    first, second, alone = make_vote(), make_vote(), make_vote()
    case = RecoveryCase.objects.create(
        customer=first.customer, ticket=first, source="low_score", opened_at=IN_MARCH,
        root_cause=RootCause.objects.get(key="process.slow"),
    )  # fmt: skip
    RecoverySignal.objects.create(case=case, key="response:2", source="low_score", ticket=second, at=IN_MARCH)
    rows = COMPLAINTS.rows(ask(group_by=GroupBy.CAUSE))
    assert [(row.label, row.values["count"], row.values["with_case"]) for row in rows] == [
        ("Takes too long", 2, 2),
        ("Cause not known yet", 1, 0),
    ]
    assert list(COMPLAINTS.tickets(ask(subset="without_case"))) == [alone]


def test_latest_case_says_the_cause_and_a_mistaken_one_never(make_vote: Make, ask: Ask) -> None:
    ticket = make_vote()
    values = {"customer": ticket.customer, "source": "low_score", "opened_at": IN_MARCH, "closed_at": IN_MARCH}
    for key, outcome in (("process.slow", "lost"), ("product.defect", "lost"), ("process.slow", "mistaken")):
        case = RecoveryCase.objects.create(root_cause=RootCause.objects.get(key=key), outcome=outcome, **values)
        RecoverySignal.objects.create(case=case, key=f"c{case.pk}", source="low_score", ticket=ticket, at=IN_MARCH)
    assert [row.label for row in COMPLAINTS.rows(ask(group_by=GroupBy.CAUSE))] == ["Defect"]


def test_spam_merged_and_agent_opened_tickets_are_no_complaints(make_vote: Make, ask: Ask) -> None:
    counted, merged, spam = make_vote(), make_vote(), make_vote()
    make_vote(excluded_because="agent_opened")
    Ticket.objects.filter(pk=merged.pk).update(merged_into=counted)
    Ticket.objects.filter(pk=spam.pk).update(is_spam=True)
    assert only(ask())["count"] == 1
    assert list(COMPLAINTS.tickets(ask())) == [counted]
