"""LINE, end to end: in, answered in the workspace free or pushed, unfollowed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from channels_app.models import InboundEvent
from channels_app.services.polling import check_channel
from helpdesk.common.clock import now
from tests.factories import make_channel
from tests.support.desk import answer, call_webhook, timeline
from tests.support.line_fake import LineFake, running_line_fake
from tickets.models import CustomerIdentity, Message, Ticket

PAYLOADS = Path(__file__).resolve().parent.parent / "channels_app" / "adapters" / "line" / "payloads"
USER = "U4af4980629a1b2c3d4e5f60718293a4b"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
pytestmark = pytest.mark.django_db


@pytest.fixture
def line(settings: Any) -> Iterator[LineFake]:
    settings.HELPDESK_TRUSTED_HOSTS, settings.HELPDESK_UNDO_SECONDS = ["127.0.0.1"], 0
    settings.SITE_URL = "https://desk.example"
    with running_line_fake() as fake:
        fake.names[USER] = "Carla"
        yield fake


@pytest.fixture
def channel(line):
    return make_channel(kind="line", slug="line", config=line.config, secrets=line.secrets)


def payload(name, **changes):
    document = json.loads((PAYLOADS / f"{name}.json").read_text())
    for event in document["events"]:
        event |= changes
    return json.dumps(document).encode()


def test_customer_is_answered_free_at_first_and_then_by_push(line, channel, agent):
    assert all(finding.is_ok for finding in check_channel(channel_id=channel.pk))
    line.reply_tokens = {"0f3779fba3b349968c5d07db31eab56f"}
    assert call_webhook(channel, payload("example", timestamp=int(now().timestamp() * 1000))).status_code == 200
    ticket = Ticket.objects.get()
    assert ticket.customer.name == "Carla"
    sent = answer(ticket, agent, "It is on its way.", ("map.png", PNG, "image/png"), ("bill.pdf", b"%PDF-1.4", ""))
    assert [message.delivery_state for message in sent] == ["sent"] * 3
    assert [message.external_id for message in sent] == ["r1", "p1", "p2"]
    assert [body["messages"][0]["type"] for body in line.pushes] == ["image", "text"]
    picture = line.pushes[0]["messages"][0]["originalContentUrl"]
    assert picture.startswith("https://desk.example/files/")
    fetched = Client().get(picture.removeprefix("https://desk.example"), secure=True)
    assert (fetched.status_code, fetched.content, fetched["Content-Type"]) == (200, PNG, "image/png")


def test_several_events_of_one_call_are_all_filed(line, channel, agent):
    line.contents["354718705033693859"] = PNG
    call_webhook(channel, payload("several"))
    call_webhook(channel, payload("image"))
    call_webhook(channel, payload("sticker"))
    ticket = Ticket.objects.get()
    assert ticket.messages.count() == 4
    assert ticket.messages.get(external_id="354718705033693859").attachments.get().size == len(PNG)
    assert CustomerIdentity.objects.get().unreachable_reason == "unfollow"
    call_webhook(channel, payload("follow", timestamp=1795400000000))
    assert CustomerIdentity.objects.get().unreachable_since is None
    assert "may be written to again" in timeline(ticket, agent)


def test_event_delivered_anew_and_in_any_order_is_filed_once(channel):
    names = ["example", "postback", "unsend", "join", "unknown_message"]
    for number, name in enumerate(names + names[::-1] + names):
        call_webhook(channel, payload(name, deliveryContext={"isRedelivery": bool(number % 2)}, mode="active"))
    assert Ticket.objects.count() == 1
    assert Message.objects.count() == 3
    assert Message.objects.get(external_id="444573844083572737").deleted_at is not None


def test_forged_call_stores_nothing_and_the_test_call_is_taken(channel):
    forged = call_webhook(channel, payload("example"), **{"X-Line-Signature": "AAAA"})
    assert (forged.status_code, InboundEvent.objects.count()) == (401, 0)
    assert call_webhook(channel, payload("verify")).status_code == 200
    assert not Ticket.objects.exists()


def test_used_up_plan_holds_the_answer_back_and_says_why(line, channel, agent):
    call_webhook(channel, payload("example"))
    line.quota = 0
    [sent] = answer(Ticket.objects.get(), agent, "Hello")
    assert (sent.delivery_state, sent.error_code) == ("queued", "monthly_quota")
    channel.refresh_from_db()
    assert "used up" in channel.paused_reason
