"""One report says that everything until some moment has arrived or been read."""

from datetime import timedelta

import pytest

from channels_app.adapters.base import Address, DeliveryUpdate, digest
from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket
from tickets.models import Message, MessageRecipient, TicketEvent
from tickets.services.actors import Actor
from tickets.services.intake import receive
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db
PERSON = Address(address="7012345678901234", name="Carla")


@pytest.fixture
def channel(db):
    return make_channel(kind="messenger", slug="page")


@pytest.fixture
def send(channel, agent):
    """Answers that left so many seconds ago, oldest first."""
    ticket = make_ticket(channel, sender=PERSON)

    def make(*ages, state="sent"):
        messages = []
        for age in ages:
            message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text=f"{age}")
            Message.objects.filter(pk=message.pk).update(
                delivery_state=state, sent_at=now() - timedelta(seconds=age), external_id=f"m_{message.pk}"
            )
            message.recipients.update(state=state)
            messages.append(message)
        return messages

    return make


def watermark(status, *, seconds_ago, recipient=PERSON.address):
    until = now() - timedelta(seconds=seconds_ago)
    return DeliveryUpdate(
        dedup_key=digest(status, str(until)), sent_at=now(), status=status, recipient=recipient, until=until
    )


def states():
    return list(Message.objects.filter(direction="out").order_by("id").values_list("delivery_state", flat=True))


def test_everything_sent_until_then_is_read_and_nothing_later(channel, send):
    send(300, 200, 50)
    filed = receive(channel=channel, item=watermark("read", seconds_ago=100))
    assert filed.outcome == "status"
    assert states() == ["read", "read", "sent"]
    assert list(MessageRecipient.objects.order_by("id").values_list("state", flat=True)) == ["read", "read", "sent"]


def test_delivery_after_reading_takes_nothing_back(channel, send):
    send(300)
    receive(channel=channel, item=watermark("read", seconds_ago=100))
    assert receive(channel=channel, item=watermark("delivered", seconds_ago=50)).outcome == "ignored"
    assert states() == ["read"]


def test_repeated_watermark_writes_nothing(channel, send):
    send(300)
    item = watermark("delivered", seconds_ago=100)
    receive(channel=channel, item=item)
    events = TicketEvent.objects.count()
    receive(channel=channel, item=item)
    assert TicketEvent.objects.count() == events


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "failed", "cancelled"])
def test_watermark_proves_nothing_of_what_may_never_have_left(channel, send, state):
    send(300, state=state)
    receive(channel=channel, item=watermark("read", seconds_ago=100))
    assert states() == [state]


def test_other_persons_and_other_channels_stay_as_they_are(channel, send):
    send(300)
    receive(channel=channel, item=watermark("read", seconds_ago=100, recipient="7999"))
    other = make_channel(kind="messenger", slug="other")
    receive(channel=other, item=watermark("read", seconds_ago=100))
    assert states() == ["sent"]


def test_public_answers_are_not_read_by_a_watermark(channel, send):
    (message,) = send(300)
    Message.objects.filter(pk=message.pk).update(visibility="public")
    receive(channel=channel, item=watermark("read", seconds_ago=100))
    assert states() == ["sent"]


def test_answer_of_the_provider_that_came_a_moment_later_still_counts(channel, send):
    send(99)
    receive(channel=channel, item=watermark("read", seconds_ago=100))
    assert states() == ["read"]


def test_every_message_has_its_event_in_order(channel, send):
    messages = send(300, 250, 200)
    receive(channel=channel, item=watermark("read", seconds_ago=100))
    events = TicketEvent.objects.filter(kind="message.delivery_changed").order_by("sequence")
    assert [event.data["message"] for event in events] == [message.pk for message in messages]
    sequences = list(TicketEvent.objects.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))


def test_queries_do_not_grow_with_the_messages(channel, send, django_assert_max_num_queries):
    send(*range(400, 100, -10))
    with django_assert_max_num_queries(11):
        receive(channel=channel, item=watermark("read", seconds_ago=50))
    assert set(states()) == {"read"}
