"""Viber, end to end: in, answered in the workspace, delivered, read."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels_app.models import InboundEvent
from channels_app.services.polling import check_channel
from tests.factories import make_channel
from tests.support.desk import answer, call_webhook, timeline
from tests.support.viber_fake import ViberFake, running_viber_fake
from tickets.models import CustomerIdentity, Message, Ticket

PAYLOADS = Path(__file__).resolve().parent.parent / "channels_app" / "adapters" / "viber" / "payloads"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
pytestmark = pytest.mark.django_db


@pytest.fixture
def viber(settings: Any) -> Iterator[ViberFake]:
    settings.HELPDESK_TRUSTED_HOSTS, settings.HELPDESK_UNDO_SECONDS = ["127.0.0.1"], 0
    settings.SITE_URL = "https://desk.example"
    with running_viber_fake() as fake:
        yield fake


@pytest.fixture
def channel(viber):
    return make_channel(kind="viber", slug="viber", config=viber.config, secrets=viber.secrets)


def payload(name, **changes):
    return json.dumps(json.loads((PAYLOADS / f"{name}.json").read_text()) | changes).encode()


def test_customer_is_answered_and_reads_it(viber, channel, agent):
    assert all(finding.is_ok for finding in check_channel(channel_id=channel.pk))
    assert call_webhook(channel, payload("webhook")).status_code == 200
    call_webhook(channel, payload("example"))
    ticket = Ticket.objects.get()
    assert ticket.customer.name == "John McClane"
    sent = answer(ticket, agent, "Here is the map.", ("map.png", PNG, "image/png"))
    assert [message.delivery_state for message in sent] == ["sent"]
    assert (viber.sent[0]["type"], viber.sent[0]["text"]) == ("picture", "Here is the map.")
    assert viber.sent[0]["media"].startswith("https://desk.example/files/")
    token = int(sent[0].external_id)
    for event, state in (("delivered", "delivered"), ("seen", "read"), ("delivered", "read")):
        call_webhook(channel, payload(event, message_token=token))
        assert Message.objects.get(pk=sent[0].pk).delivery_state == state


def test_answer_that_viber_could_not_deliver_is_told(viber, channel, agent):
    call_webhook(channel, payload("example"))
    [sent] = answer(Ticket.objects.get(), agent, "Hello")
    call_webhook(channel, payload("failed", message_token=int(sent.external_id)))
    failed = Message.objects.get(pk=sent.pk)
    assert (failed.delivery_state, failed.error) == ("failed", "failure description")


def test_customer_who_unsubscribes_is_not_written_to_until_she_is_back(channel, agent):
    call_webhook(channel, payload("example"))
    call_webhook(channel, payload("unsubscribed"))
    assert CustomerIdentity.objects.get().unreachable_reason == "unsubscribed"
    call_webhook(channel, payload("subscribed"))
    call_webhook(channel, payload("unsubscribed", chat_hostname="again"))
    assert CustomerIdentity.objects.get().unreachable_since is None
    assert "may be written to again" in timeline(Ticket.objects.get(), agent)


def test_everything_three_times_and_in_any_order_is_filed_once(viber, channel):
    viber.files["/f"] = b"%PDF-1.4"
    names = [
        "example",
        "location",
        "contact",
        "pressed_button",
        "conversation_started",
        "unknown_message",
        "unknown_event",
    ]
    for number, name in enumerate(names + names[::-1] + names):
        call_webhook(channel, payload(name, chat_hostname=str(number)))
    assert Ticket.objects.count() == 1
    assert Message.objects.count() == 5


def test_forged_call_stores_nothing(channel):
    forged = call_webhook(channel, payload("example"), **{"X-Viber-Content-Signature": "0" * 64})
    assert (forged.status_code, InboundEvent.objects.count()) == (401, 0)
