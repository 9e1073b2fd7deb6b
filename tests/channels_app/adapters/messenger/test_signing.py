"""The door is open to what Meta signed, and to nothing else."""

import hashlib
import hmac

import pytest

from channels_app.adapters.base import ChannelConfig, SignatureError, WebhookRequest
from channels_app.adapters.messenger.adapter import MessengerAdapter
from helpdesk.common.clock import now

OLD, NEW = "a" * 32, "b" * 32
BODY = b'{"object":"page","entry":[{"id":"1","text":"caf\\u00e9"}]}'


def adapter_with(*app_secrets, verify_token="made up by us"):
    secrets = {"app_secrets": list(app_secrets), "verify_token": verify_token}
    return MessengerAdapter(ChannelConfig(secrets=secrets))


def request(body=BODY, *, method="POST", query=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return WebhookRequest(
        method=method, body=body, headers=named, query=query or {}, url="https://x/", received_at=now()
    )


def sha256(secret, body=BODY):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_signature_is_the_documented_one():
    assert adapter_with(OLD).sign(BODY) == {"x-hub-signature-256": sha256(OLD)}


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_each_live_secret_opens_the_door(secret):
    adapter_with(NEW, OLD).verify(request(x_hub_signature_256=sha256(secret)))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x_hub_signature_256": ""},
        {"x_hub_signature_256": "sha256="},
        {"x_hub_signature_256": sha256("c" * 32)},
        {"x_hub_signature_256": sha256(OLD).removeprefix("sha256=")},
        {"x_hub_signature_256": "sha256=" + "é" * 64},
        {"x_hub_signature_256": "sha1=" + hmac.new(OLD.encode(), BODY, hashlib.sha1).hexdigest()},
        {"x_hub_signature": "sha1=" + hmac.new(OLD.encode(), BODY, hashlib.sha1).hexdigest()},
        {"x_hub_signature_256": f"{sha256('c' * 32)},{sha256(OLD)}"},
    ],
)
def test_every_other_signature_is_refused(headers):
    with pytest.raises(SignatureError):
        adapter_with(OLD).verify(request(**headers))


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_door_without_a_secret_is_closed_even_to_the_empty_key(secrets):
    with pytest.raises(SignatureError):
        adapter_with(*secrets).verify(request(x_hub_signature_256=sha256("")))


@pytest.mark.parametrize("body", [BODY.replace(b"\\u00e9", "é".encode()), BODY + b"\r\n", BODY.replace(b",", b", ")])
def test_body_that_was_encoded_anew_is_refused(body):
    with pytest.raises(SignatureError):
        adapter_with(OLD).verify(request(body, x_hub_signature_256=sha256(OLD)))


def challenge(token, **query):
    values = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444", **query}
    return request(b"", method="GET", query={name: value for name, value in values.items() if value is not None})


def test_challenge_is_answered_as_plain_text():
    assert adapter_with(OLD).handshake(challenge("made up by us")) == ("text/plain", b"1158201444")


@pytest.mark.parametrize("token", ["", "made up by u", "made up by us ", "é"])
def test_challenge_with_another_token_is_refused(token):
    with pytest.raises(SignatureError):
        adapter_with(OLD).handshake(challenge(token))


def test_challenge_on_a_channel_without_a_token_is_refused():
    with pytest.raises(SignatureError):
        adapter_with(OLD, verify_token="").handshake(challenge(""))


def test_endless_challenge_is_refused():
    with pytest.raises(SignatureError):
        adapter_with(OLD).handshake(challenge("made up by us", **{"hub.challenge": "1" * 1000}))


def test_other_get_is_no_challenge():
    assert adapter_with(OLD).handshake(challenge("made up by us", **{"hub.mode": None})) is None
