"""Messages move to another ticket of the same customer, and back."""

from datetime import timedelta

import pytest
import time_machine

from channels_app.adapters.base import Address
from helpdesk.common.errors import Conflict, InvalidInput
from reporting.policies.facts import fold_events
from tests.factories import make_ticket, receive_message
from tests.support.case import picture
from tickets.models import Conversation, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.lifecycle import mark_spam, resolve_ticket
from tickets.services.moving import move_messages, undo_move
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db


def facts_of(ticket):
    return fold_events(list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence")))


def given_by(ticket):
    return TicketEvent.objects.filter(ticket=ticket, kind="messages.given").latest("sequence")


@pytest.fixture
def pair(email_channel):
    """A lamp, about which the customer writes twice, the second time about the bill; and the ticket about the bill."""
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        lamp = make_ticket(email_channel, subject="Lamp", text="My lamp is broken")
        clock.shift(timedelta(minutes=5))
        bill = make_ticket(email_channel, subject="Bill", text="My bill is wrong")
        clock.shift(timedelta(minutes=5))
        token = Conversation.objects.get(active_ticket=lamp).reply_token
        receive_message(email_channel, thread_tokens=[token], text="Ten euros too much")
        clock.shift(timedelta(minutes=5))
        yield lamp, bill


def test_moved_message_stands_on_the_other_ticket_alone(pair, agent):
    lamp, bill = pair
    euros = lamp.messages.latest("pk").pk
    move_messages(ticket_id=lamp.pk, message_ids=[euros], into_ticket_id=bill.pk, actor=Actor.agent(agent))
    lamp.refresh_from_db()
    bill.refresh_from_db()
    assert (lamp.preview, lamp.unread_count, bill.preview, bill.unread_count) == (
        "My lamp is broken",
        1,
        "Ten euros too much",
        2,
    )
    assert [facts_of(one).customer_message_count for one in pair] == [1, 2]


def test_move_and_undo_is_the_start_again(pair, agent):
    lamp, bill = pair
    actor = Actor.agent(agent)
    before = picture(lamp), picture(bill), facts_of(lamp), facts_of(bill)
    move_messages(ticket_id=lamp.pk, message_ids=[lamp.messages.latest("pk").pk], into_ticket_id=bill.pk, actor=actor)
    undo_move(ticket_id=lamp.pk, sequence=given_by(lamp).sequence, actor=actor)
    after = facts_of(lamp), facts_of(bill)
    for then, now in zip(before[2:], after, strict=True):
        now.last_sequence = then.last_sequence
    assert (picture(lamp), picture(bill), *after) == before


def test_moved_first_message_makes_the_other_case_older(pair, agent):
    lamp, bill = pair
    first = lamp.messages.order_by("pk")[0]
    move_messages(ticket_id=lamp.pk, message_ids=[first.pk], into_ticket_id=bill.pk, actor=Actor.agent(agent))
    reply_to_ticket(ticket_id=bill.pk, actor=Actor.agent(agent), text="We look into it")
    bill.refresh_from_db()
    assert (bill.opened_at, facts_of(bill).opened_at) == (first.sort_at, first.sort_at)
    assert facts_of(bill).first_response_seconds == 15 * 60
    assert facts_of(lamp).opened_at == Ticket.objects.get(pk=lamp.pk).opened_at == lamp.messages.get().sort_at


def test_resolved_closed_and_strangers_tickets_take_no_message(pair, agent, email_channel):
    lamp, bill = pair
    actor = Actor.agent(agent)
    message = lamp.messages.latest("pk").pk
    stranger = make_ticket(email_channel, sender=Address(address="mallory@customer.example"))

    def refused(into):
        with pytest.raises((Conflict, InvalidInput)) as error:
            move_messages(ticket_id=lamp.pk, message_ids=[message], into_ticket_id=into.pk, actor=actor)
        return error.value.code

    assert refused(lamp) == "same_ticket"
    assert refused(stranger) == "other_customer"
    resolve_ticket(ticket_id=bill.pk, actor=actor)
    assert refused(bill) == "ticket_resolved"
    mark_spam(ticket_id=bill.pk, actor=actor)
    assert refused(bill) == "ticket_closed"


def test_message_that_moved_further_is_not_taken_back(pair, agent, email_channel):
    lamp, bill = pair
    actor = Actor.agent(agent)
    third = make_ticket(email_channel, subject="Third", text="Hello")
    message = lamp.messages.latest("pk").pk
    move_messages(ticket_id=lamp.pk, message_ids=[message], into_ticket_id=bill.pk, actor=actor)
    move_messages(ticket_id=bill.pk, message_ids=[message], into_ticket_id=third.pk, actor=actor)
    with pytest.raises(Conflict) as error:
        undo_move(ticket_id=lamp.pk, sequence=given_by(lamp).sequence, actor=actor)
    assert error.value.code == "moved_further"
    undo_move(ticket_id=bill.pk, sequence=given_by(bill).sequence, actor=actor)
    undo_move(ticket_id=lamp.pk, sequence=given_by(lamp).sequence, actor=actor)
    assert [one.messages.count() for one in (lamp, bill, third)] == [2, 1, 1]
    assert [facts_of(one).customer_message_count for one in (lamp, bill, third)] == [2, 1, 1]
