"""Replies posted to the other system, signed; files fetched from where it says."""

import base64
import json
from datetime import timedelta
from email.utils import format_datetime

import pytest

from channels_app.adapters.api.adapter import ApiAdapter
from channels_app.adapters.api.forms import make_secret
from channels_app.adapters.api.signing import verify_headers
from channels_app.adapters.base import (
    AdapterError,
    Address,
    ChannelConfig,
    InboundAttachment,
    OutboundAttachment,
    OutboundMessage,
)
from helpdesk.common.clock import now
from tests.support.http_fake import Reply

SECRETS = [make_secret(), make_secret()]


@pytest.fixture
def adapter(http_fake):
    config = {"deliver_url": f"{http_fake.url}/replies"}
    return ApiAdapter(ChannelConfig(config=config, secrets={"signing_secrets": SECRETS}))


def make_message(**changes):
    values = {
        "uuid": "uuid-1",
        "recipient": Address(address="c1", name="Carla"),
        "text": "Hello",
        "thread_id": "order-7",
    }
    return OutboundMessage(**values | changes)


def failure(adapter):
    with pytest.raises(AdapterError) as failed:
        adapter.send(make_message())
    return failed.value


def test_reply_is_posted_signed_under_its_uuid(adapter, http_fake):
    http_fake.answer = lambda call: Reply(body=b'{"id": "their-9"}')
    file = OutboundAttachment(name="a.pdf", content_type="application/pdf", size=3, open_content=lambda: b"abc")
    receipt = adapter.send(make_message(attachments=[file], is_automatic=True, html="<p>Hello</p>"))
    (call,) = http_fake.calls
    assert (call.method, call.path, call.headers["content-type"]) == ("POST", "/replies", "application/json")
    assert call.headers["idempotency-key"] == call.headers["webhook-id"] == "uuid-1"
    verify_headers(call.headers, body=call.body, secrets=[SECRETS[0]], at=now())
    posted = json.loads(call.body)
    assert posted["type"] == "message"
    assert (posted["id"], posted["thread_id"], posted["recipient"]) == (
        "uuid-1",
        "order-7",
        {"id": "c1", "name": "Carla"},
    )
    assert (posted["text"], posted["html"], posted["is_automatic"]) == ("Hello", "<p>Hello</p>", True)
    assert base64.b64decode(posted["attachments"][0]["content_base64"]) == b"abc"
    assert receipt.external_id == "their-9"


@pytest.mark.parametrize("body", [b"", b"ok", b"[]", b'{"id": null}', b'{"id": true}', b"[" * 50_000, b"\xff"])
def test_uuid_is_the_id_where_the_receiver_gives_none(adapter, http_fake, body):
    http_fake.answer = lambda call: Reply(status=202, body=body)
    assert adapter.send(make_message()).external_id == "uuid-1"


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_temporary_refusal(adapter, http_fake, status):
    http_fake.answer = lambda call: Reply(status=status)
    error = failure(adapter)
    assert (error.code, error.permanent, error.is_uncertain) == (f"http_{status}", False, False)


@pytest.mark.parametrize("status", [301, 307, 400, 401, 403, 404, 410, 413, 415, 422])
def test_permanent_refusal(adapter, http_fake, status):
    http_fake.answer = lambda call: Reply(status=status, headers={"Location": "/else"})
    error = failure(adapter)
    assert (error.code, error.permanent) == (f"http_{status}", True)
    assert len(http_fake.calls) == 1


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [("120", 120, 120), ("999999999", 86400, 86400), ("soon", None, None), ("-5", None, None), ("", None, None)],
)
def test_receiver_says_when_to_come_back(adapter, http_fake, written, low, high):
    http_fake.answer = lambda call: Reply(status=429, headers={"Retry-After": written})
    seconds = failure(adapter).retry_after_seconds
    assert seconds is None if low is None else low <= seconds <= high


def test_receiver_names_a_date_to_come_back(adapter, http_fake):
    date = format_datetime(now() + timedelta(seconds=100), usegmt=True)
    http_fake.answer = lambda call: Reply(status=503, headers={"Retry-After": date})
    assert 80 < failure(adapter).retry_after_seconds <= 100


def test_lost_answer_is_uncertain(adapter, http_fake):
    http_fake.answer = lambda call: Reply(is_cut=True)
    error = failure(adapter)
    assert (error.permanent, error.is_uncertain) == (False, True)


def test_private_receiver_is_refused_unless_trusted(adapter, http_fake, settings):
    settings.HELPDESK_TRUSTED_HOSTS = []
    error = failure(adapter)
    assert (error.code, error.permanent) == ("refused_address", True)
    assert http_fake.calls == []


def test_channel_without_a_delivery_url_refuses_aloud():
    error = failure(ApiAdapter(ChannelConfig(secrets={"signing_secrets": SECRETS})))
    assert (error.code, error.permanent) == ("no_delivery_url", True)


def test_file_is_fetched_from_its_address(adapter, http_fake):
    http_fake.answer = lambda call: Reply(body=b"\x89PNG")
    fetched = adapter.fetch_media(
        InboundAttachment(name="a.png", content_type="image/png", url=f"{http_fake.url}/a.png")
    )
    assert fetched.content == b"\x89PNG"
    assert "webhook-signature" not in http_fake.calls[0].headers


@pytest.mark.parametrize(("status", "is_permanent"), [(404, True), (403, True), (500, False), (429, False)])
def test_file_that_cannot_be_had(adapter, http_fake, status, is_permanent):
    http_fake.answer = lambda call: Reply(status=status)
    with pytest.raises(AdapterError) as failed:
        adapter.fetch_media(InboundAttachment(name="a", content_type="", url=http_fake.url))
    assert failed.value.permanent is is_permanent


def test_check_posts_a_signed_ping_and_says_what_fails(adapter, http_fake):
    assert [found.is_ok for found in adapter.check()] == [True, True]
    assert json.loads(http_fake.calls[0].body)["type"] == "ping"
    http_fake.answer = lambda call: Reply(status=401)
    refused = adapter.check()[-1]
    assert not refused.is_ok
    assert "signing secret" in refused.what
    closed, silent = ApiAdapter(ChannelConfig()).check()
    assert not closed.is_ok
    assert not silent.is_ok
    assert closed.advice
