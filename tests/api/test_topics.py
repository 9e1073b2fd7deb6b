"""Topics by the API: kept as a tree, refused by code and field, and given to tickets."""

import pytest

from tests.factories import make_channel, make_ticket
from tickets.models import Topic

pytestmark = pytest.mark.django_db
URL = "/api/v1/topics/"
JSON = "application/json"


@pytest.fixture
def lead_client(lead, calling):
    return calling(lead)


def test_topic_is_read_as_it_was_written(lead_client):
    parent = lead_client.post(URL, {"name": "Delivery"}, content_type=JSON).json()
    given = {
        "name": "Lost",
        "parent": parent["id"],
        "keywords": {"en": [" Lost  parcel ", "lost parcel"]},
        "is_sensitive": True,
    }
    created = lead_client.post(URL, given, content_type=JSON)
    assert created.status_code == 201
    read = lead_client.get(f"{URL}{created.json()['id']}/").json()
    assert (read["parent"], read["keywords"], read["is_sensitive"]) == (parent["id"], {"en": ["lost parcel"]}, True)
    assert [row["name"] for row in lead_client.get(URL, {"parent": parent["id"]}).json()["results"]] == ["Lost"]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"name": "Delivery"}, "invalid_topic", "name"),
        ({"name": "X", "channels": ["pigeon"]}, "invalid_topic", "channels"),
        ({"name": "X", "parent": 999_999}, "unknown_parent", "parent"),
        ({"name": "X", "default_team": 999_999}, "unknown_default_team", "default_team"),
    ],
)
def test_topic_that_makes_no_sense_is_refused_by_its_field(lead_client, given, code, field):
    Topic.objects.create(name="Delivery")
    refused = lead_client.post(URL, given, content_type=JSON)
    assert (refused.status_code, refused.json()["code"], list(refused.json()["fields"])) == (400, code, [field])


def test_ticket_gets_a_topic_and_is_found_by_it(lead_client):
    topic = Topic.objects.create(name="Delivery", default_priority="high")
    ticket = make_ticket(make_channel(kind="api"), text="C'est une arnaque, je vais porter plainte")
    address = f"/api/v1/tickets/{ticket.pk}/"
    changed = lead_client.patch(address, {"topic": topic.pk}, content_type=JSON).json()
    assert changed["topic"] == {"id": topic.pk, "name": "Delivery"}
    assert (changed["priority"], changed["sentiment"], changed["language"]) == ("high", "negative", "fr")
    assert changed["priority_score"] > 0
    found = lead_client.get("/api/v1/tickets/", {"topic": topic.pk}).json()["results"]
    assert [row["id"] for row in found] == [ticket.pk]
    assert lead_client.patch(address, {"topic": 999_999}, content_type=JSON).status_code == 400
    assert lead_client.patch(address, {"topic": None}, content_type=JSON).json()["topic"] is None
