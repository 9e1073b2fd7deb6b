"""Whom another application answers, and whom it hands over to us."""

from datetime import timedelta

import pytest

from channels_app.adapters.base import Address, HandedOver, digest
from helpdesk.common.clock import now
from reporting.policies.facts import fold_events
from tests.factories import receive_message
from tickets.models import Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.intake import receive
from tickets.services.lifecycle import reopen_ticket, resolve_ticket
from tickets.services.replies import reply_to_ticket
from tickets.services.splitting import split_behind, split_ticket, undo_move
from tickets.services.unsending import undo_send

pytestmark = pytest.mark.django_db
CARLA = Address(address="user-7", name="Carla")


def hand_over(channel, *, minutes_ago):
    sent_at = now() - timedelta(minutes=minutes_ago)
    return receive(
        channel=channel, item=HandedOver(dedup_key=digest("handed", str(minutes_ago)), sender=CARLA, sent_at=sent_at)
    )


def waiting_since(message):
    return Ticket.objects.get(pk=message.ticket_id).waiting_since


def test_what_another_application_answers_waits_for_us_no_more_after_a_reopening(agent, api_channel):
    filed = receive_message(api_channel, sender=CARLA, text="To the bot", is_standby=True)
    resolve_ticket(ticket_id=filed.ticket_id, actor=Actor.agent(agent))
    reopen_ticket(ticket_id=filed.ticket_id, actor=Actor.agent(agent))
    assert waiting_since(filed) is None


def test_clock_of_who_was_handed_over_runs_on_when_our_answer_is_taken_back(agent, api_channel):
    filed = receive_message(api_channel, sender=CARLA, text="To the bot", is_standby=True)
    hand_over(api_channel, minutes_ago=0)
    before = waiting_since(filed)
    reply = reply_to_ticket(ticket_id=filed.ticket_id, actor=Actor.agent(agent), text="Oops", undo_seconds=30)
    assert waiting_since(filed) is None
    undo_send(message_id=reply.pk, actor=Actor.agent(agent))
    assert before is not None
    assert waiting_since(filed) == before


def test_first_response_to_who_was_handed_over_counts_from_then(agent, api_channel):
    filed = receive_message(api_channel, sender=CARLA, text="To the bot", is_standby=True)
    hand_over(api_channel, minutes_ago=0)
    reply_to_ticket(ticket_id=filed.ticket_id, actor=Actor.agent(agent), text="Here we are")
    facts = fold_events(TicketEvent.objects.filter(ticket=filed.ticket_id).order_by("sequence"))
    assert facts.first_response_seconds is not None
    assert facts.first_responder_id == agent.pk


def test_clock_of_who_was_handed_over_survives_a_split_that_is_taken_back(agent, api_channel):
    filed = receive_message(api_channel, sender=CARLA, text="To the bot", is_standby=True)
    hand_over(api_channel, minutes_ago=0)
    before = waiting_since(filed)
    second = receive_message(api_channel, sender=CARLA, text="And another thing")
    made = split_ticket(ticket_id=filed.ticket_id, message_ids=[second.message_id], actor=Actor.agent(agent))
    assert waiting_since(filed) == before
    origin, sequence = split_behind(made.pk)
    undo_move(ticket_id=origin, sequence=sequence, actor=Actor.agent(agent))
    assert before is not None
    assert waiting_since(filed) == before
