"""Chosen messages become a ticket of their own, and come back."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_app.adapters.base import Receipt
from channels_app.adapters.email.adapter import EmailAdapter
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput
from reporting.models import TicketFact
from reporting.policies.facts import fold_events
from reporting.services.facts import rebuild_facts, refresh_facts
from tests.factories import make_channel, make_team, make_ticket, receive_message
from tests.support.case import picture
from tests.support.event_log import wait_for_horizon
from tickets.models import Conversation, Message, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket
from tickets.services.delivery import send_due_messages
from tickets.services.lifecycle import mark_read, put_on_hold, resolve_ticket, set_pending
from tickets.services.merging import unmerge_ticket
from tickets.services.moving import undo_move
from tickets.services.replies import add_note, reply_to_ticket
from tickets.services.splitting import split_ticket

pytestmark = pytest.mark.django_db
START = "2026-03-02T09:00:00Z"


def facts_of(ticket):
    return fold_events(list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence")))


def last_given(ticket):
    return TicketEvent.objects.filter(ticket=ticket, kind="messages.given").latest("sequence").sequence


@pytest.fixture
def sent(monkeypatch):
    """Let answers leave at once, to nowhere."""
    monkeypatch.setattr(EmailAdapter, "send", lambda self, message: Receipt())


@pytest.fixture
def case(email_channel, agent, sent):
    """Two matters in one thread: a lamp, answered, and a bill, not answered."""
    with time_machine.travel(START, tick=False) as clock:
        ticket = make_ticket(email_channel, text="My lamp is broken")
        token = Conversation.objects.get().reply_token
        clock.shift(timedelta(minutes=10))
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="We send a new one")
        send_due_messages()
        clock.shift(timedelta(hours=20))
        receive_message(email_channel, thread_tokens=[token], text="And my bill is wrong")
        clock.shift(timedelta(minutes=5))
        receive_message(email_channel, thread_tokens=[token], text="By ten euros")
        yield ticket, clock


def messages_of(ticket):
    return list(ticket.messages.order_by("pk").values_list("pk", flat=True))


def test_new_ticket_was_opened_when_its_first_message_was_sent(case, agent):
    ticket, clock = case
    lamp, reply, bill, euros = messages_of(ticket)
    clock.shift(timedelta(hours=1))
    made = split_ticket(ticket_id=ticket.pk, message_ids=[bill, euros], actor=Actor.agent(agent), subject="The bill")
    made.refresh_from_db()
    first = Message.objects.get(pk=bill)
    assert (made.subject, made.status, made.opened_at) == ("The bill", "new", first.sort_at)
    assert (made.waiting_since, made.first_response_at, made.preview) == (first.sort_at, None, "By ten euros")
    assert (made.contact_number, made.unread_count, made.customer_id) == (1, 2, ticket.customer_id)
    ticket.refresh_from_db()
    assert messages_of(ticket) == [lamp, reply]
    assert (ticket.preview, ticket.waiting_since, ticket.contact_number) == ("We send a new one", None, 1)
    assert (ticket.unread_count, ticket.agent_reply_count) == (0, 1)


def test_conversation_goes_where_the_customers_last_word_went(case, agent, email_channel):
    ticket, _clock = case
    conversation = Conversation.objects.get()
    made = split_ticket(ticket_id=ticket.pk, message_ids=messages_of(ticket)[2:], actor=Actor.agent(agent))
    again = receive_message(email_channel, thread_tokens=[conversation.reply_token], text="Well?")
    assert again.ticket_id == made.pk


def test_figures_of_both_tickets_are_as_if_the_matters_had_come_apart(case, agent):
    ticket, clock = case
    bill = messages_of(ticket)[2:]
    before = facts_of(ticket)
    assert (before.customer_message_count, before.contact_count) == (3, 2)
    made = split_ticket(ticket_id=ticket.pk, message_ids=bill, actor=Actor.agent(agent))
    clock.shift(timedelta(minutes=30))
    reply_to_ticket(ticket_id=made.pk, actor=Actor.agent(agent), text="We correct it")
    old, new = facts_of(ticket), facts_of(made)
    assert (old.customer_message_count, old.contact_count, old.first_response_seconds) == (1, 1, 600)
    assert (new.customer_message_count, new.contact_count, new.first_response_seconds) == (2, 1, 35 * 60)
    assert new.opened_at == Message.objects.get(pk=bill[0]).sort_at
    assert new.excluded_because == ""


def test_answer_that_moves_along_is_the_first_response_of_the_new_ticket(case, agent):
    ticket, _clock = case
    lamp, reply, _bill, _euros = messages_of(ticket)
    made = split_ticket(ticket_id=ticket.pk, message_ids=[lamp, reply], actor=Actor.agent(agent))
    made.refresh_from_db()
    ticket.refresh_from_db()
    assert (made.status, made.agent_reply_count, ticket.agent_reply_count) == ("open", 1, 0)
    assert (facts_of(made).first_response_seconds, facts_of(made).first_responder_id) == (600, agent.pk)
    assert facts_of(ticket).is_waiting
    assert ticket.opened_at == facts_of(ticket).opened_at == ticket.messages.order_by("pk")[0].sort_at


@pytest.mark.django_db(transaction=True)
def test_rebuilt_facts_are_the_followed_ones(case, agent):
    ticket, _clock = case
    wait_for_horizon()
    refresh_facts()
    made = split_ticket(ticket_id=ticket.pk, message_ids=messages_of(ticket)[2:], actor=Actor.agent(agent))
    undo_move(ticket_id=ticket.pk, sequence=last_given(ticket), actor=Actor.agent(agent))
    split_ticket(ticket_id=ticket.pk, message_ids=messages_of(ticket)[3:], actor=Actor.agent(agent))
    wait_for_horizon()
    refresh_facts()
    followed = list(TicketFact.objects.order_by("ticket").values())
    wait_for_horizon()
    rebuild_facts()
    assert list(TicketFact.objects.order_by("ticket").values()) == followed
    assert TicketFact.objects.get(ticket=made).excluded_because == "merged"


def test_split_ticket_stays_with_its_team_and_owner(email_channel, agent, sent):
    team = make_team("Board", agent, is_private=True)
    ticket = make_ticket(email_channel)
    assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), team_id=team.pk, assignee_id=agent.pk)
    token = Conversation.objects.get().reply_token
    receive_message(email_channel, thread_tokens=[token], text="Something else")
    made = split_ticket(ticket_id=ticket.pk, message_ids=messages_of(ticket)[1:], actor=Actor.agent(agent))
    assert (made.team, made.assignee) == (team, agent)
    assert (facts_of(made).team_id, facts_of(made).agent_id) == (team.pk, agent.pk)


def test_whole_ticket_a_stranger_message_and_notes_alone_are_not_split_off(case, agent, email_channel):
    ticket, _clock = case
    actor = Actor.agent(agent)
    note = add_note(ticket_id=ticket.pk, actor=actor, text="Look at this")
    other = make_ticket(email_channel, text="Another")
    for chosen, code in (
        ([], "no_messages"),
        (messages_of(other), "no_messages"),
        ([note.pk], "only_notes"),
        (messages_of(ticket), "nothing_left"),
    ):
        with pytest.raises((InvalidInput, Conflict)) as refused:
            split_ticket(ticket_id=ticket.pk, message_ids=chosen, actor=actor)
        assert refused.value.code == code


def test_message_that_is_on_its_way_is_not_moved(email_channel, agent):
    ticket = make_ticket(email_channel)
    reply = reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Soon")
    with pytest.raises(Conflict) as refused:
        split_ticket(ticket_id=ticket.pk, message_ids=[reply.pk], actor=Actor.agent(agent))
    assert refused.value.code == "still_sending"


def test_split_is_not_undone_once_the_new_ticket_goes_on(case, agent):
    ticket, _clock = case
    actor = Actor.agent(agent)
    made = split_ticket(ticket_id=ticket.pk, message_ids=messages_of(ticket)[2:], actor=actor)
    add_note(ticket_id=made.pk, actor=actor, text="I called him")
    with pytest.raises(Conflict) as refused:
        undo_move(ticket_id=ticket.pk, sequence=last_given(ticket), actor=actor)
    assert refused.value.code == "goes_on"


def test_undone_split_leaves_a_closed_ticket_that_no_figure_counts(case, agent):
    ticket, _clock = case
    actor = Actor.agent(agent)
    made = split_ticket(ticket_id=ticket.pk, message_ids=messages_of(ticket)[2:], actor=actor)
    undo_move(ticket_id=ticket.pk, sequence=last_given(ticket), actor=actor)
    made.refresh_from_db()
    assert (made.status, made.merged_into) == ("closed", ticket)
    assert facts_of(made).excluded_because == "merged"
    for verb, code in ((lambda: unmerge_ticket(ticket_id=made.pk, actor=actor), "not_merged"),
                       (lambda: undo_move(ticket_id=ticket.pk, sequence=last_given(ticket), actor=actor), "undone_already")):  # fmt: skip
        with pytest.raises(Conflict) as refused:
            verb()
        assert refused.value.code == code


STEPS = st.lists(
    st.sampled_from(["customer", "robot", "reply", "note", "hold", "pending", "read", "resolve", "day", "minute"]),
    min_size=2,
    max_size=10,
)


@pytest.fixture
def chat(agent):
    return make_channel(kind="email", slug="any", config={"address": "any@desk.example"})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, picks=st.data())
def test_split_and_undo_is_the_start_again(chat, agent, sent, steps, picks):
    """Whatever has happened on the ticket: the row, the messages' contacts, the conversations and the facts."""
    actor = Actor.agent(agent)
    with time_machine.travel(START, tick=False) as clock:
        ticket = make_ticket(chat, text="The beginning")
        token = ticket.messages.get().conversation.reply_token
        for number, step in enumerate(steps):
            clock.shift(timedelta(seconds=1))
            play(step, ticket, token, chat, actor, clock, number)
        send_due_messages()
        clock.shift(timedelta(minutes=1))
        chosen = picks.draw(st.sets(st.sampled_from(messages_of(ticket)), min_size=1))
        before, facts = picture(ticket), facts_of(ticket)
        try:
            made = split_ticket(ticket_id=ticket.pk, message_ids=chosen, actor=actor)
        except (Conflict, InvalidInput):
            assert (picture(ticket), facts_of(ticket)) == (before, facts)
            return
        for one in (ticket, made):
            one.refresh_from_db()
            values = facts_of(one)
            assert (values.customer_message_count, values.contact_count) == (
                one.messages.filter(direction="in").count(),
                one.contact_number,
            )
            assert (values.agent_reply_count, values.opened_at) == (one.agent_reply_count, one.opened_at)
        undo_move(ticket_id=ticket.pk, sequence=last_given(ticket), actor=actor)
        after = facts_of(ticket)
        after.last_sequence = facts.last_sequence
        assert (picture(ticket), after) == (before, facts)
        assert Ticket.objects.get(pk=made.pk).messages.count() == 0


def play(step, ticket, token, channel, actor, clock, number):
    try:
        match step:
            case "customer":
                receive_message(channel, thread_tokens=[token], text=f"Word {number}", sent_at=now())
            case "robot":
                receive_message(channel, thread_tokens=[token], text="Away", is_auto_reply=True)
            case "reply":
                reply_to_ticket(ticket_id=ticket.pk, actor=actor, text=f"Answer {number}")
                send_due_messages()
            case "note":
                add_note(ticket_id=ticket.pk, actor=actor, text="A note")
            case "hold":
                put_on_hold(ticket_id=ticket.pk, actor=actor)
            case "pending":
                set_pending(ticket_id=ticket.pk, actor=actor)
            case "read":
                mark_read(ticket_id=ticket.pk, actor=actor)
            case "resolve":
                resolve_ticket(ticket_id=ticket.pk, actor=actor)
            case "day":
                clock.shift(timedelta(hours=13))
            case "minute":
                clock.shift(timedelta(minutes=7))
    except Conflict:
        pass
