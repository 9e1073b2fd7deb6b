"""What left from elsewhere is shown, and changes nothing else."""

import pytest

from channels_app.adapters.base import Address, InboundAttachment, InboundMessage, digest
from helpdesk.common.clock import now
from tests.factories import last_message, make_channel, make_ticket
from tickets.models import Conversation, Message, Ticket, TicketEvent
from tickets.models.message import external_digest
from tickets.services.actors import Actor
from tickets.services.intake import receive
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db
PERSON = Address(address="7012345678901234", name="Carla")


@pytest.fixture
def channel(db):
    return make_channel(kind="messenger", slug="page")


def echo(text="Written in the page's inbox", mid="m_elsewhere", **changes):
    values = {
        "dedup_key": digest("message", mid),
        "external_id": mid,
        "sender": Address(address="100200300400500"),
        "to": [Address(address=PERSON.address)],
        "text": text,
        "sent_at": now(),
        "is_echo": True,
    }
    return InboundMessage(**values | changes)


def test_echo_alone_opens_nothing(channel):
    assert receive(channel=channel, item=echo()).outcome == "ignored"
    assert not Ticket.objects.exists()


def test_echo_stands_on_the_timeline_as_sent_from_another_app(channel):
    ticket = make_ticket(channel, sender=PERSON)
    filed = receive(channel=channel, item=echo())
    assert (filed.outcome, filed.ticket_id) == ("appended", ticket.pk)
    message = last_message(ticket)
    assert (message.direction, message.author, message.text) == ("out", "system", "Written in the page's inbox")
    assert (message.delivery_state, message.purpose) == ("sent", "other_app")
    assert TicketEvent.objects.filter(kind="message.echoed", data={"message": message.pk}).exists()


def test_echo_moves_no_clock_and_no_status(channel):
    ticket = make_ticket(channel, sender=PERSON)
    columns = ("status", "waiting_since", "first_response_at", "unread_count", "agent_reply_count", "contact_number")
    before = [getattr(ticket, column) for column in columns]
    receive(channel=channel, item=echo())
    ticket.refresh_from_db()
    assert [getattr(ticket, column) for column in columns] == before
    assert (ticket.last_message_is_inbound, ticket.preview) == (False, "Written in the page's inbox")


def test_echo_wakes_no_closed_ticket(channel):
    ticket = make_ticket(channel, sender=PERSON, status="closed", closed_at=now())
    Conversation.objects.update(active_ticket=None)
    assert receive(channel=channel, item=echo()).ticket_id == ticket.pk
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assert Ticket.objects.count() == 1
    assert Conversation.objects.get().active_ticket is None


def test_echo_that_comes_again_is_shown_once(channel):
    make_ticket(channel, sender=PERSON)
    receive(channel=channel, item=echo())
    assert receive(channel=channel, item=echo()).outcome == "duplicate"
    assert Message.objects.filter(direction="out").count() == 1


def test_echo_of_our_sent_message_is_known_by_its_id(channel, agent):
    ticket = make_ticket(channel, sender=PERSON)
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Hello")
    Message.objects.filter(pk=message.pk).update(
        delivery_state="sent", external_id="m_ours", external_digest=external_digest("m_ours")
    )
    assert receive(channel=channel, item=echo("Hello", "m_ours")).message_id == message.pk
    assert Message.objects.filter(direction="out").count() == 1


def test_echo_that_overtakes_the_answer_to_our_call_is_ours(channel, agent):
    ticket = make_ticket(channel, sender=PERSON)
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Hello ")
    Message.objects.filter(pk=message.pk).update(delivery_state="sending")
    assert receive(channel=channel, item=echo("Hello", "m_ours")).outcome == "duplicate"
    message.refresh_from_db()
    assert message.delivery_state == "sending"


def test_echo_settles_a_message_whose_fate_was_unknown(channel, agent):
    ticket = make_ticket(channel, sender=PERSON)
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Hello")
    Message.objects.filter(pk=message.pk).update(delivery_state="unknown", error="lost", error_code="timeout")
    receive(channel=channel, item=echo("Hello", "m_ours"))
    message.refresh_from_db()
    assert (message.delivery_state, message.external_id, message.error) == ("sent", "m_ours", "")
    assert Message.objects.filter(direction="out").count() == 1


def test_echo_with_other_words_is_not_taken_for_ours(channel, agent):
    ticket = make_ticket(channel, sender=PERSON)
    message = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Hello")
    Message.objects.filter(pk=message.pk).update(delivery_state="unknown")
    assert receive(channel=channel, item=echo("Good morning")).outcome == "appended"


def test_file_of_an_echo_is_kept(channel):
    ticket = make_ticket(channel, sender=PERSON)
    file = InboundAttachment(name="a.txt", content_type="text/plain", content=b"abc")
    receive(channel=channel, item=echo("", attachments=[file]))
    assert last_message(ticket).attachments.get().size == 3
