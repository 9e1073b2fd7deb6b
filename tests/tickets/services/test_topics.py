"""Topics of stored tickets: by keywords when a message comes in, by people, and what overrides what."""

import pytest

from channels_app.models import Channel
from helpdesk.common.errors import Conflict, InvalidInput
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import RoutingDecision, Team, Ticket, TicketEvent, Topic
from tickets.services.actors import Actor
from tickets.services.scoring import rescore_due_tickets
from tickets.services.topics import choose_topic, save_topic
from tickets.services.triage import triage_ticket

pytestmark = pytest.mark.django_db
AGENT = Actor.system()


@pytest.fixture
def channel() -> Channel:
    return make_channel(kind="api")


@pytest.fixture
def delivery() -> Topic:
    return save_topic(topic_id=None, values={"name": "Delivery", "keywords": {"": ["parcel"], "fr": ["colis"]}})


def triaged(ticket: Ticket) -> Ticket:
    triage_ticket(ticket_id=ticket.pk)
    ticket.refresh_from_db()
    return ticket


def test_new_ticket_gets_the_topic_that_its_words_name_with_team_and_priority(
    channel: Channel, delivery: Topic
) -> None:
    team = Team.objects.create(name="Logistics")
    save_topic(topic_id=delivery.pk, values={"default_team": team, "default_priority": "high"})
    ticket = triaged(make_ticket(channel, text="Where is my parcel?"))
    assert (ticket.topic, ticket.topic_source, ticket.team, ticket.priority) == (delivery, "keyword", team, "high")
    decision = RoutingDecision.objects.get(ticket=ticket)
    assert decision.data == {"topic": delivery.pk, "words": ["parcel"], "source": "keyword"}
    told = TicketEvent.objects.filter(ticket=ticket).values_list("kind", flat=True)
    assert {"ticket.topic_changed", "ticket.assigned", "ticket.priority_changed"} <= set(told)
    assert {reason["code"] for reason in ticket.priority_reasons} == {"priority_high", "topic_high"}


def test_topic_of_a_case_stays_when_later_messages_speak_of_something_else(channel: Channel, delivery: Topic) -> None:
    save_topic(topic_id=None, values={"name": "Money", "keywords": {"": ["refund"]}})
    ticket = triaged(make_ticket(channel, subject="Hello", text="Hello"))
    assert ticket.topic is None
    receive_message(channel, subject="Hello", text="my parcel is late")
    assert triaged(ticket).topic == delivery
    receive_message(channel, subject="Hello", text="refund, refund, refund")
    assert triaged(ticket).topic == delivery


def test_keywords_never_override_a_person(channel: Channel, delivery: Topic) -> None:
    other = save_topic(topic_id=None, values={"name": "Praise"})
    ticket = make_ticket(channel, text="Where is my parcel?")
    choose_topic(ticket_id=ticket.pk, topic_id=other.pk, actor=AGENT)
    assert triaged(ticket).topic == other
    choose_topic(ticket_id=ticket.pk, topic_id=None, actor=AGENT)
    receive_message(channel, text="parcel!")
    assert triaged(ticket).topic is None


def test_accepted_suggestion_is_told_apart_from_a_choice(channel: Channel, delivery: Topic) -> None:
    ticket = make_ticket(channel, text="Hello")
    choose_topic(ticket_id=ticket.pk, topic_id=delivery.pk, actor=AGENT, is_suggestion=True)
    ticket.refresh_from_db()
    assert ticket.topic_source == "learned"
    version = ticket.version
    choose_topic(ticket_id=ticket.pk, topic_id=delivery.pk, actor=AGENT, is_suggestion=True)
    ticket.refresh_from_db()
    assert ticket.version == version


def test_topic_is_not_changed_on_a_closed_ticket_nor_to_one_that_is_retired(channel: Channel, delivery: Topic) -> None:
    ticket = make_ticket(channel, text="Hello")
    save_topic(topic_id=delivery.pk, values={"is_active": False})
    with pytest.raises(InvalidInput):
        choose_topic(ticket_id=ticket.pk, topic_id=delivery.pk, actor=AGENT)
    Ticket.objects.filter(pk=ticket.pk).update(status="closed")
    with pytest.raises(Conflict):
        choose_topic(ticket_id=ticket.pk, topic_id=None, actor=AGENT)


def test_topic_that_becomes_sensitive_raises_its_tickets(
    channel: Channel, delivery: Topic, django_capture_on_commit_callbacks: object
) -> None:
    ticket = triaged(make_ticket(channel, text="Where is my parcel?"))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        save_topic(topic_id=delivery.pk, values={"is_sensitive": True})
    rescore_due_tickets()
    ticket.refresh_from_db()
    assert ticket.priority_reasons == [{"code": "topic_sensitive", "weight": 20, "detail": "Delivery"}]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "Delivery"}, "name"),
        ({"name": "X", "keywords": ["a"]}, "keywords"),
        ({"name": "X", "keywords": {"en": "parcel"}}, "keywords"),
        ({"name": "X", "keywords": {"": [f"word{number}" for number in range(501)], "de": ["eins"]}}, "keywords"),
        ({"name": "X", "channels": ["pigeon"]}, "channels"),
    ],
)
def test_topic_that_makes_no_sense_is_refused(delivery: Topic, values: dict, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        save_topic(topic_id=None, values=values)
    assert list(refused.value.fields) == [field]


def test_topic_is_no_part_of_itself(delivery: Topic) -> None:
    child = save_topic(topic_id=None, values={"name": "Lost", "parent": delivery})
    with pytest.raises(InvalidInput):
        save_topic(topic_id=delivery.pk, values={"parent": child})


def test_topic_without_team_and_priority_has_those_of_what_it_is_part_of(channel: Channel, delivery: Topic) -> None:
    team = Team.objects.create(name="Logistics")
    save_topic(topic_id=delivery.pk, values={"default_team": team, "default_priority": "high", "is_sensitive": True})
    lost = save_topic(topic_id=None, values={"name": "Lost", "parent": delivery, "keywords": {"": ["lost"]}})
    ticket = triaged(make_ticket(channel, text="my parcel is lost"))
    assert (ticket.topic, ticket.team, ticket.priority) == (lost, team, "high")
    assert {reason["code"] for reason in ticket.priority_reasons} >= {"topic_high", "topic_sensitive"}
