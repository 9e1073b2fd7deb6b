from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from surveys.models import Invitation, Response
from surveys.services.preset import ensure_preset_survey

Make, Ask = Callable[..., Any], Callable[..., Question]
METRIC = METRICS["csat"]
SENT_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def make_vote(make_fact: Make) -> Callable[..., Invitation]:
    """A question that was asked in March, with a vote unless the score is None."""

    def make(score: int | None = None, sent_at: datetime = SENT_AT, agent: Any = None, **fields: Any) -> Invitation:
        ticket = make_fact(60, **fields).ticket
        invitation = Invitation.objects.create(
            survey=ensure_preset_survey(),
            customer=ticket.customer,
            ticket=ticket,
            occasion="contact:1",
            state="sent",
            due_at=sent_at,
            sent_at=sent_at,
        )
        if score is not None:
            Response.objects.create(
                invitation=invitation,
                score=score,
                answered_at=sent_at,
                channel=ticket.channel,
                agent=agent,
                team=ticket.team,
            )
        return invitation

    return make


def only(question: Question) -> dict[str, Any]:
    (row,) = METRIC.rows(question)
    return dict(row.values)


def test_mean_and_top_share_are_of_the_votes(make_vote: Make, ask: Ask) -> None:
    for score in (10, 9, 8, 5):
        make_vote(score)
    row = only(ask())
    assert (row["count"], row["mean"], row["median"], row["share_top"]) == (4, 8.0, 8.5, 0.5)


def test_response_rate_is_of_exactly_the_questions_asked(make_vote: Make, ask: Ask) -> None:
    make_vote(10)
    make_vote()
    make_vote(9, sent_at=datetime(2026, 2, 27, tzinfo=UTC))
    row = only(ask())
    assert (row["count"], row["sent"], row["response_rate"]) == (1, 2, 0.5)


def test_no_answer_is_no_vote_of_nought(make_vote: Make, ask: Ask) -> None:
    make_vote()
    row = only(ask())
    assert (row["mean"], row["share_top"], row["response_rate"]) == (None, None, 0.0)


def test_vote_belongs_to_who_answered_then(make_vote: Make, ask: Ask, agent: Any) -> None:
    make_vote(10, agent=agent)
    make_vote()
    rows = METRIC.rows(ask(GroupBy.AGENT))
    assert [(row.label, row.values["count"], row.values["sent"]) for row in rows] == [
        ("Ana Agent", 1, 1),
        ("Nobody", 0, 1),
    ]


def test_demo_votes_count_only_when_asked_for(make_vote: Make, ask: Ask) -> None:
    make_vote(10, is_demo=True)
    assert [only(ask())["count"], only(ask(include_demo=True))["count"], only(ask(only_demo=True))["count"]] == [
        0,
        1,
        1,
    ]


def test_tickets_behind_the_figure_carry_their_latest_score(make_vote: Make, ask: Ask) -> None:
    invitation = make_vote(4)
    make_vote()
    assert [(ticket.pk, ticket.score) for ticket in METRIC.tickets(ask())] == [(invitation.ticket_id, 4)]
