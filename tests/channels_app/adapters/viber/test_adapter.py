"""Sending, files, signatures and set-up against a bot API on the loopback."""

import dataclasses
import json

import pytest

from channels_app.adapters.base import (
    AdapterError,
    Address,
    ChannelConfig,
    Choice,
    InboundAttachment,
    OutboundAttachment,
    OutboundMessage,
    SignatureError,
    WebhookRequest,
)
from channels_app.adapters.viber.adapter import ViberAdapter
from channels_app.adapters.viber.forms import ViberConfigForm
from helpdesk.common.clock import now
from tests.support.http_fake import Reply
from tests.support.viber_fake import TOKEN, running_viber_fake

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def viber(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_viber_fake() as fake:
        yield fake


@pytest.fixture
def make_adapter(viber):
    def make(*, tokens=(TOKEN,), site_url="https://desk.example", **config):
        return ViberAdapter(
            ChannelConfig(
                uuid="u1",
                config={**viber.config, **config},
                secrets={"auth_tokens": list(tokens)},
                site_url=site_url,
            )
        )

    return make


@pytest.fixture
def adapter(make_adapter):
    return make_adapter()


def message(**changes):
    values = {"uuid": "u", "recipient": Address(address="01234567890A="), "text": "Hello", "from_name": "Ana (Acme)"}
    return OutboundMessage(**values | changes)


def file(content_type="image/png", *, size=72, name="a.png", url="https://desk.example/files/x/file.png"):
    return OutboundAttachment(name=name, content_type=content_type, size=size, open_content=lambda: PNG, url=url)


def failure(adapter, **changes):
    with pytest.raises(AdapterError) as failed:
        adapter.send(message(**changes))
    return failed.value


def test_text_is_sent_under_the_agents_name(adapter, viber):
    receipt = adapter.send(message(from_name="Ana with a very long name (Acme)"))
    [sent] = viber.sent
    assert (sent["type"], sent["text"], sent["receiver"]) == ("text", "Hello", "01234567890A=")
    assert sent["sender"]["name"] == "Ana with a very long name (A"
    assert receipt.external_id == "5741311803571721088"


@pytest.mark.parametrize(
    ("attachment", "text", "expected"),
    [
        (file(), "Look", {"type": "picture", "media": "https://desk.example/files/x/file.png", "text": "Look"}),
        (
            file(size=2_000_000),
            "",
            {"type": "file", "media": "https://desk.example/files/x/file.png", "size": 2_000_000, "file_name": "a.png"},
        ),
        (file(size=2_000_000), "Look", {"type": "text", "text": "Look\nhttps://desk.example/files/x/file.png"}),
        (
            file("video/mp4", name="a.mp4"),
            "",
            {"type": "video", "media": "https://desk.example/files/x/file.png", "size": 72},
        ),
        (
            file("application/pdf", name="a" * 300 + ".pdf"),
            "",
            {
                "type": "file",
                "media": "https://desk.example/files/x/file.png",
                "size": 72,
                "file_name": "a" * 252 + ".pdf",
            },
        ),
    ],
)
def test_file_is_named_by_its_signed_address(adapter, viber, attachment, text, expected):
    adapter.send(message(text=text, attachments=[attachment]))
    sent = {key: value for key, value in viber.sent[0].items() if key not in ("receiver", "sender", "min_api_version")}
    assert sent == expected


def test_file_needs_a_public_address(adapter):
    error = failure(adapter, text="", attachments=[file(url="http://localhost:8000/files/x/f")])
    assert (error.code, error.permanent) == ("no_public_address", True)


def test_buttons_carry_their_titles_back_to_us(adapter, viber):
    adapter.send(message(choices=[Choice(payload="yes", title="Yes"), Choice(payload="no", title="No")]))
    [sent] = viber.sent
    assert [(b["ActionType"], b["ActionBody"], b["Text"]) for b in sent["keyboard"]["Buttons"]] == [
        ("reply", "yes", "Yes"),
        ("reply", "no", "No"),
    ]
    assert json.loads(sent["tracking_data"]) == {"choices": {"yes": "Yes", "no": "No"}}


@pytest.mark.parametrize(("asked", "action"), [("location", "location-picker"), ("phone", "share-phone")])
def test_customer_is_asked_by_vibers_own_button(adapter, viber, asked, action):
    adapter.send(message(asks_for=asked))
    [sent] = viber.sent
    assert (sent["keyboard"]["Buttons"][0]["ActionType"], sent["min_api_version"]) == (action, 3)


@pytest.mark.parametrize(
    ("status", "code", "is_permanent", "concerns_channel"),
    [
        (2, "invalid_token", True, True),
        (3, "refused:3", True, False),
        (5, "customer_unreachable", True, False),
        (6, "customer_unreachable", True, False),
        (7, "account_blocked", True, True),
        (10, "webhook_not_set", True, True),
        (11, "device_too_old", True, False),
        (12, "rate_limited", False, False),
        (21, "country_refused", True, False),
        (24, "plan_exhausted", True, True),
        (99, "provider_busy", False, False),
    ],
)
def test_status_says_whether_trying_again_helps(adapter, viber, status, code, is_permanent, concerns_channel):
    viber.statuses = [(status, "words")]
    error = failure(adapter)
    assert (error.code, error.permanent, error.concerns_channel) == (code, is_permanent, concerns_channel)
    assert not error.is_uncertain
    assert error.retry_after_seconds == (60 if status == 12 else None)


def test_stranger_is_no_subscriber(adapter):
    assert failure(adapter, recipient=Address(address="nobody")).code == "customer_unreachable"


@pytest.mark.parametrize("reply", [Reply(is_cut=True), Reply(status=502, body=b"<html>"), Reply(body=b"<html>")])
def test_answer_that_cannot_be_read_is_uncertain(adapter, viber, reply):
    viber.http.answer = lambda call: reply
    error = failure(adapter)
    assert (error.permanent, error.is_uncertain) == (False, True)


def test_file_of_a_customer_is_fetched_without_our_token(adapter, viber):
    viber.files["/media/a.jpg"] = PNG
    found = InboundAttachment(name="a.jpg", content_type="image/jpeg", url=f"{viber.http.url}/media/a.jpg")
    assert adapter.fetch_media(found).content == PNG
    assert "x-viber-auth-token" not in viber.http.calls[0].headers
    with pytest.raises(AdapterError) as gone:
        adapter.fetch_media(dataclasses.replace(found, url=f"{viber.http.url}/media/b.jpg"))
    assert gone.value.permanent


def test_signature_covers_the_raw_bytes_and_two_tokens_may_be_live(make_adapter):
    old = "a" * 40
    body = '{"event": "webhook", "x": "é"}'.encode()
    headers = {name.lower(): value for name, value in make_adapter(tokens=[old]).sign(body).items()}
    both = make_adapter(tokens=[TOKEN, old])
    request = WebhookRequest(method="POST", body=body, headers=headers, query={}, url="https://x/", received_at=now())
    both.verify(request)
    for wrong in ({}, {"x-viber-content-signature": ""}, {"x-viber-content-signature": "0" * 64}):
        with pytest.raises(SignatureError):
            both.verify(dataclasses.replace(request, headers=wrong))
    with pytest.raises(SignatureError):
        both.verify(dataclasses.replace(request, body=body + b" "))


def test_signature_is_hexadecimal_hmac_sha256_under_the_token():
    adapter = ViberAdapter(ChannelConfig(secrets={"auth_tokens": ["key"]}))
    body = b"The quick brown fox jumps over the lazy dog"
    wanted = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"
    assert adapter.sign(body) == {"X-Viber-Content-Signature": wanted}


def test_check_names_the_bot_and_sets_the_webhook(adapter, viber):
    assert [finding.is_ok for finding in adapter.check()] == [True, True]
    assert viber.webhook["url"] == "https://desk.example/hooks/viber/u1/"
    assert "seen" in viber.webhook["event_types"]
    calls = len(viber.http.calls)
    assert [finding.is_ok for finding in adapter.check()] == [True, True]
    assert len(viber.http.calls) == calls + 1


def test_check_says_what_is_wrong(make_adapter):
    wrong = make_adapter(tokens=["b" * 40]).check()
    other = make_adapter(uri="another", site_url="http://localhost:8000").check()
    assert [(found.is_ok, bool(found.advice)) for found in [*wrong, *other]] == [(False, True)] * 3


def test_link_opens_the_bot(adapter):
    assert adapter.public_link() == "viber://pa?chatURI=acmebot"


def test_form_takes_a_token_and_says_that_it_costs():
    form = ViberConfigForm({"uri": "acmebot", "auth_tokens": TOKEN})
    assert form.is_valid(), form.errors
    assert form.secrets({}) == {"auth_tokens": [TOKEN]}
    assert "commercial terms" in str(form.fields["auth_tokens"].help_text)
    assert not ViberConfigForm({"auth_tokens": "short"}).is_valid()
