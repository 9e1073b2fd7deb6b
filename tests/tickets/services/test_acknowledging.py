"""The optional acknowledgement of a new ticket: whom it answers, what it says, and where it stops."""

import pytest
import time_machine

from channels_app.adapters.base import Address, RawEvent
from channels_app.services.storing import store_events
from helpdesk.core.models import SiteSettings
from tests.factories import make_ticket, receive_message
from tickets.models import Conversation, Customer, Message, Ticket
from tickets.services.processing import process_event

pytestmark = pytest.mark.django_db
PERSON = b"From: Carla <carla@customer.example>\r\nTo: support@desk.example\r\nSubject: Hi\r\n"


@pytest.fixture
def acknowledging(db):
    """An installation that has switched acknowledgements on."""
    SiteSettings.objects.create(pk=1, acknowledge_new_tickets=True)


def acknowledgements():
    return Message.objects.filter(purpose="acknowledgement")


def deliver(channel, headers):
    """Store and process one mail with these headers."""
    event = RawEvent(body=PERSON + headers + b"\r\nHello there\r\n", source="cli")
    return process_event(event_id=store_events(channel=channel, events=[event])[0])[0]


def test_nobody_is_acknowledged_unless_it_is_switched_on(email_channel):
    make_ticket(email_channel)
    assert not acknowledgements().exists()


@pytest.mark.usefixtures("acknowledging")
def test_acknowledgement_carries_the_number_and_nothing_that_the_sender_wrote(email_channel):
    sender = Address(address="victim@elsewhere.example", name="Buy pills at https://pills.example")
    ticket = make_ticket(email_channel, sender=sender, subject="Buy pills now", text="https://pills.example")
    message = acknowledgements().get()
    assert (message.author, message.delivery_state) == ("system", "queued")
    assert [recipient.address for recipient in message.recipients.all()] == ["victim@elsewhere.example"]
    assert str(ticket.number) in message.subject
    assert "pills" not in f"{message.subject} {message.text} {message.html}".lower()


@pytest.mark.usefixtures("acknowledging")
def test_acknowledgement_leaves_the_figures_of_the_ticket_alone(email_channel):
    ticket = make_ticket(email_channel)
    received = ticket.messages.get(direction="in")
    assert acknowledgements().exists()
    assert (ticket.first_response_at, ticket.waiting_since, ticket.unread_count) == (None, received.sort_at, 1)
    assert (ticket.last_message_at, ticket.last_message_is_inbound) == (received.sort_at, True)


@pytest.mark.usefixtures("acknowledging")
def test_second_message_on_a_ticket_is_not_acknowledged(email_channel):
    ticket = make_ticket(email_channel)
    token = Conversation.objects.get(active_ticket=ticket).reply_token
    receive_message(email_channel, thread_tokens=[token])
    assert acknowledgements().count() == 1


# What the sender's header says -> (a machine wrote it, it may be acknowledged).
HEADERS = {
    "none": (b"", False, True),
    "auto-replied": (b"Auto-Submitted: auto-replied\r\n", True, False),
    "auto-generated": (b"Auto-Submitted: auto-generated\r\n", True, False),
    "a human who says so": (b"Auto-Submitted: no\r\n", False, True),
    "bulk": (b"Precedence: bulk\r\n", None, False),
    "list": (b"Precedence: list\r\n", None, False),
    "junk": (b"Precedence: junk\r\n", None, False),
    "loop": (b"X-Loop: carla@customer.example\r\n", None, False),
    "list id": (b"List-Id: <news.customer.example>\r\n", None, False),
    "autoreply": (b"X-Autoreply: yes\r\n", None, False),
    "suppress all": (b"X-Auto-Response-Suppress: All\r\n", False, False),
    "suppress some": (b"X-Auto-Response-Suppress: OOF, AutoReply\r\n", False, False),
}


@pytest.mark.usefixtures("acknowledging")
@pytest.mark.parametrize("case", HEADERS)
def test_no_machine_is_acknowledged_and_every_mail_is_kept(email_channel, case):
    header, is_machine, is_acknowledged = HEADERS[case]
    ticket = Ticket.objects.get(pk=deliver(email_channel, header).ticket_id)
    assert acknowledgements().exists() is is_acknowledged
    if is_machine is not None:
        assert (ticket.waiting_since is None) is is_machine


@pytest.mark.usefixtures("acknowledging")
def test_two_machines_without_any_header_stop_after_three_an_hour(email_channel, caplog):
    with time_machine.travel("2026-03-02T09:10:00Z", tick=False) as clock:
        for _ in range(5):
            make_ticket(email_channel)
        assert acknowledgements().count() == 3
        assert "carla@customer.example" not in caplog.text
        assert caplog.text.count("No further acknowledgement") == 2
        make_ticket(email_channel, sender=Address(address="dora@customer.example"))
        assert acknowledgements().count() == 4
        clock.shift(3600)
        make_ticket(email_channel)
        assert acknowledgements().count() == 5
    assert Ticket.objects.count() == 7


@pytest.mark.usefixtures("acknowledging")
def test_blocked_customer_is_not_acknowledged(email_channel):
    make_ticket(email_channel)
    Customer.objects.update(is_blocked=True)
    make_ticket(email_channel)
    assert acknowledgements().count() == 1
