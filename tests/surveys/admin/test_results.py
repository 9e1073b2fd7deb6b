from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from surveys.models import Invitation, Response
from surveys.services.voting import Vote, record_vote
from tests.factories import make_team
from tickets.models import Ticket

OWN = "/admin/surveys/response/results/"


@pytest.fixture
def voted(asked: Callable[..., Invitation]) -> Response:
    return record_vote(invitation_id=asked().pk, vote=Vote(score=4, comment="<b>Slow</b>"))


def test_agent_reads_his_own_results_with_a_warning_about_few_votes(
    client: Client, voted: Response, agent: Any
) -> None:
    client.force_login(agent)
    page = client.get(OWN).text
    assert "&lt;b&gt;Slow" in page
    assert "Fewer than 10 votes" in page
    assert "100 %" in page


def test_agent_reads_nobody_elses_results_and_leads_read_anybodys(
    client: Client, voted: Response, agent: Any, stranger: Any, lead: Any
) -> None:
    found = {}
    for user in (agent, stranger, lead):
        client.force_login(user)
        found[user] = client.get(f"{OWN}{agent.pk}/").status_code
    assert found == {agent: 200, stranger: 404, lead: 200}


def test_table_of_everybody_is_for_leads(client: Client, voted: Response, agent: Any, lead: Any) -> None:
    shown = []
    for user in (agent, lead):
        client.force_login(user)
        shown.append("Everybody" in client.get(OWN).text)
    assert shown == [False, True]


def test_vote_about_a_hidden_ticket_counts_and_says_nothing(client: Client, voted: Response, agent: Any) -> None:
    Ticket.objects.update(team=make_team("Board", is_private=True))
    client.force_login(agent)
    page = client.get(OWN).text
    assert "100 %" in page
    assert "Slow" not in page


def test_page_costs_few_queries(client: Client, voted: Response, lead: Any, django_assert_max_num_queries: Any) -> None:
    client.force_login(lead)
    client.get(OWN)
    with django_assert_max_num_queries(9):
        client.get(OWN)
