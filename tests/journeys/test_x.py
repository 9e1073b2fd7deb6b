"""X, end to end: direct messages and mentions in, answered in private and in public, read."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from channels_app.services.polling import poll_channel
from helpdesk.common.clock import now
from helpdesk.common.errors import Unprocessable
from tests.factories import make_channel
from tests.support.desk import answer, call_webhook, timeline
from tests.support.x_fake import OWN_ID, XFake, running_x_fake
from tickets.models import Conversation, Message, Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.processing import process_waiting_events
from tickets.services.replies import reply_to_ticket

PAYLOADS = Path(__file__).resolve().parent.parent / "channels_app" / "adapters" / "x" / "payloads"
pytestmark = pytest.mark.django_db


@pytest.fixture
def x(settings: Any) -> Iterator[XFake]:
    settings.HELPDESK_TRUSTED_HOSTS, settings.HELPDESK_UNDO_SECONDS = ["127.0.0.1"], 0
    with running_x_fake() as fake:
        yield fake


@pytest.fixture
def channel(x):
    return make_channel(kind="x", slug="acme-x", config={**x.config, "delivery": "webhook"}, secrets=x.secrets)


def payload(name):
    return (PAYLOADS / f"{name}.json").read_bytes()


def test_direct_message_is_answered_with_a_picture_and_read(x, channel, agent):
    call_webhook(channel, payload("example"))
    ticket = Ticket.objects.get()
    assert "Is 3 &lt; 5 &amp;amp; true?" in timeline(ticket, agent)
    [sent] = answer(ticket, agent, "It is.", ("proof.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64, "image/png"))
    [(path, body)] = x.sent
    assert path == "/2/dm_conversations/with/3001969357/messages"
    assert body == {"text": "It is.", "attachments": [{"media_id": "9000"}]}
    read = json.loads(payload("mark_read"))
    read["direct_message_mark_read_events"][0]["created_timestamp"] = str(int(now().timestamp() * 1000) + 1000)
    call_webhook(channel, json.dumps(read).encode())
    assert Message.objects.get(pk=sent.pk).delivery_state == "read"


def test_mention_is_answered_in_public_and_nothing_private_leaves_there(x, channel, agent):
    x.files["/media/a.jpg"] = b"\xff\xd8\xff" + b"0" * 60
    post = payload("tweet_create").replace(b"https://pbs.twimg.com", x.http.url.encode())
    call_webhook(channel, post)
    ticket = Ticket.objects.get()
    assert Conversation.objects.get().visibility == "public"
    assert ticket.messages.get().attachments.get().size == 63
    with pytest.raises(Unprocessable) as refusal:
        reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="Your card number is ...")
    assert refusal.value.code == "would_be_public"
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="We are on it.", is_public=True)
    send_due_messages()
    assert x.sent == [
        ("/2/tweets", {"text": "We are on it.", "reply": {"in_reply_to_tweet_id": "1070000000000000001"}})
    ]
    call_webhook(channel, payload("tweet_delete"))
    assert ticket.messages.get(direction="in").deleted_at is not None


def test_messages_and_mentions_are_polled_into_two_conversations(x, agent):
    channel = make_channel(kind="x", slug="polled", config=x.config, secrets=x.secrets)
    recent = (now() - timedelta(minutes=5)).isoformat()
    direct = json.loads(payload("polled_dm_event"))["data"] | {"created_at": recent, "attachments": None}
    x.messages = [{**direct, "id": "9", "sender_id": OWN_ID, "text": "answered from the phone"}, direct | {"id": "8"}]
    x.mentions = [json.loads(payload("polled_mention"))["data"] | {"created_at": recent}]
    x.users = json.loads(payload("polled_mention"))["includes"]["users"]
    assert poll_channel(channel_id=channel.pk) == 3
    assert poll_channel(channel_id=channel.pk) == 0
    process_waiting_events()
    assert {ticket.customer.name for ticket in Ticket.objects.all()} == {"Jordan Brinks"}
    assert sorted(Conversation.objects.values_list("visibility", flat=True)) == ["private", "public"]
    private = Ticket.objects.get(messages__external_id="8")
    [sent] = answer(private, agent, "Thank you.")
    assert sent.delivery_state == "sent"
    own = {**direct, "id": sent.external_id, "sender_id": OWN_ID, "text": "Thank you."}
    x.messages = [own, *x.messages]
    poll_channel(channel_id=channel.pk)
    process_waiting_events()
    assert private.messages.filter(text="Thank you.").count() == 1
    assert Ticket.objects.count() == 2


def test_challenge_is_answered_by_the_door(channel):
    address = f"/hooks/x/{channel.uuid}/"
    response = Client().get(address, {"crc_token": "abc"})
    assert response.json()["response_token"].startswith("sha256=")
    assert Client().get(address, {"crc_token": "<b>" * 1000}).status_code == 403


def test_everything_three_times_and_in_any_order_is_filed_once(x, channel):
    names = ["example", "quick_reply", "direct_message_own", "follow", "unknown_event", "mark_read"]
    for round_number, name in enumerate(names + names[::-1] + names):
        call_webhook(channel, json.dumps(json.loads(payload(name)), indent=round_number % 3).encode())
    assert Ticket.objects.count() == 1
    assert Message.objects.filter(direction="in").count() == 2


def test_customer_who_takes_no_messages_makes_the_answer_fail_for_good(x, channel, agent):
    call_webhook(channel, payload("example"))
    x.refusals = [(403, {"detail": "You cannot send messages to this user."})]
    [sent] = answer(Ticket.objects.get(), agent, "Hello?")
    assert (sent.delivery_state, sent.error_code) == ("failed", "customer_unreachable")
