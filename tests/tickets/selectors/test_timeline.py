"""What the workspace reads of one ticket."""

from typing import Any

import pytest

from helpdesk.common.clock import now
from tests.factories import make_ticket, receive_message
from tickets.models import Message, Ticket
from tickets.selectors.timeline import (
    SHOWN_CHARACTERS,
    conversations_of,
    read_changes,
    read_timeline,
    workspace_tickets,
)
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket
from tickets.services.drafts import save_draft
from tickets.services.merging import merge_tickets
from tickets.services.replies import add_note, reply_to_ticket

pytestmark = pytest.mark.django_db


def thread(channel: Any, count: int) -> Ticket:
    """A ticket with ``count`` messages of its customer, all at one instant."""
    ticket = make_ticket(channel)
    token = ticket.active_conversations.get().reply_token
    for number in range(1, count):
        receive_message(channel, text=f"message {number}", thread_tokens=(token,))
    Message.objects.filter(ticket=ticket).update(sort_at=now())
    return ticket


def test_older_pages_have_no_gap_and_no_repeat_among_equal_times(email_channel: Any) -> None:
    ticket = thread(email_channel, 11)
    seen: list[int] = []
    before = None
    while True:
        page = read_timeline(ticket_id=ticket.pk, before=before, size=4)
        seen = [message.pk for message in page.messages] + seen
        if page.older is None:
            break
        before = page.older
    assert seen == list(Message.objects.filter(ticket=ticket).order_by("sort_at", "pk").values_list("pk", flat=True))


def test_changes_behind_a_sequence_are_the_new_messages_and_events(email_channel: Any, agent: Any) -> None:
    ticket = make_ticket(email_channel)
    seen = ticket.event_sequence
    note = add_note(ticket_id=ticket.pk, actor=Actor.agent(agent), text="look at this")
    assign_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), assignee_id=agent.pk)
    changes = read_changes(ticket_id=ticket.pk, after=seen)
    assert [message.pk for message in changes.messages] == [note.pk]
    assert [event.kind for event in changes.events] == ["ticket.noted", "ticket.assigned"]
    assert changes.events[-1].assignee_name == "Ana Agent"
    ticket.refresh_from_db()
    assert changes.sequence == ticket.event_sequence
    assert not changes.has_more


def test_message_of_another_ticket_is_no_change_of_this_one(email_channel: Any, agent: Any) -> None:
    loser, winner = make_ticket(email_channel), make_ticket(email_channel)
    seen = loser.event_sequence
    moved = reply_to_ticket(ticket_id=loser.pk, actor=Actor.agent(agent), text="hello")
    merge_tickets(ticket_id=loser.pk, into_ticket_id=winner.pk, actor=Actor.agent(agent))
    changes = read_changes(ticket_id=loser.pk, after=seen)
    assert moved.pk not in [message.pk for message in changes.messages]
    merged = next(event for event in changes.events if event.kind == "ticket.merged")
    assert merged.other_number == winner.number


def test_long_text_is_cut_and_quotes_are_left_out(email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    message = ticket.messages.get()
    Message.objects.filter(pk=message.pk).update(text="x" * 9000, reply_text="x" * 9000)
    shown = read_timeline(ticket_id=ticket.pk).messages[0]
    assert (len(shown.shown_text), shown.is_cut, shown.has_whole) == (SHOWN_CHARACTERS, True, True)
    Message.objects.filter(pk=message.pk).update(text="yes\n> really?", reply_text="yes")
    shown = read_timeline(ticket_id=ticket.pk).messages[0]
    assert (shown.shown_text, shown.is_cut, shown.has_whole) == ("yes", False, True)


def test_conversation_where_the_customer_wrote_last_comes_first(
    email_channel: Any, api_channel: Any, agent: Any
) -> None:
    mail, shop = make_ticket(email_channel), make_ticket(api_channel)
    merge_tickets(ticket_id=mail.pk, into_ticket_id=shop.pk, actor=Actor.agent(agent))
    assert [way.channel for way in conversations_of(ticket_id=shop.pk)] == [api_channel, email_channel]


def test_drafts_are_those_of_the_agent_who_looks(email_channel: Any, agent: Any, lead: Any) -> None:
    ticket = make_ticket(email_channel)
    save_draft(ticket_id=ticket.pk, actor=Actor.agent(agent), kind="message", text="dear")
    assert workspace_tickets(agent).get(pk=ticket.pk).draft_list == [{"kind": "message", "text": "dear"}]
    assert workspace_tickets(lead).get(pk=ticket.pk).draft_list == []
