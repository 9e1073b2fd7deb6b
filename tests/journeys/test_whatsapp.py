"""WhatsApp end to end over a fake Cloud API: in, answered in the workspace, delivered, read; and after the window."""

import dataclasses
import json
from datetime import timedelta
from pathlib import Path

import pytest

from channels_app.adapters.whatsapp.adapter import WhatsAppAdapter
from channels_app.models import InboundEvent
from channels_app.services.templates import sync_channel_templates
from helpdesk.common.clock import now
from tests.factories import make_channel
from tests.support.whatsapp_fake import APP_SECRET, VERIFY_TOKEN, running_whatsapp_fake
from tickets.models import Conversation, Customer, CustomerIdentity, Message, Ticket
from tickets.services.delivery import send_due_messages
from tickets.services.processing import process_waiting_events

PAYLOADS = Path(__file__).resolve().parents[1] / "channels_app" / "adapters" / "whatsapp" / "payloads"

pytestmark = pytest.mark.django_db


@pytest.fixture
def graph(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    settings.HELPDESK_UNDO_SECONDS = 0
    with running_whatsapp_fake() as fake:
        yield fake


@pytest.fixture
def channel(graph):
    return make_channel(kind="whatsapp", slug="wa", name="WhatsApp", config=graph.config, secrets=graph.secrets)


@pytest.fixture
def deliver(client, channel):
    """Post a call as Meta does, signed, and let it be processed."""

    def post(value):
        body = json.dumps(value, ensure_ascii=False).encode()
        adapter = WhatsAppAdapter(channel.as_config())
        headers = {name.replace("-", "_"): given for name, given in adapter.sign(body).items()}
        answer = client.post(
            f"/hooks/whatsapp/{channel.uuid}/", body, content_type="application/json",
            **{f"HTTP_{name.upper()}": given for name, given in headers.items()},
        )  # fmt: skip
        assert answer.status_code == 200
        process_waiting_events()

    return post


def call(name):
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def now_text(text="Where is my parcel?", message_id="wamid.NOW1"):
    """A text that was written just now."""
    value = call("example")
    message = value["entry"][0]["changes"][0]["value"]["messages"][0]
    message |= {"id": message_id, "timestamp": str(int(now().timestamp())), "text": {"body": text}}
    return value


def status(word, message, **changes):
    value = call(f"status_{word}")
    found = value["entry"][0]["changes"][0]["value"]["statuses"][0]
    found |= {"id": message.external_id, "biz_opaque_callback_data": message.uuid.hex, **changes}
    return value


def reply(client, ticket, **fields):
    return client.post(f"/admin/tickets/ticket/{ticket.pk}/reply/", {"kind": "message", **fields})


def test_handshake_is_answered_as_meta_wants_it(client, channel):
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}
    answer = client.get(f"/hooks/whatsapp/{channel.uuid}/", query)
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert answer["content-type"].startswith("text/plain")
    refused = client.get(f"/hooks/whatsapp/{channel.uuid}/", query | {"hub.verify_token": "guess"})
    assert refused.status_code == 403


def test_message_is_answered_in_the_workspace_delivered_and_read(client, channel, graph, deliver, agent):
    deliver(now_text())
    ticket = Ticket.objects.get()
    assert ticket.customer.name == "Sheena Nelson"
    client.force_login(agent)
    assert reply(client, ticket, text="It comes tomorrow.").status_code == 204
    send_due_messages()
    message = Message.objects.get(direction="out")
    assert (message.delivery_state, message.external_id) == ("sent", "wamid.FAKE0001")
    assert graph.sent[0]["to"] == "4917055501234"
    assert graph.sent[0]["text"]["body"] == "It comes tomorrow."
    for word in ("delivered", "read", "delivered", "sent"):
        deliver(status(word, message))
    message.refresh_from_db()
    assert message.delivery_state == "read"


def test_report_that_overtakes_our_own_answer_is_not_lost(client, channel, graph, deliver, agent):
    deliver(now_text())
    client.force_login(agent)
    reply(client, Ticket.objects.get(), text="It comes tomorrow.")
    message = Message.objects.get(direction="out")
    Message.objects.filter(pk=message.pk).update(delivery_state="sending", attempts=1)
    deliver(status("delivered", message, id="wamid.EARLY"))
    message.refresh_from_db()
    assert (message.delivery_state, message.external_id) == ("delivered", "wamid.EARLY")
    deliver(status("read", message, id="wamid.EARLY", biz_opaque_callback_data=""))
    message.refresh_from_db()
    assert message.delivery_state == "read"


