"""What a mail claims about its sender gives nobody a right: not an agent's address, not a copy, not a known number."""

import pytest

from channels_app.adapters.base import RawEvent
from channels_app.services.storing import store_events
from tests.factories import make_ticket
from tickets.models import Conversation, ConversationParticipant, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.processing import process_event
from tickets.services.replies import add_note, reply_to_ticket

pytestmark = pytest.mark.django_db


def deliver(channel, *headers, text="Please refund them at once."):
    """Store and process one mail as it would come from outside."""
    lines = [*headers, "Subject: Re: My parcel is late", "", text, ""]
    event = RawEvent(body="\r\n".join(lines).encode(), source="smtp")
    return process_event(event_id=store_events(channel=channel, events=[event])[0])[0]


@pytest.fixture
def answered(email_channel, agent):
    """A ticket that the agent answered; his mail, with our token in its id, is known to whoever got it."""
    ticket = make_ticket(email_channel)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="We look into it.")
    return Ticket.objects.get(pk=ticket.pk)


@pytest.mark.parametrize("claim", ["From: Ana Agent <{0}>", "From: {0}\r\nSender: {0}\r\nReply-To: {0}"])
def test_mail_from_the_address_of_an_agent_is_never_work_of_an_agent(email_channel, agent, answered, claim):
    """Even with the token in hand: no reply to the customer, no note, no change of the ticket that it speaks of."""
    sent = answered.messages.get(author="agent")
    before = Ticket.objects.filter(pk=answered.pk).values().get()
    filed = deliver(email_channel, claim.format(agent.email), f"In-Reply-To: <{sent.external_id}>")
    message = Message.objects.get(pk=filed.message_id)
    assert (message.author, message.author_agent_id, message.direction) == ("customer", None, "in")
    assert message.delivery_state == ""
    other = Ticket.objects.get(pk=filed.ticket_id)
    assert (other.pk != answered.pk, other.notice) == (True, f"not_a_participant:{answered.number}")
    assert (other.assignee_id, other.first_response_at) == (None, None)
    assert Ticket.objects.filter(pk=answered.pk).values().get() == before
    assert not Message.objects.filter(ticket=other).exclude(pk=message.pk).exists()


def test_agent_who_lost_his_access_gets_in_by_no_old_mail(email_channel, agent, answered):
    sent = answered.messages.get(author="agent")
    type(agent).objects.filter(pk=agent.pk).update(is_active=False)
    filed = deliver(email_channel, f"From: {agent.email}", f"In-Reply-To: <{sent.external_id}>")
    assert filed.ticket_id != answered.pk


@pytest.mark.parametrize(
    "clue", ["Subject: [#{number}]", "In-Reply-To: <{number}@desk.example>", "X-Helpdesk-Ticket: {number}"]
)
def test_number_of_a_ticket_opens_it_to_nobody(email_channel, answered, clue):
    filed = deliver(email_channel, "From: eve@elsewhere.example", clue.format(number=answered.number))
    assert filed.ticket_id != answered.pk


def test_stranger_in_the_copy_of_a_customers_mail_learns_nothing(email_channel, agent, answered):
    """He is shown as copied; no later answer goes to him, and none quotes what was said before."""
    token = Conversation.objects.get(active_ticket=answered).reply_token
    sent = answered.messages.get(author="agent")
    add_note(ticket_id=answered.pk, actor=Actor.agent(agent), text="He is a difficult one.")
    deliver(
        email_channel,
        "From: carla@customer.example",
        "Cc: eve@elsewhere.example",
        f"In-Reply-To: <{sent.external_id}>",
    )
    reply = reply_to_ticket(ticket_id=answered.pk, actor=Actor.agent(agent), text="It arrives tomorrow.")
    assert list(reply.recipients.values_list("address", flat=True)) == ["carla@customer.example"]
    assert "We look into it" not in reply.text
    assert not ConversationParticipant.objects.filter(
        conversation__reply_token=token, identity__address="eve@elsewhere.example", role="added"
    ).exists()


def test_stranger_who_is_copied_by_an_agent_gets_the_answer_without_the_history(email_channel, agent, answered):
    reply = reply_to_ticket(
        ticket_id=answered.pk, actor=Actor.agent(agent), text="It arrives tomorrow.", cc=["dora@elsewhere.example"]
    )
    assert "Where is my parcel" not in reply.text + reply.html
    assert "We look into it" not in reply.text + reply.html
