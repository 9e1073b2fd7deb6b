from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from helpdesk.core.models import SiteSettings
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


def test_days_are_those_of_the_site_as_the_reader_writes_them(
    client: Client, clock: Any, asked: Callable[..., Invitation], survey: Any, agent: Any
) -> None:
    SiteSettings.objects.update_or_create(pk=1, defaults={"time_zone": "Europe/Berlin"})
    survey.quiet_period *= 0
    survey.save()
    clock.shift(timedelta(hours=14, minutes=30))  # 23:30 on 2 March, UTC
    for score, subject in ((4, "My parcel"), (8, "Another matter")):
        record_vote(invitation_id=asked(subject=subject).pk, vote=Vote(score=score, comment="Slow"))
    client.force_login(agent)
    page = client.get(OWN, headers={"accept-language": "de"}).text
    assert page.count('<li title="03.03.2026">') == page.count('<p class="hd-hint">03.03.2026') == 2
    assert "4 of 10 on 03.03.2026" in page
    assert "3 Mar 2026" in client.get(OWN, headers={"accept-language": "en"}).text


def test_page_costs_few_queries(client: Client, voted: Response, lead: Any, django_assert_max_num_queries: Any) -> None:
    client.force_login(lead)
    client.get(OWN)
    with django_assert_max_num_queries(9):
        client.get(OWN)