def test_after_the_window_only_a_template_leaves(client, channel, graph, deliver, agent):
    deliver(now_text())
    ticket = Ticket.objects.get()
    long_ago = now() - timedelta(hours=25)
    Conversation.objects.update(last_customer_message_at=long_ago, window_expires_at=long_ago + timedelta(hours=24))
    body = {"type": "BODY", "text": "Hello {{1}}, order {{2}} is on its way."}
    graph.templates = [{"id": "1", "name": "on_its_way", "language": "en", "status": "APPROVED", "components": [body]}]
    sync_channel_templates(channel_id=channel.pk)
    client.force_login(agent)
    refused = reply(client, ticket, text="It comes tomorrow.")
    assert refused.status_code == 422
    assert not Message.objects.filter(direction="out").exists()
    sent = reply(
        client,
        ticket,
        template="on_its_way",
        template_language="en",
        template_variable_0="Sheena",
        template_variable_1="4711",
    )
    assert sent.status_code == 204, sent.content
    send_due_messages()
    message = Message.objects.get(direction="out")
    assert message.delivery_state == "sent"
    assert message.text == "Hello Sheena, order 4711 is on its way."
    assert graph.sent[0]["template"]["components"][0]["parameters"][1]["text"] == "4711"


def test_failure_that_is_reported_later_tells_the_agent_why(client, channel, graph, deliver, agent):
    deliver(now_text())
    client.force_login(agent)
    ticket = Ticket.objects.get()
    reply(client, ticket, text="It comes tomorrow.")
    send_due_messages()
    message = Message.objects.get(direction="out")
    deliver(status("failed_undeliverable", message))
    message.refresh_from_db()
    ticket.refresh_from_db()
    assert (message.delivery_state, message.error_code) == ("failed", "131026")
    assert "cannot be reached" in message.error
    assert ticket.notice == "delivery_failed"


def test_customer_who_hides_his_number_goes_on_in_the_same_conversation(channel, deliver):
    deliver(now_text())
    hidden = now_text("And now?", "wamid.NOW2")
    value = hidden["entry"][0]["changes"][0]["value"]
    value["messages"][0].pop("from")
    value["contacts"] = [{"profile": {"username": "sheena"}, "user_id": value["messages"][0]["from_user_id"]}]
    deliver(hidden)
    assert (Customer.objects.count(), Conversation.objects.count(), Ticket.objects.count()) == (1, 1, 1)
    assert Message.objects.count() == 2


def test_new_number_takes_the_conversation_along(client, channel, graph, deliver, agent):
    deliver(now_text())
    deliver(call("number_changed"))
    after = now_text("From my new phone", "wamid.NOW3")
    value = after["entry"][0]["changes"][0]["value"]
    value["messages"][0] |= {"from": "4917055507777", "from_user_id": "DE.98765432109876543210"}
    value["contacts"] = [
        {"profile": {"name": "Sheena Nelson"}, "wa_id": "4917055507777", "user_id": "DE.98765432109876543210"}
    ]
    deliver(after)
    assert (Customer.objects.count(), Conversation.objects.count(), Ticket.objects.count()) == (1, 1, 1)
    client.force_login(agent)
    reply(client, Ticket.objects.get(), text="Noted.")
    send_due_messages()
    assert graph.sent[0]["to"] == "4917055507777"


def test_whoever_gets_the_old_number_next_is_somebody_else(channel, deliver):
    deliver(now_text())
    deliver(call("number_changed"))
    stranger = now_text("Who are you?", "wamid.NOW4")
    value = stranger["entry"][0]["changes"][0]["value"]
    value["messages"][0]["from_user_id"] = "DE.7777"
    value["contacts"] = [{"profile": {"name": "Next Owner"}, "wa_id": "4917055501234", "user_id": "DE.7777"}]
    deliver(stranger)
    assert Customer.objects.count() == 2
    assert Ticket.objects.count() == 2
    assert CustomerIdentity.objects.get(address="+4917055501234").customer.name == "Next Owner"


def test_picture_is_on_the_ticket_with_its_bytes(channel, graph, deliver):
    graph.add_media("1003383421387256", b"\xff\xd8\xff\xe0picture")
    value = call("image")
    deliver(value)
    [file] = Message.objects.get().attachments.all()
    assert (file.size, file.error) == (11, "")


def test_picture_that_cannot_be_had_leaves_its_message(channel, graph, deliver):
    deliver(call("image"))
    message = Message.objects.get()
    assert message.text == "It arrived like this"
    assert message.attachments.get().error


def test_call_signed_by_somebody_else_is_not_stored(client, channel):
    body = json.dumps(call("text")).encode()
    stranger = WhatsAppAdapter(dataclasses.replace(channel.as_config(), secrets={"app_secrets": ["x" + APP_SECRET]}))
    answer = client.post(
        f"/hooks/whatsapp/{channel.uuid}/", body, content_type="application/json",
        HTTP_X_HUB_SIGNATURE_256=stranger.sign(body)["X-Hub-Signature-256"],
    )  # fmt: skip
    assert answer.status_code == 401
    assert not InboundEvent.objects.exists()
