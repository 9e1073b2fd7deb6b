"""Text messages, end to end: in, answered in the workspace, delivered; pictures, STOP and START, too many at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from channels_app.models import InboundEvent
from helpdesk.common.clock import now
from tests.factories import make_channel
from tests.support.desk import answer, timeline
from tests.support.twilio_fake import ACCOUNT, AUTH, NUMBER, TOKEN, post_signed, running_twilio_fake
from tests.support.twilio_phone import read_twiml
from tickets.models import CustomerIdentity, Message, Ticket
from tickets.services.delivery import send_due_messages
from tickets.services.processing import process_waiting_events

pytestmark = pytest.mark.django_db

CARLA = "+447911123456"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def twilio(settings):
    settings.HELPDESK_TRUSTED_HOSTS, settings.HELPDESK_UNDO_SECONDS = ["127.0.0.1"], 0
    settings.SITE_URL = "https://desk.example"
    with running_twilio_fake() as fake:
        yield fake


@pytest.fixture
def channel(twilio):
    return make_channel(kind="sms", slug="texts", config=twilio.config, secrets=AUTH)


def message(serial, text, **fields):
    values = {"MessageSid": f"SM{serial:032x}", "AccountSid": ACCOUNT, "From": CARLA, "To": NUMBER}
    return values | {"Body": text, "NumMedia": 0} | fields


def write(channel, serial, text, **fields):
    response = post_signed(channel, message(serial, text, **fields))
    process_waiting_events()
    return response


def report(channel, sent, state, **fields):
    values = {
        "MessageSid": sent.external_id,
        "MessageStatus": state,
        "AccountSid": ACCOUNT,
        "To": CARLA,
        "From": NUMBER,
    }
    response = post_signed(channel, values | fields)
    process_waiting_events()
    sent.refresh_from_db()
    return response


def test_customer_writes_and_is_answered_and_the_answer_is_delivered(twilio, channel, agent):
    assert read_twiml(write(channel, 1, "Where is my order?")) == []
    ticket = Ticket.objects.get()
    assert "Where is my order?" in timeline(ticket, agent)
    (sent,) = answer(ticket, agent, "It left today.")
    assert (twilio.messages[0]["Body"], twilio.messages[0]["To"]) == (["It left today."], [CARLA])
    assert sent.delivery_state == "sent"
    report(channel, sent, "delivered")
    report(channel, sent, "sent")
    report(channel, sent, "queued")
    assert sent.delivery_state == "delivered"
    write(channel, 2, "Thank you")
    assert Ticket.objects.count() == 1


def test_pictures_come_in_and_go_out(twilio, channel, agent):
    url = twilio.file("/2010-04-01/Media/ME1", PNG, "image/png")
    write(channel, 1, "", NumMedia=1, MediaUrl0=url, MediaContentType0="image/png")
    ticket = Ticket.objects.get()
    (file,) = ticket.messages.get().attachments.all()
    assert (file.content_type, file.size) == ("image/png", len(PNG))
    answer(ticket, agent, "Like this?", ("map.png", PNG, "image/png"))
    (sent,) = twilio.messages
    (media,) = sent["MediaUrl"]
    assert media.startswith("https://desk.example/files/")
    fetched = Client().get(media.removeprefix("https://desk.example"))
    assert b"".join(fetched.streaming_content) if fetched.streaming else fetched.content


def test_picture_on_a_foreign_host_is_not_fetched_and_the_message_is_kept(channel):
    write(channel, 1, "Look", NumMedia=1, MediaUrl0="http://169.254.169.254/latest", MediaContentType0="image/png")
    (file,) = Message.objects.get().attachments.all()
    assert (file.storage_key, bool(file.error)) == ("", True)


def test_stop_is_honoured_until_start(twilio, channel, agent):
    write(channel, 1, "My parcel is late")
    write(channel, 2, "STOP")
    ticket = Ticket.objects.get()
    assert [one.text for one in ticket.messages.order_by("id")] == ["My parcel is late", "STOP"]
    identity = CustomerIdentity.objects.get(address=CARLA)
    assert identity.unreachable_since is not None
    client = Client()
    client.force_login(agent)
    refused = client.post(f"/admin/tickets/ticket/{ticket.pk}/reply/", {"kind": "message", "text": "Hello"})
    assert refused.json()["code"] == "customer_unreachable"
    write(channel, 3, "START")
    assert answer(ticket, agent, "Welcome back")[0].delivery_state == "sent"
    assert len(twilio.messages) == 1


def test_help_is_answered_in_the_same_request(channel):
    (verb,) = read_twiml(write(channel, 1, "HELP"))
    assert (verb.tag, str(verb.text).startswith("Acme: ")) == ("Message", True)
    assert Message.objects.get().text == "HELP"


def test_refusal_of_the_provider_is_told_to_the_agent(twilio, channel, agent):
    write(channel, 1, "Hello")
    twilio.opted_out.add(CARLA)
    (sent,) = answer(Ticket.objects.get(), agent, "Hi")
    assert (sent.delivery_state, sent.error_code) == ("failed", "21610")
    assert "STOP" in sent.error


def test_failure_at_the_carrier_is_told_to_the_agent(channel, agent):
    write(channel, 1, "Hello")
    (sent,) = answer(Ticket.objects.get(), agent, "Hi")
    report(channel, sent, "undelivered", ErrorCode="30003")
    assert (sent.delivery_state, sent.error_code) == ("failed", "30003")


def test_message_waits_when_there_are_too_many_at_once(twilio, channel, agent):
    write(channel, 1, "Hello")
    twilio.pause = 1
    (sent,) = answer(Ticket.objects.get(), agent, "Hi")
    assert (sent.delivery_state, twilio.messages) == ("queued", [])
    Message.objects.filter(pk=sent.pk).update(next_try_at=now())
    channel.refresh_from_db()
    channel.sending_paused_until = None
    channel.save(update_fields=["sending_paused_until"])
    assert send_due_messages()
    assert len(twilio.messages) == 1


def test_whatsapp_message_is_quarantined_with_what_to_do(channel):
    write(channel, 1, "Hola", From=f"whatsapp:{CARLA}")
    event = InboundEvent.objects.get()
    assert (event.state, event.reason_code) == ("quarantined", "other_network")
    assert not Ticket.objects.exists()


def test_request_that_is_not_signed_stores_nothing(channel):
    response = post_signed(channel, message(1, "Hello"), token=TOKEN + "x")
    assert response.status_code == 401
    assert not InboundEvent.objects.exists()


def test_second_token_counts_while_the_first_is_being_changed(channel):
    channel.store_secrets({"auth_tokens": ["n" * 32, TOKEN]})
    channel.save()
    assert write(channel, 1, "Hello").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_every_message_three_times_at_once_is_kept_once(channel):
    def post(serial):
        try:
            return post_signed(channel, message(serial % 4 + 1, f"text {serial % 4}")).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(post, range(12))) == {200}
    process_waiting_events()
    assert sorted(Message.objects.values_list("text", flat=True)) == [f"text {number}" for number in range(4)]
    assert Ticket.objects.count() == 1


def test_composer_is_told_how_many_messages_the_text_is(channel, agent, email_channel):
    write(channel, 1, "Hello")
    ticket = Ticket.objects.get()
    client = Client()
    client.force_login(agent)
    assert 'data-describes="1"' in client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
    draft = {"kind": "message", "text": "x" * 161, "conversation": ticket.messages.get().conversation_id}
    address = f"/admin/tickets/ticket/{ticket.pk}/draft/"
    assert client.post(address, draft).content.decode() == "2 text messages"
    assert client.post(address, draft | {"conversation": "999999"}).status_code == 204
    assert client.post(address, {"kind": "note", "text": "x"}).status_code == 204
