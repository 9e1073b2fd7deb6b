"""What a case says of itself in the inbox and the workspace: pressing reasons in words, mood, topic and its suggestion."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from channels_app.adapters.base import Address
from channels_app.models import Channel
from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket
from tickets.models import Ticket, Topic, TopicWord
from tickets.selectors.inbox import Cursor, list_tickets
from tickets.services.scoring import rescore_due_tickets

pytestmark = pytest.mark.django_db
LIST = "/admin/tickets/ticket/"


@pytest.fixture
def channel() -> Channel:
    return make_channel(kind="api")


@pytest.fixture
def desk(agent) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def scored(channel: Channel, *scores: int) -> list[Ticket]:
    return [
        make_ticket(
            channel, sender=Address(address=f"c{place}@mail.example"), subject=f"case {place}", priority_score=points
        )
        for place, points in enumerate(scores)
    ]


def test_inbox_is_sorted_by_score_with_the_reasons_in_words(desk: Client, channel: Channel) -> None:
    calm = make_ticket(channel, subject="A question", text="What is it?")
    make_ticket(channel, sender=Address(address="x@mail.example"), subject="Broken lamp", text="?", priority="urgent",
                waiting_since=now() - timedelta(hours=5))  # fmt: skip
    rescore_due_tickets()
    page = desk.get(LIST, {"view": "open", "sort": "priority"}).content.decode()
    assert page.index("Broken lamp") < page.index("A question")
    assert "set to urgent, waits over 4 hours" in page
    assert "80" in page
    Ticket.objects.filter(pk=calm.pk).update(status="resolved")
    assert "A question" not in desk.get(LIST, {"view": "all", "sort": "priority"}).content.decode()


def test_pages_by_score_hold_every_ticket_once_points_below_nought_too(
    desk: Client, channel: Channel, monkeypatch: pytest.MonkeyPatch, agent
) -> None:
    made = scored(channel, 5, -30, 5, 0, 120)
    seen: list[int] = []
    after = None
    while True:
        page = list_tickets(user=agent, view="open", sort="priority", after=after, size=2)
        seen += [row.pk for row in page.rows]
        if page.after is None or not page.rows:
            break
        after = Cursor.read(str(page.after))
    assert seen == [made[4].pk, made[2].pk, made[0].pk, made[3].pk, made[1].pk]
    assert page.before is not None
    above = list_tickets(user=agent, view="open", sort="priority", before=page.before, size=2)
    assert [row.pk for row in above.rows] == [made[0].pk, made[3].pk]


def test_topic_filter_holds_what_is_part_of_the_topic(desk: Client, channel: Channel) -> None:
    parent = Topic.objects.create(name="Delivery")
    child = Topic.objects.create(name="Lost", parent=parent)
    make_ticket(channel, subject="Lost one", topic=child)
    make_ticket(channel, sender=Address(address="x@mail.example"), subject="Another")
    page = desk.get(LIST, {"view": "open", "topic": parent.pk}).content.decode()
    assert "Lost one" in page
    assert "Another" not in page
    assert "topic: Delivery" in page


def test_mood_stands_beside_the_message_in_words(desk: Client, channel: Channel) -> None:
    ticket = make_ticket(channel, subject="Lamp", text="This is terrible, the lamp arrived broken and nobody answers")
    page = desk.get(f"{LIST}{ticket.pk}/change/").content.decode()
    assert "sounds unhappy" in page
    assert 'aria-label="very upset"' in desk.get(LIST, {"view": "open"}).content.decode()


def test_suggested_topic_is_shown_with_its_words_and_taken_with_one_press(desk: Client, channel: Channel) -> None:
    delivery, money = Topic.objects.create(name="Delivery"), Topic.objects.create(name="Money")
    counts = {delivery: {"": 20, "parcel": 18, "tracking": 9}, money: {"": 20, "refund": 15}}
    TopicWord.objects.bulk_create(
        TopicWord(topic=topic, word=word, count=count)
        for topic, words in counts.items()
        for word, count in words.items()
    )
    ticket = make_ticket(channel, subject="", text="No tracking for my parcel")
    page = desk.get(f"{LIST}{ticket.pk}/change/").content.decode()
    assert "Delivery? parcel, tracking" in page
    bar = desk.post(f"{LIST}{ticket.pk}/do/topic/", {"value": delivery.pk, "suggested": "1"})
    assert bar.status_code == 200
    ticket.refresh_from_db()
    assert (ticket.topic, ticket.topic_source) == (delivery, "learned")
    assert "Delivery?" not in bar.content.decode()


def test_reasons_of_the_score_stand_on_the_panel(desk: Client, channel: Channel) -> None:
    ticket = make_ticket(channel, text="This is a scam, I will call my lawyer")
    panel = desk.get(reverse("admin:tickets_ticket_panel", args=[ticket.pk])).content.decode()
    assert "very upset" in panel
    assert "+25" in panel
