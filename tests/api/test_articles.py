"""Articles by the API: written in several languages at once, published by a verb, refused by code and field."""

import pytest

from tickets.models import Article

pytestmark = pytest.mark.django_db
URL = "/api/v1/articles/"
JSON = "application/json"
TEXTS = [{"language": "en", "title": "Returns", "keywords": ["refund"]}, {"language": "de", "title": "Rückgabe"}]


@pytest.fixture
def lead_client(lead, calling):
    return calling(lead)


def post(client, path, given, **headers):
    return client.post(path, given, content_type=JSON, headers=headers)


def test_article_is_written_and_published_language_by_language(lead_client):
    created = post(lead_client, URL, {"translations": TEXTS, "position": 4, "is_listed": False})
    assert created.status_code == 201
    address = f"{URL}{created.json()['id']}/"
    assert [text["state"] for text in created.json()["translations"]] == ["draft", "draft"]
    english, german = post(lead_client, f"{address}publish/", {"language": "en"}).json()["translations"]
    assert (english["state"], english["published"]["keywords"], german["state"]) == ("published", ["refund"], "draft")
    assert english["url"].endswith("/help/en/returns/")
    text = {"language": "en", "title": "Returns", "body": "New."}
    changed = lead_client.patch(address, {"translations": [text]}, content_type=JSON).json()
    assert changed["translations"][0]["has_unpublished_changes"]
    assert changed["translations"][0]["published"]["body"] == ""
    assert (changed["position"], changed["is_listed"]) == (4, False)
    back = post(lead_client, f"{address}unpublish/", {}).json()
    assert {text["state"] for text in back["translations"]} == {"draft"}
    assert [row["id"] for row in lead_client.get(URL, {"language": "de"}).json()["results"]] == [changed["id"]]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"translations": []}, "translations"),
        ({"translations": [TEXTS[0], TEXTS[0]]}, "translations"),
        ({"translations": TEXTS, "topic": 999_999}, "topic"),
        ({"translations": TEXTS, "state": "burnt"}, "state"),
    ],
)
def test_article_that_makes_no_sense_is_refused_by_its_field_and_nothing_is_kept(lead_client, given, field):
    refused = post(lead_client, URL, given)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])
    assert not Article.objects.exists()


def test_same_key_writes_one_article(lead_client):
    answers = [post(lead_client, URL, {"translations": TEXTS}, **{"idempotency-key": "k-1"}).json() for _ in range(2)]
    assert answers[0]["id"] == answers[1]["id"]
    assert Article.objects.count() == 1


def test_agent_reads_and_does_not_write(client, lead_client):
    made = post(lead_client, URL, {"translations": TEXTS}).json()
    assert client.get(f"{URL}{made['id']}/").json() == made
    assert post(client, URL, {"translations": TEXTS}).status_code == 403
