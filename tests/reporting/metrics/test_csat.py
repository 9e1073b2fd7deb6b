from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from reporting.metrics import METRICS
from reporting.metrics.question import NONE, GroupBy, Question
from surveys.models import Invitation, Response, Survey
from surveys.policies.scales import SCALES
from tests.factories import make_channel, make_team
from tickets.models import Ticket, Topic

Make, Ask = Callable[..., Any], Callable[..., Question]
METRIC = METRICS["csat"]
SENT_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def make_vote(make_fact: Make) -> Callable[..., Invitation]:
    """A question that was asked in March, with a vote unless the score is None."""

    def make(
        score: int | None = None,
        sent_at: datetime = SENT_AT,
        agent: Any = None,
        scale: str = "1-10",
        channel_of_contact: Any = None,
        **fields: Any,
    ) -> Invitation:
        ticket = make_fact(60, **fields).ticket
        survey = Survey.objects.get_or_create(name=scale, scale=scale)[0]
        invitation = Invitation.objects.create(
            survey=survey,
            customer=ticket.customer,
            ticket=ticket,
            occasion="contact:1",
            state="sent",
            due_at=sent_at,
            sent_at=sent_at,
            of_channel=channel_of_contact or ticket.channel,
            of_agent=agent,
            of_team=ticket.team,
            of_topic=ticket.topic,
        )
        if score is not None:
            Response.objects.create(
                invitation=invitation,
                score=score,
                scale=scale,
                rating=SCALES[scale].rating(score),
                is_low=SCALES[scale].is_low(score),
                answered_at=sent_at,
                channel=ticket.channel,
                agent=agent,
                team=ticket.team,
                topic=ticket.topic,
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


def test_question_belongs_to_who_answered_then_whether_it_is_answered_or_not(
    make_vote: Make, ask: Ask, agent: Any, lead: Any
) -> None:
    make_vote(10, agent=agent)
    make_vote(agent=agent)
    unowned = make_vote(8)
    Ticket.objects.filter(pk=unowned.ticket_id).update(assignee=lead)
    rows = METRIC.rows(ask(GroupBy.AGENT))
    assert [(row.label, row.values["count"], row.values["response_rate"]) for row in rows] == [
        ("Ana Agent", 1, 0.5),
        ("Nobody", 1, 1.0),
    ]


def test_caller_asked_in_writing_counts_for_the_phone_whether_he_answers_or_not(make_vote: Make, ask: Ask) -> None:
    phone = make_channel(kind="voice", slug="phone")
    make_vote(9, channel_of_contact=phone)
    make_vote(channel_of_contact=phone)
    for group, key in ((GroupBy.CHANNEL, "phone"), (GroupBy.MEDIUM, "phone")):
        (row,) = METRIC.rows(ask(group))
        assert (row.key, row.values["count"], row.values["sent"]) == (key, 1, 2)


@pytest.mark.parametrize("group", [GroupBy.CHANNEL, GroupBy.MEDIUM, GroupBy.TEAM, GroupBy.AGENT, GroupBy.TOPIC])
def test_row_narrowed_to_its_key_is_the_same_row(make_vote: Make, ask: Ask, agent: Any, group: GroupBy) -> None:
    make_vote(9, channel_of_contact=make_channel(kind="voice"), agent=agent, team=make_team("First line"))
    make_vote(4, topic=Topic.objects.create(name="Delivery"))
    make_vote()
    nowhere = make_vote(7)
    Invitation.objects.filter(pk=nowhere.pk).update(of_channel=None)
    rows = METRIC.rows(ask(group))
    assert sum(row.values["sent"] for row in rows) == 4
    for row in rows:
        narrowed = {group.value: NONE if row.key is None else str(row.key)}
        assert only(ask(**narrowed)) == row.values
        assert METRIC.tickets(ask(**narrowed)).count() == row.values["count"]


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


def test_other_scales_are_read_on_the_common_one_and_recommending_is_another_question(
    make_vote: Make, ask: Ask
) -> None:
    make_vote(5, scale="1-5")
    make_vote(0, scale="thumbs")
    make_vote(10, scale="0-10")
    row = only(ask())
    assert (row["count"], row["mean"], row["share_top"], row["share_low"], row["sent"]) == (2, 5.5, 0.5, 0.5, 2)


def test_question_about_no_ticket_counts_without_channel_and_team(make_vote: Make, ask: Ask) -> None:
    invitation = make_vote(9)
    Invitation.objects.filter(pk=invitation.pk).update(ticket=None, of_channel=None)
    assert only(ask())["mean"] == 9
    (row,) = METRIC.rows(ask(group_by=GroupBy.CHANNEL))
    assert (row.key, row.values["count"]) == (None, 1)


def test_messaging_stands_against_phone(make_vote: Make, ask: Ask) -> None:
    make_vote(9)
    make_vote(3, channel_of_contact=make_channel(kind="voice"))
    rows = METRIC.rows(ask(group_by=GroupBy.MEDIUM))
    assert [(row.key, row.values["mean"]) for row in rows] == [("messaging", 9.0), ("phone", 3.0)]


def test_tickets_that_we_opened_ourselves_are_in_no_figure(make_vote: Make, ask: Ask) -> None:
    make_vote(9)
    make_vote(1, excluded_because="agent_opened")
    assert (only(ask())["count"], only(ask())["mean"]) == (1, 9.0)
