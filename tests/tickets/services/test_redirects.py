"""From public to private, and the public line at the end."""

import pytest

from channels_app.adapters.base import Address, Receipt
from channels_app.adapters.messenger.adapter import MessengerAdapter
from helpdesk.common.errors import Conflict, Unprocessable
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import Conversation, CustomerIdentity, PublicText, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.lifecycle import resolve_ticket
from tickets.services.redirects import (
    best_private_link,
    closing_offer,
    leave_without_closing_line,
    move_to_private,
    redirect_offer,
    write_closing_line,
)
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db
CARLA = Address(address="4001", name="Carla")


def comment(channel, **values):
    """A ticket that a public comment opened."""
    return Ticket.objects.get(
        pk=receive_message(
            channel,
            **{
                "sender": CARLA,
                "is_public": True,
                "thread_id": "post-1:4001",
                "external_id": "comment-1",
                "text": "Where is my parcel?",
                "subject": "",
            }
            | values,
        ).ticket_id
    )


@pytest.fixture
def page(db):
    return make_channel(kind="messenger", slug="page", name="Our page")


@pytest.fixture
def left(monkeypatch):
    """What left over Messenger; the person's private address is another one than his public one."""
    sent = []

    def send(self, message):
        sent.append(message)
        is_reply = "private_reply_to" in message.answers_details
        return Receipt(external_id=f"out-{len(sent)}", details={"recipient_id": "9001"} if is_reply else {})

    monkeypatch.setattr(MessengerAdapter, "send", send)
    return sent


def test_comment_is_thanked_in_public_and_answered_in_private_on_the_same_ticket(page, agent, left):
    ticket = comment(page)
    done = move_to_private(ticket_id=ticket.pk, actor=Actor.agent(agent), private_text="Your order number, please?")
    send_due_messages()
    public, private = left
    assert (public.is_public, public.text) == (
        True,
        "Thank you for telling us. So that nobody else reads your details, we have sent you a private message.",
    )
    assert (private.is_public, private.text) == (False, "Your order number, please?")
    assert private.answers_details["private_reply_to"] == "comment-1"
    assert private.answers_at == ticket.messages.order_by("pk")[0].sort_at
    assert done.conversation.redirected_from == done.public_message.conversation
    assert set(Conversation.objects.values_list("visibility", "active_ticket")) == {
        ("public", ticket.pk),
        ("private", ticket.pk),
    }


def test_customer_answers_under_his_private_address_on_the_same_ticket(page, agent, left):
    ticket = comment(page)
    move_to_private(ticket_id=ticket.pk, actor=Actor.agent(agent))
    send_due_messages()
    answer = receive_message(page, sender=Address(address="9001", name="Carla"), text="It is 4711", subject="")
    assert answer.ticket_id == ticket.pk
    assert set(CustomerIdentity.objects.values_list("address", "customer")) == {
        ("4001", ticket.customer_id),
        ("9001", ticket.customer_id),
    }


def test_one_comment_is_answered_in_private_once_and_then_a_link_is_named(page, agent, left, settings):
    settings.SITE_URL = "https://desk.example"
    ticket = comment(page)
    actor = Actor.agent(agent)
    move_to_private(ticket_id=ticket.pk, actor=actor)
    again = move_to_private(ticket_id=ticket.pk, actor=actor)
    assert (again.conversation, again.link) == (None, "https://desk.example/contact/")
    assert again.public_message.reply_text.endswith("https://desk.example/contact/")


def test_second_click_neither_thanks_again_nor_drops_the_private_words(page, agent, left):
    ticket = comment(page)
    actor = Actor.agent(agent)
    move_to_private(ticket_id=ticket.pk, actor=actor, private_text="Your order number, please?")
    before = ticket.messages.count()
    with pytest.raises(Conflict) as refused:
        move_to_private(ticket_id=ticket.pk, actor=actor, private_text="Your order number, please?")
    assert refused.value.code == "no_private_answer"
    assert ticket.messages.count() == before


def test_where_no_private_answer_is_possible_the_best_private_channel_is_named(agent, email_channel):
    wall = make_channel(kind="google_reviews", slug="wall")
    ticket = comment(wall)
    offer = redirect_offer(ticket=ticket)
    assert (offer.way, offer.link) == ("link", "support@desk.example")
    assert "support@desk.example" in offer.text


