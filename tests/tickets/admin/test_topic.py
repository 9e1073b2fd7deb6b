"""The pages of topics and of the score's weights: a tree, words by language, a trial with reasons, and who may change them."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_channel, make_ticket
from tickets.models import ScoreWeights, Ticket, Topic
from tickets.services.scoring import rescore_due_tickets

pytestmark = pytest.mark.django_db
LIST = "/admin/tickets/topic/"
WEIGHTS = "/admin/tickets/scoreweights/1/change/"


@pytest.fixture
def topics() -> dict[str, Topic]:
    delivery = Topic.objects.create(name="Delivery", keywords={"": ["parcel"]}, position=1)
    lost = Topic.objects.create(name="Lost", parent=delivery, keywords={"en": ["lost"]})
    praise = Topic.objects.create(name="Another", position=2)
    return {"delivery": delivery, "lost": lost, "praise": praise}


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_topics_stand_as_a_tree_with_their_open_tickets(lead, topics: dict[str, Topic]) -> None:
    make_ticket(make_channel(kind="api"), topic=topics["lost"])
    page = signed_in(lead).get(LIST).content.decode()
    assert page.index(">Delivery<") < page.index("Lost</span>") < page.index(">Another<")
    assert 'hd-tree-1"><span class="visually-hidden">Delivery › ' in page
    assert f"topic={topics['lost'].pk}" in page.replace("&amp;", "&")
    assert "Try a message" in page


def test_list_without_topics_says_what_they_are_for(lead) -> None:
    assert "new tickets find their topic" in signed_in(lead).get(LIST).content.decode()


def test_topic_is_saved_with_words_of_several_languages(lead, topics: dict[str, Topic]) -> None:
    client = signed_in(lead)
    given = {
        "name": "Refund", "parent": topics["delivery"].pk, "position": 0, "is_active": "on", "words_any": "Refund, money back\nrefund",
        "words_fr": "remboursement", "other_language": "th", "words_other": "เงินคืน", "channels": ["api"], "default_priority": "high",
    }  # fmt: skip
    saved = client.post(f"{LIST}add/", given)
    assert saved.status_code == 302, saved.content.decode()
    topic = Topic.objects.get(name="Refund")
    assert topic.keywords == {"": ["refund", "money back"], "fr": ["remboursement"], "th": ["เงินคืน"]}
    assert (topic.parent, topic.channels) == (topics["delivery"], ["api"])
    form = client.get(f"{LIST}{topic.pk}/change/").content.decode()
    assert "refund, money back" in form
    assert "เงินคืน" in form


def test_topic_of_a_name_that_stands_there_already_is_refused_beside_the_field(lead, topics: dict[str, Topic]) -> None:
    answer = signed_in(lead).post(f"{LIST}add/", {"name": "Delivery", "position": 0, "is_active": "on"})
    assert answer.status_code == 200
    assert "already" in answer.content.decode()


def test_trial_tells_which_topic_and_why(lead, topics: dict[str, Topic]) -> None:
    address = reverse("admin:tickets_topic_try")
    page = signed_in(lead).get(address, {"text": "My parcel is lost, this is terrible!"}).content.decode()
    assert "Delivery › Lost" in page
    assert "lost, parcel" in page
    assert "English" in page
    assert "terrible" in page
    assert signed_in(lead).get(address).status_code == 200


def test_agent_reads_topics_and_changes_none(agent, topics: dict[str, Topic]) -> None:
    client = signed_in(agent)
    address = f"{LIST}{topics['lost'].pk}/change/"
    assert client.get(LIST).status_code == 200
    assert client.get(address).status_code == 200
    assert client.post(address, {"name": "Mine", "position": 0}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_weights_that_are_changed_score_open_tickets_anew(
    administrator, lead, django_capture_on_commit_callbacks
) -> None:
    ticket = make_ticket(make_channel(kind="api"), text="What is it?")
    Ticket.objects.filter(pk=ticket.pk).update(priority="high")
    rescore_due_tickets()
    client = signed_in(administrator)
    assert "Set to high" in client.get(WEIGHTS).content.decode()
    assert not ScoreWeights.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        saved = client.post(WEIGHTS, {"weight_priority_high": "77", "value_attribute": "ltv", "value_from": "10"})
    assert saved.status_code == 302, saved.content.decode()
    assert ScoreWeights.objects.get().weights == {"priority_high": 77}
    rescore_due_tickets()
    ticket.refresh_from_db()
    assert ticket.priority_score == 77
    assert signed_in(lead).get(WEIGHTS).status_code == 403
