"""From what people do in the product to facts of contacts: real services, the same log, made anew with the same result."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.forms import model_to_dict

from helpdesk.common.clock import told_time
from reporting.models import ContactFact, TicketFact
from reporting.services.facts import rebuild_facts
from tests.factories import make_team, make_ticket, receive_message
from tickets.models import Call, Message, Ticket, TicketEvent, WorkInterval
from tickets.policies.call_work import Mark
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket
from tickets.services.call_work import add_mark
from tickets.services.lifecycle import put_on_hold, resolve_ticket
from tickets.services.locking import lock_ticket
from tickets.services.merging import merge_tickets, unmerge_ticket
from tickets.services.moving import move_messages
from tickets.services.replies import reply_to_ticket
from tickets.services.snoozing import snooze_ticket
from tickets.services.work import beat, leave

pytestmark = pytest.mark.django_db
At = Callable[[float], AbstractContextManager[None]]
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def at() -> At:
    """``with at(90):`` is 90 minutes after nine."""
    return lambda minute: told_time(START + timedelta(minutes=minute))


@pytest.fixture
def work(at: At) -> Callable[..., None]:
    """``work(ticket, agent, 10, 13)``: from minute 10 to minute 13 he is at work there."""

    def do(ticket: Ticket, who: Any, begin: float, end: float) -> None:
        ticket.refresh_from_db()
        minute = begin
        while minute <= end:
            with at(minute):
                beat(ticket=ticket, agent_id=who.pk, is_writing=True)
            minute += 0.5
        with at(end):
            leave(ticket_id=ticket.pk, agent_id=who.pk, is_idle=False)

    return do


def facts_of(ticket: Ticket) -> tuple[TicketFact, list[ContactFact]]:
    rebuild_facts(since=START - timedelta(days=1))
    return TicketFact.objects.get(ticket=ticket), list(ContactFact.objects.filter(ticket=ticket).order_by("number"))


def test_work_in_the_workspace_becomes_handle_time_of_its_contact(
    email_channel: Any, agent: Any, lead: Any, at: At, work: Callable[..., None]
) -> None:
    with at(0):
        ticket = make_ticket(email_channel)
    token = ticket.active_conversations.get().reply_token
    work(ticket, agent, 10, 13)
    with at(13):
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Is it blue?")
    with at(24 * 60):
        receive_message(email_channel, text="Yes", thread_tokens=(token,))
    work(ticket, lead, 24 * 60 + 5, 24 * 60 + 7)
    with at(24 * 60 + 7):
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(lead), text="Then it is here.")
        resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(lead))
    fact, contacts = facts_of(ticket)
    assert [(one.number, one.agent, one.handle_seconds) for one in contacts] == [(1, agent, 180), (2, lead, 120)]
    assert (contacts[0].ends_at, contacts[1].ends_at) == (
        START + timedelta(minutes=13) + email_channel.session_gap,
        START + timedelta(minutes=24 * 60 + 7),
    )
    assert (fact.is_handled, fact.is_first_contact, fact.resolution_seconds) == (True, False, (24 * 60 + 7) * 60)
    before = [model_to_dict(one, exclude=["id"]) for one in contacts]
    ContactFact.objects.update(handle_seconds=1)
    assert [model_to_dict(one, exclude=["id"]) for one in facts_of(ticket)[1]] == before


@pytest.mark.parametrize("to_lead", [True, False])
def test_hand_over_to_a_lead_stays_one_when_roles_change(
    email_channel: Any, agent: Any, person: Callable[..., Any], at: At, to_lead: bool
) -> None:
    other = person("other", "lead" if to_lead else "agent")
    with at(0):
        ticket = make_ticket(email_channel)
    with at(5):
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="I ask a colleague.")
        assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), assignee_id=other.pk)
    other.groups.set([Group.objects.get(name="agent" if to_lead else "lead")])
    with at(20):
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(other), text="Here it is.")
        resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(other))
    fact, _contacts = facts_of(ticket)
    assert (fact.has_handover, fact.is_first_contact) == (to_lead, not to_lead)


def test_other_team_and_hold_take_the_first_contact_away(email_channel: Any, agent: Any, at: At) -> None:
    first, second = make_team("Support", agent), make_team("Billing", agent)
    with at(0):
        handed, held = make_ticket(email_channel, team=first), make_ticket(email_channel)
    actor = Actor.agent(agent)
    with at(5):
        assign_ticket(ticket_id=handed.pk, actor=actor, team_id=second.pk)
        put_on_hold(ticket_id=held.pk, actor=actor)
    with at(20):
        for ticket in (handed, held):
            reply_to_ticket(ticket_id=ticket.pk, actor=actor, text="Done.")
            resolve_ticket(ticket_id=ticket.pk, actor=actor)
    rebuild_facts(since=START - timedelta(days=1))
    facts = TicketFact.objects.in_bulk([handed.pk, held.pk])
    assert [facts[ticket.pk].is_first_contact for ticket in (handed, held)] == [False, False]
    assert (facts[handed.pk].has_handover, facts[held.pk].was_put_aside) == (True, True)


@pytest.fixture
def call(voice_ticket: Ticket) -> Call:
    """A call of a customer, ringing at nine."""
    line = Message.objects.get(ticket=voice_ticket)
    made: Call = Call.objects.create(
        channel=voice_ticket.channel, external_id="CA1", message=line, number="+4930123", started_at=START
    )
    return made


@pytest.fixture
def voice_ticket(email_channel: Any, at: At) -> Ticket:
    with at(0):
        return make_ticket(email_channel)


def mark(call: Call, name: Any, minute: float, **fields: Any) -> None:
    ticket = lock_ticket(call.message.ticket_id)
    add_mark(call, Mark(name=name, at=START + timedelta(minutes=minute), **fields), ticket=ticket)
    call.save()


def test_late_word_of_a_call_corrects_its_handle_time(call: Call, voice_ticket: Ticket, agent: Any) -> None:
    mark(call, "answered", 1, agent="+49301")
    mark(call, "ended", 11)
    told = TicketEvent.objects.get(kind="work.recorded").data
    assert (told["kind"], told["seconds"], told["message"]) == ("talk", 600, call.message_id)
    mark(call, "held", 5)
    mark(call, "resumed", 7)
    ticket = Ticket.objects.get(pk=voice_ticket.pk)
    with told_time(START + timedelta(minutes=12)):
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="As we said.")
    (contact,) = facts_of(ticket)[1]
    assert (contact.talk_seconds, contact.hold_seconds, contact.handle_seconds) == (480, 120, 600)
    assert WorkInterval.objects.filter(call=call).count() == 3


def test_work_on_a_call_goes_with_its_line_to_another_ticket(
    call: Call, voice_ticket: Ticket, email_channel: Any, agent: Any, at: At
) -> None:
    mark(call, "answered", 1, agent="+49301")
    mark(call, "ended", 4)
    token = voice_ticket.active_conversations.get().reply_token
    with at(10):
        receive_message(email_channel, text="And something else", thread_tokens=(token,))
        other = make_ticket(email_channel)
    with at(20):
        move_messages(
            ticket_id=voice_ticket.pk, message_ids=[call.message_id], into_ticket_id=other.pk, actor=Actor.agent(agent)
        )
    (here,), (there,) = facts_of(voice_ticket)[1], facts_of(other)[1]
    assert (here.handle_seconds, there.handle_seconds) == (None, 180)
    assert (here.is_answered, there.is_answered) == (False, True)


def test_answer_and_work_on_a_merged_ticket_count_on_the_other_until_the_merge_is_undone(
    email_channel: Any, agent: Any, lead: Any, at: At, work: Callable[..., None]
) -> None:
    with at(0):
        winner = make_ticket(email_channel)
    with at(5):
        loser = make_ticket(email_channel)
    work(loser, agent, 10, 13)
    with at(13):
        reply_to_ticket(ticket_id=loser.pk, actor=Actor.agent(agent), text="It is blue.")
        beat(ticket=Ticket.objects.get(pk=loser.pk), agent_id=agent.pk, is_writing=True)
    with at(13.5):
        merge_tickets(ticket_id=loser.pk, into_ticket_id=winner.pk, actor=Actor.agent(lead))
    with at(14):
        leave(ticket_id=winner.pk, agent_id=agent.pk, is_idle=False)
    fact, (contact,) = facts_of(winner)
    assert (fact.is_handled, fact.is_waiting, fact.first_response_seconds) == (True, False, 13 * 60)
    assert (contact.agent, contact.handle_seconds) == (agent, 240)
    with at(15):
        unmerge_ticket(ticket_id=loser.pk, actor=Actor.agent(lead))
    fact, (contact,) = facts_of(winner)
    assert (fact.is_handled, fact.is_waiting, contact.is_answered, contact.handle_seconds) == (False, True, False, 60)
    fact, (contact,) = facts_of(loser)
    assert (fact.first_response_seconds, contact.handle_seconds) == (8 * 60, 180)


def test_putting_aside_still_divides_contacts_when_messages_were_moved(email_channel: Any, agent: Any, at: At) -> None:
    actor = Actor.agent(agent)
    with at(0):
        ticket = make_ticket(email_channel)
    token = ticket.active_conversations.get().reply_token
    with at(5):
        snooze_ticket(ticket_id=ticket.pk, until=START + timedelta(days=1), actor=actor)
    for minute in (10, 11):
        with at(minute):
            receive_message(email_channel, text=f"minute {minute}", thread_tokens=(token,))
    with at(20):
        other = make_ticket(email_channel)
        last = ticket.messages.order_by("-pk")[0]
        move_messages(ticket_id=ticket.pk, message_ids=[last.pk], into_ticket_id=other.pk, actor=actor)
    ticket.refresh_from_db()
    fact, contacts = facts_of(ticket)
    assert (ticket.contact_number, fact.contact_count, len(contacts)) == (2, 2, 2)
