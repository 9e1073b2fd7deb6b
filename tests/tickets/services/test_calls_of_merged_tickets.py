"""Calls, the work on them and call backs go where the call's message goes, and come back with it."""

from datetime import timedelta

import pytest

from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket
from tickets.models import Call, CallbackRequest, WorkInterval
from tickets.services.actors import Actor
from tickets.services.callbacks import request_callback
from tickets.services.merging import merge_tickets, unmerge_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(agent):
    """A ticket with an answered call and the work on it."""
    channel = make_channel(kind="voice")
    ticket = make_ticket(channel, text="Phone call")
    message = ticket.messages.get()
    call = Call.objects.create(
        channel=channel,
        external_id="CA1",
        message=message,
        number="+447700900123",
        started_at=message.sort_at,
        answered_at=message.sort_at + timedelta(seconds=20),
    )
    ended_at = call.answered_at + timedelta(minutes=3)
    WorkInterval.objects.create(
        ticket=ticket, call=call, contact_number=1, kind="talk", started_at=call.answered_at, ended_at=ended_at
    )
    return ticket


def call_back(ticket, agent, hours=2):
    due = now() + timedelta(hours=hours)
    return request_callback(ticket_id=ticket.pk, actor=Actor.agent(agent), due_at=due, phone="+447700900123")


def test_work_on_a_call_follows_its_message_and_comes_back(caller, api_channel, agent):
    other = make_ticket(api_channel)
    merge_tickets(ticket_id=caller.pk, into_ticket_id=other.pk, actor=Actor.agent(agent))
    assert WorkInterval.objects.get().ticket_id == other.pk
    unmerge_ticket(ticket_id=caller.pk, actor=Actor.agent(agent))
    assert WorkInterval.objects.get().ticket_id == caller.pk


def test_call_back_is_not_left_on_a_merged_ticket(caller, api_channel, agent):
    other = make_ticket(api_channel)
    wanted = call_back(caller, agent)
    merge_tickets(ticket_id=caller.pk, into_ticket_id=other.pk, actor=Actor.agent(agent))
    assert CallbackRequest.objects.get(pk=wanted.pk).ticket_id == other.pk
    unmerge_ticket(ticket_id=caller.pk, actor=Actor.agent(agent))
    assert CallbackRequest.objects.get(pk=wanted.pk).ticket_id == caller.pk


def test_customer_of_two_merged_tickets_is_called_back_once(caller, api_channel, agent):
    other = make_ticket(api_channel)
    kept, dropped = call_back(other, agent), call_back(caller, agent)
    merge_tickets(ticket_id=caller.pk, into_ticket_id=other.pk, actor=Actor.agent(agent))
    states = dict(CallbackRequest.objects.values_list("pk", "state"))
    assert states == {kept.pk: "open", dropped.pk: "cancelled"}


def test_answered_caller_does_not_wait_after_a_merge(caller, api_channel, agent):
    other = make_ticket(api_channel)
    merge_tickets(ticket_id=other.pk, into_ticket_id=caller.pk, actor=Actor.agent(agent))
    unmerge_ticket(ticket_id=other.pk, actor=Actor.agent(agent))
    caller.refresh_from_db()
    assert caller.waiting_since is None
