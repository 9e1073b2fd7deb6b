"""Several conversations on one ticket."""

import pytest

from channels_app.adapters.base import Address
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import Conversation, CustomerIdentity, Team, TeamMembership, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.lifecycle import mark_spam
from tickets.services.linking import link_conversation, start_conversation, unlink_conversation
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(email_channel):
    """Two threads of one customer, each with its ticket."""
    return make_ticket(email_channel, text="first"), make_ticket(email_channel, text="second")


def kinds(ticket):
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("sequence").values_list("kind", flat=True))


def test_linked_conversation_brings_its_next_message_here_and_leaves_its_history_there(pair, agent, email_channel):
    here, there = pair
    conversation = there.messages.get().conversation
    link_conversation(ticket_id=here.pk, conversation_id=conversation.pk, actor=Actor.agent(agent))
    again = receive_message(email_channel, thread_tokens=[conversation.reply_token], text="third")
    assert again.ticket_id == here.pk
    assert (here.messages.count(), there.messages.count()) == (2, 1)
    assert (kinds(here)[-2], kinds(there)[-1]) == ("conversation.linked", "conversation.unlinked")


def test_link_and_unlink_is_the_start_again(pair, agent):
    here, there = pair
    conversation = there.messages.get().conversation
    link_conversation(ticket_id=here.pk, conversation_id=conversation.pk, actor=Actor.agent(agent))
    unlink_conversation(ticket_id=here.pk, conversation_id=conversation.pk, actor=Actor.agent(agent))
    conversation.refresh_from_db()
    assert conversation.active_ticket == there


def test_unlinked_conversation_whose_ticket_is_closed_has_none(pair, agent):
    here, there = pair
    actor = Actor.agent(agent)
    conversation = there.messages.get().conversation
    link_conversation(ticket_id=here.pk, conversation_id=conversation.pk, actor=actor)
    mark_spam(ticket_id=there.pk, actor=actor)
    unlink_conversation(ticket_id=here.pk, conversation_id=conversation.pk, actor=actor)
    conversation.refresh_from_db()
    assert conversation.active_ticket is None


def test_only_conversations_of_the_customer_are_linked_and_only_linked_ones_let_go(pair, agent, email_channel):
    here, there = pair
    actor = Actor.agent(agent)
    own, foreign = here.messages.get().conversation, there.messages.get().conversation
    stranger = make_ticket(email_channel, sender=Address(address="mallory@customer.example")).messages.get()
    for conversation, error, code in (
        (own, Conflict, "linked_already"),
        (stranger.conversation, InvalidInput, "other_customer"),
    ):
        with pytest.raises(error) as refused:
            link_conversation(ticket_id=here.pk, conversation_id=conversation.pk, actor=actor)
        assert refused.value.code == code
    with pytest.raises(Conflict):
        unlink_conversation(ticket_id=here.pk, conversation_id=foreign.pk, actor=actor)


def test_agent_answers_on_another_channel_from_the_same_ticket(agent, api_channel, email_channel):
    ticket = make_ticket(api_channel, sender=Address(address="user-7", name="Carla"), text="Hello")
    CustomerIdentity.objects.create(customer=ticket.customer, kind="email", address="carla@customer.example")
    actor = Actor.agent(agent)
    conversation = start_conversation(ticket_id=ticket.pk, channel_id=email_channel.pk, actor=actor)
    reply = reply_to_ticket(ticket_id=ticket.pk, conversation_id=conversation.pk, actor=actor, text="By mail now")
    assert (reply.channel, reply.recipients.get().address) == (email_channel, "carla@customer.example")
    back = receive_message(
        email_channel,
        sender=Address(address="carla@customer.example"),
        thread_tokens=[conversation.reply_token],
        text="Got it",
    )
    assert back.ticket_id == ticket.pk


def test_chat_that_is_there_already_is_taken_up_and_let_go_again(agent, api_channel, email_channel):
    chat = make_ticket(api_channel, sender=Address(address="user-7", name="Carla"), text="Hello")
    mail = make_ticket(email_channel, sender=Address(address="carla@customer.example"))
    CustomerIdentity.objects.filter(kind="email").update(customer=chat.customer)
    type(mail).objects.filter(pk=mail.pk).update(customer=chat.customer)
    actor = Actor.agent(agent)
    conversation = start_conversation(ticket_id=mail.pk, channel_id=api_channel.pk, actor=actor)
    assert conversation == chat.messages.get().conversation
    assert conversation.active_ticket == mail
    unlink_conversation(ticket_id=mail.pk, conversation_id=conversation.pk, actor=actor)
    conversation.refresh_from_db()
    assert conversation.active_ticket == chat


def test_conversation_of_a_private_teams_case_is_not_taken_away_by_who_may_not_see_it(
    agent, api_channel, email_channel
):
    secret = make_ticket(api_channel, sender=Address(address="user-7", name="Carla"), text="To the works council")
    mail = make_ticket(email_channel, sender=Address(address="carla@customer.example"))
    CustomerIdentity.objects.filter(kind="email").update(customer=secret.customer)
    Ticket.objects.filter(pk=mail.pk).update(customer=secret.customer)
    council = Team.objects.create(name="Works council", is_private=True)
    Ticket.objects.filter(pk=secret.pk).update(team=council)
    conversation = secret.messages.get().conversation
    for take in (
        lambda: start_conversation(ticket_id=mail.pk, channel_id=api_channel.pk, actor=Actor.agent(agent)),
        lambda: link_conversation(ticket_id=mail.pk, conversation_id=conversation.pk, actor=Actor.agent(agent)),
    ):
        with pytest.raises(Conflict) as refused:
            take()
        assert refused.value.code == "hidden_case"
    again = receive_message(api_channel, sender=Address(address="user-7", name="Carla"), text="One thing more")
    assert again.ticket_id == secret.pk
    TeamMembership.objects.create(team=council, user=agent)
    start_conversation(ticket_id=mail.pk, channel_id=api_channel.pk, actor=Actor.agent(agent))


def test_conversation_is_not_started_where_the_customer_has_no_address(agent, email_channel):
    ticket = make_ticket(email_channel)
    actor = Actor.agent(agent)
    with pytest.raises(InvalidInput) as refused:
        start_conversation(ticket_id=ticket.pk, channel_id=make_channel(kind="api").pk, actor=actor)
    assert refused.value.code == "no_address"
    email_channel.is_active = False
    email_channel.save()
    with pytest.raises(NotVisible):
        start_conversation(ticket_id=ticket.pk, channel_id=email_channel.pk, actor=actor)
    assert Conversation.objects.count() == 1


def test_caller_who_shows_anothers_number_takes_no_talk_from_a_private_team(pair, agent):
    here, there = pair
    board = Team.objects.create(name="Board", is_private=True)
    Ticket.objects.filter(pk=there.pk).update(team=board)
    conversation = there.messages.get().conversation
    with pytest.raises(Conflict) as refused:
        link_conversation(ticket_id=here.pk, conversation_id=conversation.pk, actor=Actor.bot())
    assert refused.value.code == "hidden_case"
    conversation.refresh_from_db()
    assert conversation.active_ticket_id == there.pk
