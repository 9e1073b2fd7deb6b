"""Merging two tickets, and taking it back."""

import pytest

from helpdesk.common.errors import Conflict, InvalidInput
from tests.factories import make_ticket, receive_message
from tickets.models import Conversation, Ticket
from tickets.services.actors import Actor
from tickets.services.lifecycle import mark_spam, resolve_ticket, unmark_spam
from tickets.services.merging import merge_tickets, unmerge_ticket

pytestmark = pytest.mark.django_db
FIELDS = ("status", "merged_into", "waiting_since", "last_message_at", "preview")


def snapshot(ticket):
    return Ticket.objects.filter(pk=ticket.pk).values(*FIELDS).get() | {
        "messages": list(ticket.messages.order_by("id").values_list("pk", flat=True)),
        "conversations": list(Conversation.objects.filter(active_ticket=ticket).values_list("pk", flat=True)),
    }


@pytest.fixture
def pair(email_channel):
    return make_ticket(email_channel, text="first"), make_ticket(email_channel, text="second")


def test_merged_ticket_gives_its_messages_and_conversations_away(pair, agent):
    loser, winner = pair
    merge_tickets(ticket_id=loser.pk, into_ticket_id=winner.pk, actor=Actor.agent(agent))
    loser.refresh_from_db()
    winner.refresh_from_db()
    assert (loser.status, loser.merged_into) == ("closed", winner)
    assert winner.messages.count() == 2
    assert Conversation.objects.filter(active_ticket=winner).count() == 2
    assert winner.unread_count == 2
    assert winner.waiting_since == winner.messages.order_by("sort_at")[0].sort_at
    assert not Ticket.objects.counted().filter(pk=loser.pk).exists()


def test_customer_answer_to_the_merged_ticket_reaches_the_other(pair, agent, email_channel):
    loser, winner = pair
    token = Conversation.objects.get(active_ticket=loser).reply_token
    merge_tickets(ticket_id=loser.pk, into_ticket_id=winner.pk, actor=Actor.agent(agent))
    assert receive_message(email_channel, thread_tokens=[token]).ticket_id == winner.pk


def test_merge_and_undo_is_the_start_again(pair, agent):
    loser, winner = pair
    before = snapshot(loser), snapshot(winner)
    merge_tickets(ticket_id=loser.pk, into_ticket_id=winner.pk, actor=Actor.agent(agent))
    unmerge_ticket(ticket_id=loser.pk, actor=Actor.agent(agent))
    assert (snapshot(loser), snapshot(winner)) == before


def test_open_ticket_merged_into_a_resolved_one_opens_it(pair, agent):
    loser, winner = pair
    resolve_ticket(ticket_id=winner.pk, actor=Actor.agent(agent))
    merge_tickets(ticket_id=loser.pk, into_ticket_id=winner.pk, actor=Actor.agent(agent))
    winner.refresh_from_db()
    assert (winner.status, winner.closes_at) == ("open", None)


def test_ticket_is_not_merged_into_itself_nor_into_a_closed_one(pair, agent):
    loser, winner = pair
    with pytest.raises(InvalidInput):
        merge_tickets(ticket_id=loser.pk, into_ticket_id=loser.pk, actor=Actor.agent(agent))
    mark_spam(ticket_id=winner.pk, actor=Actor.agent(agent))
    with pytest.raises(Conflict):
        merge_tickets(ticket_id=loser.pk, into_ticket_id=winner.pk, actor=Actor.agent(agent))


def test_spam_leaves_the_figures_and_comes_back(email_channel, agent):
    ticket = make_ticket(email_channel)
    conversation = Conversation.objects.get()
    mark_spam(ticket_id=ticket.pk, actor=Actor.agent(agent))
    conversation.refresh_from_db()
    assert conversation.active_ticket is None
    assert not Ticket.objects.counted().exists()
    unmark_spam(ticket_id=ticket.pk, actor=Actor.agent(agent))
    ticket.refresh_from_db()
    conversation.refresh_from_db()
    assert (ticket.status, ticket.is_spam, conversation.active_ticket) == ("open", False, ticket)
    assert ticket.waiting_since is not None


def test_merge_is_not_undone_while_the_other_ticket_is_merged_further(pair, agent, email_channel):
    loser, winner = pair
    last = make_ticket(email_channel, text="third")
    actor = Actor.agent(agent)
    merge_tickets(ticket_id=loser.pk, into_ticket_id=winner.pk, actor=actor)
    merge_tickets(ticket_id=winner.pk, into_ticket_id=last.pk, actor=actor)
    with pytest.raises(Conflict) as refused:
        unmerge_ticket(ticket_id=loser.pk, actor=actor)
    assert refused.value.code == "merged_further"
    unmerge_ticket(ticket_id=winner.pk, actor=actor)
    unmerge_ticket(ticket_id=loser.pk, actor=actor)
    assert [ticket.messages.count() for ticket in (loser, winner, last)] == [1, 1, 1]


def test_ticket_taken_out_of_spam_by_undoing_the_merge_hears_its_customer_again(pair, agent, email_channel):
    loser, winner = pair
    token = Conversation.objects.get(active_ticket=loser).reply_token
    merge_tickets(ticket_id=loser.pk, into_ticket_id=winner.pk, actor=Actor.agent(agent))
    mark_spam(ticket_id=winner.pk, actor=Actor.agent(agent))
    unmerge_ticket(ticket_id=loser.pk, actor=Actor.agent(agent))
    assert receive_message(email_channel, thread_tokens=[token]).ticket_id == loser.pk
