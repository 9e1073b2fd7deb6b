"""Answers over the API that are more than text: templates, buttons, public ones, and a first word on a channel with a window."""

from datetime import timedelta

import pytest

from channels_app.adapters.base import Address
from channels_app.models import MessageTemplate
from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket
from tickets.models import Conversation, Message, Ticket

pytestmark = pytest.mark.django_db

CUSTOMER = Address(address="+4917055501234", name="Sheena")


@pytest.fixture
def channel(db):
    channel = make_channel(kind="whatsapp", slug="wa")
    MessageTemplate.objects.create(
        channel=channel, name="late", language="en", body="Hello {{1}}, {{2}} is late.", variables=["1", "2"]
    )
    return channel


@pytest.fixture
def post(client):
    return lambda path, body: client.post(f"/api/v1{path}", body, content_type="application/json")


def reply(post, ticket, **body):
    return post(f"/tickets/{ticket.pk}/reply/", body)


def close_window():
    Conversation.objects.update(last_customer_message_at=now() - timedelta(hours=25))


def test_template_goes_out_after_the_window(post, channel):
    ticket = make_ticket(channel, sender=CUSTOMER)
    close_window()
    refused = reply(post, ticket, text="It is late.")
    assert (refused.status_code, refused.json()["code"]) == (422, "window_closed")
    use = {"name": "late", "language": "en", "variables": ["Sheena", "your parcel"]}
    answer = reply(post, ticket, template=use)
    assert answer.status_code == 201, answer.content
    assert answer.json()["text"] == "Hello Sheena, your parcel is late."
    assert Message.objects.get(direction="out").details["template"]["names"] == ["1", "2"]


WRONG = {
    "unknown_template": {"name": "late", "language": "de", "variables": ["a", "b"]},
    "open_placeholder": {"name": "late", "language": "en", "variables": ["a"]},
}


@pytest.mark.parametrize(("code", "use"), WRONG.items(), ids=WRONG.keys())
def test_template_that_cannot_be_sent_is_refused_at_its_field(post, channel, code, use):
    answer = reply(post, make_ticket(channel, sender=CUSTOMER), template=use)
    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert not Message.objects.filter(direction="out").exists()


def test_buttons_go_out_under_the_text(post, channel):
    choices = [{"payload": "y", "title": "Yes"}, {"payload": "n", "title": "No", "description": "not today"}]
    answer = reply(post, make_ticket(channel, sender=CUSTOMER), text="Shall we?", choices=choices)
    assert answer.status_code == 201, answer.content
    kept = Message.objects.get(direction="out").details["choices"]
    assert [(one["payload"], one["description"]) for one in kept] == [("y", ""), ("n", "not today")]


def test_what_the_channel_cannot_carry_is_refused_at_its_field(post, email_channel, channel):
    choice = {"payload": "y", "title": "Yes"}
    answer = reply(post, make_ticket(email_channel), text="Shall we?", choices=[choice])
    assert (answer.status_code, answer.json()["fields"]) == (422, {"choices": "not supported"})
    answer = reply(post, make_ticket(channel, sender=CUSTOMER), text="x" * 4097)
    assert (answer.status_code, answer.json()["code"]) == (422, "text_too_long")


def test_public_answer_must_be_said_to_be_one(post, channel):
    ticket = make_ticket(channel, sender=CUSTOMER)
    Conversation.objects.update(visibility="public")
    answer = reply(post, ticket, text="Thank you")
    assert (answer.status_code, answer.json()["code"]) == (422, "would_be_public")
    Conversation.objects.update(visibility="private")
    answer = reply(post, ticket, text="Thank you", visibility="public")
    assert (answer.status_code, answer.json()["code"]) == (422, "would_be_private")


@pytest.mark.parametrize(
    "body",
    [
        {"template": {"name": "late"}},
        {"template": {"name": "late", "language": "en", "variables": "a"}},
        {"template": "late"},
        {"choices": [{"title": "Yes"}]},
        {"choices": "Yes"},
        {"visibility": "secret"},
        {"asks_for": "money"},
    ],
    ids=str,
)
def test_wrong_shapes_are_refused_by_name(post, channel, body):
    answer = reply(post, make_ticket(channel, sender=CUSTOMER), text="x", **body)
    assert answer.status_code == 400
    assert any(name.partition(".")[0] in body for name in answer.json()["fields"])


def test_first_word_needs_a_template_where_the_provider_wants_one(post, channel):
    body = {"channel": channel.pk, "address": "+49 170 5550 1234", "subject": "Your parcel", "text": "Hello"}
    refused = post("/tickets/", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "window_closed")
    assert not Ticket.objects.exists()
    use = {"name": "late", "language": "en", "variables": ["Sheena", "your parcel"]}
    answer = post("/tickets/", body | {"text": "", "template": use})
    assert answer.status_code == 201, answer.content
    message = Message.objects.get()
    assert message.text == "Hello Sheena, your parcel is late."
    assert message.recipients.get().address == "+4917055501234"
