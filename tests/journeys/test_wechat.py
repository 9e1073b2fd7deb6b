"""WeChat, end to end: signed XML in (plain and encrypted), answered in the workspace, refused where WeChat refuses."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from channels_app.adapters.wechat.envelope import Account, seal
from channels_app.adapters.wechat.xml import read_xml, write_xml
from channels_app.models import InboundEvent
from channels_app.registry import adapter_for
from helpdesk.common.clock import now
from tests.factories import make_channel
from tests.support.desk import answer, timeline
from tests.support.wechat_fake import APP_SECRET, WeChatFake, running_wechat_fake
from tickets.models import Conversation, CustomerIdentity, Message, Ticket
from tickets.services.processing import process_waiting_events

PAYLOADS = Path(__file__).resolve().parent.parent / "channels_app" / "adapters" / "wechat" / "payloads"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SECRETS = {"app_secret": APP_SECRET, "tokens": ["spamtest"], "aes_keys": [KEY]}
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64

pytestmark = pytest.mark.django_db


@pytest.fixture
def wechat(settings: Any) -> Iterator[WeChatFake]:
    settings.HELPDESK_TRUSTED_HOSTS, settings.HELPDESK_UNDO_SECONDS = ["127.0.0.1"], 0
    with running_wechat_fake() as fake:
        yield fake


@pytest.fixture
def channel(wechat):
    return make_channel(kind="wechat", slug="wechat", config=wechat.config(instant_reply="收到"), secrets=SECRETS)


@pytest.fixture
def safe_channel(wechat):
    return make_channel(kind="wechat", slug="safe", config=wechat.config(mode="aes"), secrets=SECRETS)


def payload(name, **changes):
    """A message of the documentation, written just now."""
    fields = read_xml((PAYLOADS / f"{name}.xml").read_bytes())
    return write_xml(fields | {"CreateTime": int(now().timestamp())} | changes)


def deliver(channel, body, **query):
    signed = query or adapter_for(channel).sign_query(body)
    address = f"/hooks/wechat/{channel.uuid}/?{urlencode(signed)}"
    response = Client().post(address, data=body, content_type="text/xml")
    process_waiting_events()
    return response


def test_follower_writes_is_acknowledged_at_once_and_answered(wechat, channel, agent):
    first = deliver(channel, payload("example"))
    assert read_xml(first.content)["Content"] == "收到"
    assert deliver(channel, payload("link")).content == b"success"
    ticket = Ticket.objects.get()
    assert "我的包裹在哪里" in timeline(ticket, agent)
    sent = answer(ticket, agent, "今天到。", ("map.png", PNG, "image/png"))
    assert [message.delivery_state for message in sent] == ["sent", "sent"]
    assert [one["msgtype"] for one in wechat.sent] == ["text", "image"]
    assert wechat.sent[0]["text"]["content"] == "今天到。"


def test_picture_of_a_follower_is_fetched(wechat, channel):
    wechat.media["media-1"] = ("image/png", PNG)
    deliver(channel, payload("image"))
    assert Message.objects.get().attachments.get().size == len(PNG)


def test_encrypted_call_that_wechat_repeats_is_filed_once(safe_channel):
    account = Account.of(safe_channel.as_config())
    body = payload("example")
    for nonce in ("n1", "n2", "n3"):
        assert deliver(safe_channel, seal(body, account, at=1, nonce=nonce)).content == b"success"
    assert (InboundEvent.objects.count(), Message.objects.count()) == (1, 1)


def test_everything_three_times_and_in_any_order_is_filed_once(channel):
    names = ["example", "location", "link", "event_click", "event_scan", "event_subscribe"]
    bodies = {name: payload(name) for name in names}
    for name in names + names[::-1] + names:
        deliver(channel, bodies[name])
    assert (Ticket.objects.count(), Message.objects.count()) == (1, 4)


def test_forged_and_replayed_calls_store_nothing(channel):
    body = payload("example")
    good = adapter_for(channel).sign_query(body)
    assert deliver(channel, body, **{**good, "signature": "0" * 40}).status_code == 401
    assert deliver(channel, body, **{**good, "nonce": "other"}).status_code == 401
    assert deliver(channel, body, **{**good, "timestamp": "1"}).status_code == 401
    assert not InboundEvent.objects.exists()


def test_server_is_accepted_by_its_challenge(channel):
    signed = adapter_for(channel).sign_query(b"") | {"echostr": "5837397520665436492"}
    response = Client().get(f"/hooks/wechat/{channel.uuid}/?{urlencode(signed)}")
    assert (response.status_code, response.content) == (200, b"5837397520665436492")


def test_follower_who_leaves_is_not_written_to(channel, agent):
    deliver(channel, payload("example"))
    deliver(channel, payload("event_unsubscribe"))
    assert CustomerIdentity.objects.get().unreachable_reason == "unfollow"
    deliver(channel, payload("event_subscribe", CreateTime=int(now().timestamp()) + 5))
    assert CustomerIdentity.objects.get().unreachable_since is None


def test_answer_after_two_days_is_refused_before_it_leaves(wechat, channel, agent):
    deliver(channel, payload("example"))
    ticket = Ticket.objects.get()
    Conversation.objects.update(last_customer_message_at=now() - timedelta(hours=49))
    client = Client()
    client.force_login(agent)
    response = client.post(reverse("admin:tickets_ticket_reply", args=[ticket.pk]), {"kind": "message", "text": "Hi"})
    assert response.status_code == 422
    assert wechat.sent == []


def test_what_wechat_refuses_is_told_in_words(wechat, channel, agent):
    deliver(channel, payload("example"))
    wechat.refuse_next = [45047]
    (message,) = answer(Ticket.objects.get(), agent, "Hi")
    assert (message.delivery_state, message.error_code) == ("failed", "message_limit")


def test_entity_bomb_is_put_aside_with_its_reason(channel):
    bomb = b'<!DOCTYPE xml [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
    assert deliver(channel, bomb).content == b"success"
    event = InboundEvent.objects.get()
    assert (event.state, event.reason_code) == ("quarantined", "forbidden_xml")
