"""Learning from stored cases: whose word counts, what is suggested, and that it is made anew each time."""

import pytest

from channels_app.adapters.base import Address
from channels_app.models import Channel
from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket
from tickets.models import Ticket, Topic, TopicWord
from tickets.selectors.topics import suggested_topic
from tickets.services.topic_learning import learn_topics

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> Channel:
    return make_channel(kind="api")


def resolved(channel: Channel, topic: Topic, text: str, count: int, **fields: object) -> None:
    for number in range(count):
        sender = Address(address=f"{topic.name}{number}{text[:5]}@mail.example")
        values = {"topic": topic, "topic_source": "person", "status": "resolved", "last_resolved_at": now(), **fields}
        make_ticket(channel, sender=sender, subject="", text=text, **values)


@pytest.fixture
def topics(channel: Channel) -> tuple[Topic, Topic]:
    delivery, money = Topic.objects.create(name="Delivery"), Topic.objects.create(name="Money")
    resolved(channel, delivery, "my parcel has no tracking", 5)
    resolved(channel, money, "please refund the double charge", 5)
    return delivery, money


def test_topic_is_suggested_from_resolved_cases(channel: Channel, topics: tuple[Topic, Topic]) -> None:
    assert learn_topics() == 10
    asks = make_ticket(channel, subject="", text="No tracking for the parcel")
    suggestion = suggested_topic(asks)
    assert suggestion is not None
    assert (suggestion.topic, set(suggestion.words)) == (topics[0].pk, {"parcel", "tracking"})


def test_what_machines_decided_and_what_is_not_resolved_is_not_learned(
    channel: Channel, topics: tuple[Topic, Topic]
) -> None:
    resolved(channel, topics[0], "zebra", 5, topic_source="keyword")
    resolved(channel, topics[0], "giraffe", 5, last_resolved_at=None, status="open")
    resolved(channel, topics[0], "spam offer", 5, is_spam=True)
    learn_topics()
    assert not TopicWord.objects.filter(word__in=["zebra", "giraffe", "offer"]).exists()


def test_learning_twice_changes_nothing_and_corrections_replace_what_was_learned(
    channel: Channel, topics: tuple[Topic, Topic]
) -> None:
    learn_topics()
    first = set(TopicWord.objects.values_list("topic", "word", "count"))
    learn_topics()
    assert set(TopicWord.objects.values_list("topic", "word", "count")) == first
    Ticket.objects.filter(topic=topics[0]).update(topic=topics[1])
    learn_topics()
    assert set(TopicWord.objects.filter(word="parcel").values_list("topic", flat=True)) == {topics[1].pk}


def test_ticket_that_has_a_topic_is_offered_none(channel: Channel, topics: tuple[Topic, Topic]) -> None:
    learn_topics()
    assert suggested_topic(make_ticket(channel, text="parcel tracking", topic=topics[1], topic_source="rule")) is None
