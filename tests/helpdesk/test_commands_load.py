"""A generated load is what the services would have left, and can be removed."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Max, Min, Q

from channels_app.adapters.base import Address
from helpdesk.demo.removing import remove_demo
from helpdesk.load.generation import generate_load
from reporting.models import TicketFact
from reporting.policies.facts import fold_events
from tests.factories import receive_message
from tickets.models import Conversation, Customer, Message, MessageSearch, Ticket, TicketEvent
from tickets.selectors.search import find_messages
from tickets.selectors.sequences import broken_logs

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(db):
    return generate_load(customers=30, tickets=120, messages=360)


def test_load_has_the_asked_size(load):
    assert (Customer.objects.count(), Ticket.objects.count()) == (30, 120)
    assert 240 <= Message.objects.count() <= 480
    assert MessageSearch.objects.count() == Message.objects.count()


def test_load_is_demo_and_goes_with_it(load):
    assert not Ticket.objects.filter(is_demo=False).exists()
    remove_demo()
    assert not Ticket.objects.exists()
    assert not Customer.objects.exists()


def test_event_logs_of_a_load_are_whole(load):
    assert broken_logs(limit=1) == (0, [])


def test_hot_columns_of_a_load_follow_from_its_messages(load):
    public = Q(messages__kind="message")
    for ticket in Ticket.objects.annotate(
        newest=Max("messages__sort_at", filter=public),
        answered=Min("messages__sort_at", filter=public & Q(messages__author="agent")),
        answers=Count("messages", filter=public & Q(messages__author="agent")),
    ):
        assert ticket.last_message_at == ticket.newest
        assert ticket.first_response_at == ticket.answered
        assert ticket.agent_reply_count == ticket.answers
        assert (ticket.assignee_id is not None) == bool(ticket.answers)
        assert ticket.last_message_is_inbound == (ticket.messages.order_by("-sort_at", "-id")[0].direction == "in")


def test_facts_of_a_load_agree_with_its_tickets(load):
    for ticket in Ticket.objects.all():
        facts = fold_events(list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence")))
        assert facts.first_response_at == ticket.first_response_at
        assert facts.last_resolved_at == ticket.last_resolved_at
        assert facts.agent_reply_count == ticket.agent_reply_count
        assert facts.last_sequence == ticket.event_sequence
    assert not TicketFact.objects.exists()


def test_closed_tickets_of_a_load_hold_no_conversation(load):
    assert not Conversation.objects.filter(active_ticket__status="closed").exists()


def test_words_of_a_load_are_found(load):
    message = Message.objects.order_by("id")[0]
    assert message.pk in find_messages(message.text.split()[0])


def test_customer_of_a_load_can_write_again(load):
    message = Message.objects.filter(direction="out", ticket__status="open").order_by("-id")[0]
    address = message.conversation.identity.address
    filed = receive_message(message.channel, sender=Address(address=address), in_reply_to=message.external_id)
    assert filed.ticket_id == message.ticket_id


def test_senseless_size_is_refused():
    with pytest.raises(CommandError):
        call_command("generate_load", tickets=10, messages=5, stdout=StringIO())
