"""Asking a customer for something, and noticing that it has come."""

import pytest
import time_machine

from channels_app.adapters.base import Address, InboundAttachment, Receipt
from channels_app.adapters.email.adapter import EmailAdapter
from helpdesk.common.errors import Conflict, InvalidInput, Unprocessable
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import Conversation, InformationRequest, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.asking import ask_for, cancel_request, make_token, request_of_token, upload_url
from tickets.services.delivery import send_due_messages
from tickets.services.lifecycle import set_pending
from tickets.services.merging import merge_tickets, unmerge_ticket
from tickets.services.unsending import undo_send

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
PHOTO = InboundAttachment(name="lamp.png", content_type="image/png", content=PNG)
PAPER = InboundAttachment(name="bill.pdf", content_type="application/pdf", content=b"%PDF-1.7 bill")


@pytest.fixture
def outbox(monkeypatch):
    """What left by mail."""
    left = []
    monkeypatch.setattr(EmailAdapter, "send", lambda self, message: left.append(message) or Receipt())
    return left


@pytest.fixture
def ticket(email_channel):
    return make_ticket(email_channel)


def ask(ticket, agent, kind="photo", **values):
    return ask_for(ticket_id=ticket.pk, kind=kind, actor=Actor.agent(agent), **values)


def answer(ticket, channel, **values):
    token = ticket.messages.order_by("pk")[0].conversation.reply_token
    return receive_message(channel, thread_tokens=[token], **values)


def states(ticket):
    return dict(InformationRequest.objects.filter(ticket=ticket).values_list("kind", "state"))


def test_ticket_waits_for_the_customer_and_knows_what_is_missing(ticket, agent):
    request = ask(ticket, agent)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.missing_count, ticket.assignee) == ("pending", 1, agent)
    assert (request.state, request.message.reply_text) == ("asked", "Could you please send us a photo?")
    assert TicketEvent.objects.filter(ticket=ticket, kind="information.asked").count() == 1


@pytest.mark.parametrize(
    ("language", "words"), [("de-AT", "Könnten Sie"), ("fr", "Pourriez-vous"), ("ar", "هل يمكنك"), ("xx", "Could you")]
)
def test_question_is_asked_in_the_customers_language(ticket, agent, language, words):
    Ticket.objects.filter(pk=ticket.pk).update(language=language)
    assert ask(ticket, agent).message.reply_text.startswith(words)


def test_link_is_put_in_when_the_message_leaves_and_is_stored_nowhere(ticket, agent, outbox):
    agent.signature = "Ana from Acme"
    agent.save()
    request = ask(ticket, agent, text="A photo of the lamp, please.")
    send_due_messages()
    link = upload_url(request)
    assert outbox[0].text.startswith(
        f"A photo of the lamp, please.\n\nYou can send it to us safely here: {link}\n\n-- \n"
    )
    assert link in outbox[0].html
    token = make_token(request)
    stored = InformationRequest.objects.filter(pk=request.pk).values().get()
    stored |= request.message.__class__.objects.filter(pk=request.message_id).values().get()
    assert token not in str(stored)
    assert token[32:] not in str(stored)
    assert bytes(stored["token_hash"]) != token.encode()
    assert request_of_token(token) == request


def test_channel_that_can_ask_for_a_place_itself_does(agent):
    channel = make_channel(kind="telegram", slug="tele")
    ticket = make_ticket(channel, sender=Address(address="77", name="Carla"))
    request = ask(ticket, agent, "location")
    assert (request.message.details, request.token_hash) == ({"asks_for": "location"}, None)


def test_photo_that_arrives_is_what_was_asked_for_and_opens_the_ticket(ticket, agent, email_channel):
    ask(ticket, agent)
    filed = answer(ticket, email_channel, attachments=[PHOTO], text="Here")
    ticket.refresh_from_db()
    request = InformationRequest.objects.get()
    assert (ticket.status, ticket.missing_count) == ("open", 0)
    assert (request.state, request.received_message_id) == ("received", filed.message_id)


