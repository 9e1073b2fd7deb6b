"""The page of a team: who is here, what waits, who got the last tickets and why."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.accounts.models import User
from tests.factories import make_channel, make_team, make_ticket
from tickets.models import Team, TeamMembership
from tickets.services.triage import triage_ticket

pytestmark = pytest.mark.django_db


def test_the_page_shows_who_is_here_what_waits_and_why_somebody_got_a_ticket(
    agent: Any, lead: Any, client: Client
) -> None:
    team = make_team("Support", agent, lead)
    Team.objects.filter(pk=team.pk).update(assignment="least_busy")
    TeamMembership.objects.filter(user=agent).update(capacity=1)
    User.objects.filter(pk=agent.pk).update(presence="online", seen_at=timezone.now(), presence_since=timezone.now())
    channel = make_channel()
    first, second = (make_ticket(channel, team=team) for _each in range(2))
    for ticket in (first, second):
        triage_ticket(ticket_id=ticket.pk)
    client.force_login(lead)
    page = client.get(reverse("admin:tickets_team_change", args=[team.pk])).content.decode()
    assert "online · 1 open · no room" in page
    assert "1 ticket waits for somebody." in page
    assert f"Given to {agent.display_name}" in page
    assert f"{lead.display_name}: is not here" in page
    assert "Nobody could take it." in page
    assert page.index(f"#{second.number}") < page.index(f"#{first.number}")


def test_of_a_private_team_others_see_nothing_of_it(agent: Any, lead: Any, client: Client) -> None:
    team = make_team("Directors", agent, is_private=True)
    client.force_login(lead)
    page = client.get(reverse("admin:tickets_team_change", args=[team.pk])).content.decode()
    assert 'class="hd-team-now"' not in page