def test_preferred_channel_of_the_customer_comes_first(agent, email_channel):
    other = make_channel(kind="email", slug="other", config={"address": "other@desk.example"})
    ticket = comment(make_channel(kind="google_reviews", slug="wall"))
    ticket.customer.preferred_channel = other
    assert best_private_link(ticket) == "other@desk.example"


def test_own_words_keep_the_way_out(agent, page, left, settings):
    settings.SITE_URL = "https://desk.example"
    ticket = comment(page, external_id="")
    done = move_to_private(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Sorry to hear that!")
    assert done.public_message.reply_text == "Sorry to hear that!\nhttps://desk.example/contact/"


def test_agent_may_go_on_where_the_customer_is_known(page, agent, email_channel, left):
    ticket = comment(page)
    CustomerIdentity.objects.create(customer=ticket.customer, kind="email", address="carla@customer.example")
    done = move_to_private(ticket_id=ticket.pk, actor=Actor.agent(agent), channel_id=email_channel.pk)
    assert done.private_message.channel == email_channel
    assert done.conversation.redirected_from == done.public_message.conversation


def test_teams_own_sentence_of_the_channel_and_language_comes_first(page, agent, left):
    ticket = comment(page)
    Ticket.objects.update(language="de")
    ticket.refresh_from_db()
    assert redirect_offer(ticket=ticket).text.startswith("Danke, dass Sie uns Bescheid geben.")
    PublicText.objects.create(purpose="private_message", language="de", text="Schauen Sie ins Postfach.")
    PublicText.objects.create(purpose="private_message", language="de", channel=page, text="Bitte ins Postfach sehen.")
    PublicText.objects.create(purpose="private_message", language="fr", text="Regardez vos messages.")
    assert redirect_offer(ticket=ticket).text == "Bitte ins Postfach sehen."


def test_closing_line_is_offered_once_it_was_answered_in_private_and_not_before(page, agent, left):
    ticket = comment(page)
    actor = Actor.agent(agent)
    assert closing_offer(ticket) is None
    done = move_to_private(ticket_id=ticket.pk, actor=actor)
    send_due_messages()
    assert closing_offer(ticket) is None
    receive_message(page, sender=Address(address="9001"), text="It is 4711", subject="")
    assert closing_offer(ticket) is None
    reply_to_ticket(ticket_id=ticket.pk, actor=actor, conversation_id=done.conversation.pk, text="Found it")
    assert closing_offer(ticket).text == "We have been in touch in private about this. Thank you for writing to us."
    line = write_closing_line(ticket_id=ticket.pk, actor=actor, text="Solved, thank you!")
    assert (line.visibility, line.conversation) == ("public", done.public_message.conversation)
    assert closing_offer(ticket) is None


def test_closing_line_is_offered_when_the_case_is_resolved_and_opens_nothing(page, agent, left):
    ticket = comment(page)
    actor = Actor.agent(agent)
    move_to_private(ticket_id=ticket.pk, actor=actor)
    resolve_ticket(ticket_id=ticket.pk, actor=actor)
    ticket.refresh_from_db()
    write_closing_line(ticket_id=ticket.pk, actor=actor)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.reopen_count) == ("resolved", 0)


def test_closing_line_that_nobody_wants_is_offered_no_more(page, agent, left):
    ticket = comment(page)
    actor = Actor.agent(agent)
    move_to_private(ticket_id=ticket.pk, actor=actor)
    resolve_ticket(ticket_id=ticket.pk, actor=actor)
    leave_without_closing_line(ticket_id=ticket.pk, actor=actor)
    with pytest.raises(Conflict):
        write_closing_line(ticket_id=ticket.pk, actor=actor)
    assert TicketEvent.objects.filter(ticket=ticket, kind="ticket.closing_line").count() == 1


def test_private_ticket_is_not_moved(agent, email_channel):
    with pytest.raises(Conflict) as refused:
        move_to_private(ticket_id=make_ticket(email_channel).pk, actor=Actor.agent(agent))
    assert refused.value.code == "not_public"


def test_nothing_is_said_where_one_of_the_two_cannot_be_said(page, agent, left):
    ticket = comment(page)
    page.is_active = False
    page.save()
    with pytest.raises(Unprocessable):
        move_to_private(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert ticket.messages.count() == 1
    assert Conversation.objects.count() == 1