def test_words_do_not_answer_for_a_photo_and_one_photo_not_for_two_things(ticket, agent, email_channel):
    ask(ticket, agent, "document")
    ask(ticket, agent, "photo")
    answer(ticket, email_channel, text="I will look for it")
    assert states(ticket) == {"photo": "asked", "document": "asked"}
    answer(ticket, email_channel, attachments=[PHOTO])
    assert states(ticket) == {"photo": "received", "document": "asked"}
    answer(ticket, email_channel, attachments=[PAPER])
    assert states(ticket) == {"photo": "received", "document": "received"}


@pytest.mark.parametrize(
    ("kind", "values", "is_answer"),
    [
        ("order_number", {"text": "It is AC-20931"}, True),
        ("order_number", {"text": "No idea, sometime in 2025"}, False),
        ("location", {"text": "see map", "details": {"location": {"latitude": 1.5, "longitude": 2}}}, True),
        ("location", {"text": "at home"}, False),
        ("text", {"text": "The blue one"}, True),
        ("document", {"attachments": [PHOTO]}, True),
    ],
)
def test_fitting_answer_is_noticed(ticket, agent, email_channel, kind, values, is_answer):
    ask(ticket, agent, kind, text="Please tell us")
    answer(ticket, email_channel, **values)
    assert states(ticket)[kind] == ("received" if is_answer else "asked")


def test_robots_answer_brings_nothing(ticket, agent, email_channel):
    ask(ticket, agent, "text", text="Which colour?")
    answer(ticket, email_channel, text="I am away", is_auto_reply=True)
    assert states(ticket) == {"text": "asked"}


def test_same_thing_is_not_asked_for_twice_at_once(ticket, agent):
    ask(ticket, agent)
    with pytest.raises(Conflict) as refused:
        ask(ticket, agent)
    assert refused.value.code == "asked_already"


def test_unknown_things_and_empty_questions_are_refused(ticket, agent):
    with pytest.raises(InvalidInput):
        ask(ticket, agent, "kidney")
    with pytest.raises(Unprocessable):
        ask(ticket, agent, "text", text="  ")


def test_nothing_is_asked_for_where_everybody_reads_it(agent):
    channel = make_channel(kind="api", slug="wall")
    ticket = make_ticket(channel)
    Conversation.objects.update(visibility="public")
    with pytest.raises(Unprocessable) as refused:
        ask(ticket, agent)
    assert refused.value.code == "would_be_public"
    assert InformationRequest.objects.count() == 0


def test_cancelled_request_is_missing_no_more_and_cannot_be_cancelled_again(ticket, agent):
    request = ask(ticket, agent)
    cancel_request(request_id=request.pk, actor=Actor.agent(agent))
    ticket.refresh_from_db()
    assert (ticket.missing_count, states(ticket)) == (0, {"photo": "cancelled"})
    with pytest.raises(Conflict):
        cancel_request(request_id=request.pk, actor=Actor.agent(agent))


def test_question_taken_back_before_it_left_was_never_asked(ticket, agent):
    request = ask(ticket, agent, undo_seconds=30)
    undo_send(message_id=request.message_id, actor=Actor.agent(agent))
    ticket.refresh_from_db()
    assert (ticket.missing_count, ticket.status, states(ticket)) == (0, "new", {"photo": "cancelled"})


def test_what_is_missing_goes_with_a_merge_and_comes_back(ticket, agent, email_channel):
    other = make_ticket(email_channel, text="another")
    actor = Actor.agent(agent)
    ask(ticket, agent)
    merge_tickets(ticket_id=ticket.pk, into_ticket_id=other.pk, actor=actor)
    assert Ticket.objects.get(pk=other.pk).missing_count == 1
    unmerge_ticket(ticket_id=ticket.pk, actor=actor)
    assert [Ticket.objects.get(pk=one.pk).missing_count for one in (ticket, other)] == [1, 0]


def test_link_ends_after_two_weeks(ticket, agent):
    with time_machine.travel("2026-03-02T09:00:00Z", tick=False) as clock:
        request = ask(ticket, agent)
        assert (request.expires_at - request.message.sort_at).days == 14
        clock.shift(60)
        set_pending(ticket_id=ticket.pk, actor=Actor.agent(agent))
    assert request_of_token(make_token(request)) == request
