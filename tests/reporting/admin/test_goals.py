"""The page of goals and quality: what stands on it, who may change what, and what it costs."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from helpdesk.common.clock import now
from reporting.models import ContactFact, Goal
from surveys.models import Invitation, RecoveryCase, Response, RootCause, Survey
from tests.factories import make_channel
from tickets.models import Topic

Make = Callable[..., Any]
URL = "/admin/reporting/goal/"


@pytest.fixture
def look(client: Client) -> Callable[..., str]:
    def get(user: Any, **parameters: Any) -> str:
        client.force_login(user)
        return client.get(URL, parameters).content.decode()

    return get


@pytest.fixture
def make_vote(make_fact: Make) -> Callable[..., Invitation]:
    def make(score: int, *, topic: Topic | None = None, agent: Any = None, **fields: Any) -> Invitation:
        ticket = make_fact(60, opened_at=now(), **fields).ticket
        invitation = Invitation.objects.create(
            survey=Survey.objects.get(), customer=ticket.customer, ticket=ticket, occasion="contact:1", due_at=now(),
            sent_at=now() - timedelta(hours=1), state="answered", of_topic=topic, of_agent=agent, of_channel=ticket.channel,
        )  # fmt: skip
        Response.objects.create(
            invitation=invitation, score=score, rating=score, is_low=score <= 6, answered_at=now(), topic=topic,
            agent=agent, channel=ticket.channel,
        )  # fmt: skip
        return invitation

    return make


def test_new_installation_says_what_will_stand_here(look: Callable[..., str], lead: Any) -> None:
    html = look(lead)
    assert html.count("not known yet") == 4
    assert "No complaint in this time" in html
    assert "No recovery case was opened" in html


def test_causes_stand_by_their_number_and_add_up(look: Callable[..., str], lead: Any, make_vote: Make) -> None:
    slow = RootCause.objects.get(key="process.slow")
    for score in (1, 2, 3):
        invitation = make_vote(score)
        RecoveryCase.objects.create(
            customer=invitation.customer, ticket=invitation.ticket, source="low_score", opened_at=now(), root_cause=slow
        )
    make_vote(2)
    html = look(lead)
    assert html.index("Takes too long") < html.index("Cause not known yet")
    assert ("75 %" in html, "100 %" in html, f"cause={slow.pk}" in html) == (True, True, True)


def test_topics_with_few_votes_say_so_and_never_stand_on_both_sides(
    look: Callable[..., str], lead: Any, make_vote: Make
) -> None:
    good, bad = Topic.objects.create(name="Praise"), Topic.objects.create(name="Trouble")
    for _number in range(10):
        make_vote(9, topic=good)
    make_vote(3, topic=bad)
    html = look(lead)
    counts = [html.count(words) for words in ("<bdi>Praise<", "<bdi>Trouble<", ">few</span>")]
    assert counts == [1, 1, 1]


def test_only_topic_and_only_agent_stand_where_their_votes_put_them(
    look: Callable[..., str], lead: Any, agent: Any, make_vote: Make
) -> None:
    topic = Topic.objects.create(name="Trouble")
    make_vote(3, topic=topic, agent=agent)
    html = look(lead)
    assert html.index("Topics: lowest") < html.index("Trouble")
    assert f"/admin/surveys/correctiveaction/add/?topic={topic.pk}" in html
    assert f"/admin/surveys/correctiveaction/add/?agent={agent.pk}" in html


def test_only_good_topic_is_high_and_needs_no_action(look: Callable[..., str], lead: Any, make_vote: Make) -> None:
    topic = Topic.objects.create(name="Praise")
    make_vote(10, topic=topic)
    html = look(lead)
    assert html.index("Topics: highest") < html.index("Praise") < html.index("Topics: lowest")
    assert "correctiveaction/add" not in html


def test_topic_with_mostly_low_votes_is_low_whatever_the_goal(
    look: Callable[..., str], lead: Any, make_vote: Make
) -> None:
    Goal.objects.filter(kind="happy").update(target=1)
    topic = Topic.objects.create(name="Split")
    for score in (5, 6, 10):
        make_vote(score, topic=topic)
    assert f"correctiveaction/add/?topic={topic.pk}" in look(lead)


def test_days_of_a_week_bound_the_goals_too(look: Callable[..., str], lead: Any, make_fact: Make) -> None:
    for day in (22, 23, 29, 30):
        make_fact(60, opened_at=datetime(2026, 3, day, 12, tzinfo=UTC))
    html = look(lead, **{"from": "2026-03-23", "to": "2026-03-29"})
    assert "23 Mar 2026 to 29 Mar 2026" in html
    assert "2 in 7 days" in html
    assert "metric=csat&amp;group_by=medium&amp;from=2026-03-23&amp;to=2026-03-29" in html


def test_wrong_days_are_told_and_the_page_stays(look: Callable[..., str], lead: Any) -> None:
    html = look(lead, **{"from": "2026-03-29", "to": "2026-03-23"})
    assert "The first day lies behind the last." in html
    assert "Last 30 days" in html


def test_cards_lead_to_what_is_open_provisional_or_not_covered(
    look: Callable[..., str], client: Client, lead: Any, make_vote: Make, make_fact: Make
) -> None:
    at = now() - timedelta(hours=1)
    asked = make_vote(9)
    Response.objects.all().delete()
    Invitation.objects.filter(pk=asked.pk).update(state="sent")
    solved = make_fact(60, opened_at=at, is_handled=True, is_first_contact=True, last_resolved_at=at)
    for seconds in (120, None):
        ContactFact.objects.create(
            ticket=solved.ticket, number=seconds or 1, channel=solved.channel, started_at=at, last_at=at, ends_at=at,
            is_answered=True, handle_seconds=seconds,
        )  # fmt: skip
    html = unescape(look(lead))
    links = {words: address for address, words in re.findall(r'<a href="([^"]+)">([^<]+)</a>', html)}
    assert {"1 not answered yet", "1 provisional", "50 % of contacts covered"} <= set(links)
    assert list(client.get(links["1 not answered yet"]).context["tickets"]) == [asked.ticket]
    assert list(client.get(links["1 provisional"]).context["tickets"]) == [solved.ticket]
    assert list(client.get(links["50 % of contacts covered"]).context["tickets"]) == [solved.ticket]


def test_messaging_stands_against_phone(look: Callable[..., str], lead: Any, make_vote: Make) -> None:
    make_vote(9)
    make_vote(3, channel=make_channel(kind="voice"))
    html = look(lead)
    assert "9.0" in html
    assert "3.0" in html


def test_lead_sets_target_and_owner_and_an_agent_only_reads(client: Client, lead: Any, agent: Any) -> None:
    goal = Goal.objects.get(kind="happy")
    given = {"target": "9.2", "owner": lead.pk, "period_days": 90}
    client.force_login(agent)
    assert client.post(f"{URL}{goal.pk}/change/", given).status_code == 403
    client.force_login(lead)
    assert client.post(f"{URL}{goal.pk}/change/", given | {"target": "11"}).status_code == 200
    assert client.post(f"{URL}{goal.pk}/change/", given).status_code == 302
    goal.refresh_from_db()
    assert (goal.target, goal.owner, goal.period_days) == (9.2, lead, 90)


def test_page_costs_the_same_for_one_vote_and_for_many(
    look: Callable[..., str], lead: Any, make_vote: Make, django_assert_max_num_queries: Any
) -> None:
    topics = [Topic.objects.create(name=f"Topic {number}") for number in range(12)]
    for topic in topics:
        make_vote(5, topic=topic, agent=lead)
    look(lead)
    with django_assert_max_num_queries(23):
        look(lead, days="90")
