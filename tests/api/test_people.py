"""``/api/v1/agents/`` and ``/teams/``: who is there, and how tickets are given out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from helpdesk.accounts.models import User
from tests.factories import make_team
from tickets.models import TeamMembership

pytestmark = pytest.mark.django_db
JSON = "application/json"


def patch(client, url, body):
    return client.patch(url, body, content_type=JSON)


def test_everybody_says_of_himself_whether_he_is_there(client, agent):
    url = f"/api/v1/agents/{agent.pk}/"
    assert patch(client, url, {"presence": "online"}).json()["presence"] == "online"
    assert User.objects.get(pk=agent.pk).seen_at is not None
    until = timezone.now() + timedelta(hours=1)
    assert patch(client, url, {"presence": "away", "away_until": until.isoformat()}).json()["away_until"]
    for wrong in ({"away_until": "2020-01-01T00:00:00Z"}, {"presence": "online", "away_until": until.isoformat()}):
        refused = patch(client, url, wrong)
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_away_until")
    assert patch(client, url, {"presence": "gone"}).status_code == 400


def test_of_others_and_how_much_somebody_gets_only_administrators_say(client, calling, agent, lead, administrator):
    own, other = f"/api/v1/agents/{agent.pk}/", f"/api/v1/agents/{lead.pk}/"
    for url, body in ((own, {"max_open_tickets": 500}), (other, {"presence": "offline"})):
        assert patch(client, url, body).status_code == 403
    admin = calling(administrator)
    assert patch(admin, own, {"max_open_tickets": 5, "presence": "online"}).json()["max_open_tickets"] == 5
    assert User.objects.get(pk=agent.pk).seen_at is None


def test_a_lead_says_how_the_team_gives_out_its_tickets(calling, agent, lead):
    team = make_team("Support", agent, lead)
    url = f"/api/v1/teams/{team.pk}/"
    member = {"id": agent.pk, "capacity": 4, "skills": [" Billing ", "Billing", "refund\nrequests"]}
    body = {"assignment": "least_busy", "takes_back_after_seconds": 1800, "members": [member]}
    changed = patch(calling(lead), url, body).json()
    assert (changed["assignment"], changed["takes_back_after_seconds"]) == ("least_busy", 1800)
    assert changed["members"][0] | {"name": ""} == {
        "id": agent.pk, "name": "", "is_lead": False, "capacity": 4, "skills": ["Billing", "refund requests"],
    }  # fmt: skip
    assert patch(calling(lead), url, {"takes_back_after_seconds": None}).json()["takes_back_after_seconds"] is None
    assert TeamMembership.objects.get(user=agent).capacity == 4


def test_who_is_not_in_the_team_is_refused_and_nothing_is_changed(calling, agent, lead, administrator):
    team = make_team("Support", lead)
    body = {"assignment": "round_robin", "members": [{"id": agent.pk, "capacity": 1}]}
    refused = patch(calling(lead), f"/api/v1/teams/{team.pk}/", body)
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_member")
    team.refresh_from_db()
    assert team.assignment == ""


def test_a_private_team_is_changed_from_inside(calling, agent, lead):
    team = make_team("Directors", agent, is_private=True)
    assert patch(calling(lead), f"/api/v1/teams/{team.pk}/", {"assignment": "round_robin"}).status_code == 404
