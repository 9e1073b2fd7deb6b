"""Who may call: the signature over the raw bytes, and the handshake."""

import hashlib
import hmac
import json

import pytest

from channels_app.adapters.base import ChannelConfig, SignatureError, WebhookRequest
from channels_app.adapters.whatsapp.adapter import WhatsAppAdapter
from helpdesk.common.clock import now

BODY = '{"object":"whatsapp_business_account","entry":[{"text":"größer 📦"}]}'.encode()
SECRET, NEXT_SECRET = "a" * 32, "b" * 32


def channel(*secrets, verify_token="sesame"):
    return WhatsAppAdapter(ChannelConfig(secrets={"app_secrets": list(secrets), "verify_token": verify_token}))


def signature(body=BODY, secret=SECRET, algorithm="sha256"):
    return f"{algorithm}=" + hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).hexdigest()


def request(body=BODY, query=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return WebhookRequest(
        method="POST", body=body, headers=named, query=query or {}, url="https://x/", received_at=now()
    )


def test_raw_bytes_under_the_app_secret_are_accepted():
    channel(SECRET).verify(request(x_hub_signature_256=signature()))


@pytest.mark.parametrize("secret", [SECRET, NEXT_SECRET])
def test_both_live_secrets_are_accepted_while_one_is_changed(secret):
    channel(SECRET, NEXT_SECRET).verify(request(x_hub_signature_256=signature(secret=secret)))


REFUSED = {
    "none": {},
    "empty": {"x_hub_signature_256": ""},
    "withdrawn secret": {"x_hub_signature_256": signature(secret="c" * 32)},
    "sha1": {"x_hub_signature_256": signature(algorithm="sha1")},
    "sha1 header": {"x_hub_signature": signature(algorithm="sha1")},
    "two headers": {"x_hub_signature_256": f"{signature()},{signature(secret='c' * 32)}"},
    "without prefix": {"x_hub_signature_256": signature().removeprefix("sha256=")},
    "cut": {"x_hub_signature_256": signature()[:-1]},
    "not ascii": {"x_hub_signature_256": "sha256=" + "ä" * 64},
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED.keys())
def test_everything_else_is_refused(headers):
    with pytest.raises(SignatureError):
        channel(SECRET).verify(request(**headers))


CHANGED = {
    "tampered": BODY.replace(b"entry", b"entrx"),
    "escaped": json.dumps(json.loads(BODY)).encode(),
    "reordered": b'{"entry":[{"text":"gr\xc3\xb6\xc3\x9fer \xf0\x9f\x93\xa6"}],"object":"whatsapp_business_account"}',
    "line end": BODY + b"\r\n",
}


@pytest.mark.parametrize("body", CHANGED.values(), ids=CHANGED.keys())
def test_the_same_words_in_other_bytes_are_refused(body):
    with pytest.raises(SignatureError):
        channel(SECRET).verify(request(body, x_hub_signature_256=signature()))


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_channel_without_a_secret_is_closed(secrets):
    with pytest.raises(SignatureError):
        channel(*secrets).verify(request(x_hub_signature_256=signature(secret="")))


def handshake(**query):
    return request(query={f"hub.{name}": value for name, value in query.items()})


def test_handshake_reads_the_challenge_back_as_plain_text():
    answer = channel(SECRET).handshake(handshake(mode="subscribe", verify_token="sesame", challenge="1158201444"))
    assert answer is not None
    assert answer[0].startswith("text/plain")
    assert answer[1] == b"1158201444"


@pytest.mark.parametrize("token", ["", "Sesame", "sesame ", "ß"])
def test_handshake_with_another_word_is_refused(token):
    with pytest.raises(SignatureError):
        channel(SECRET).handshake(handshake(mode="subscribe", verify_token=token, challenge="1"))


def test_handshake_of_a_channel_without_a_verify_token_is_refused():
    with pytest.raises(SignatureError):
        channel(SECRET, verify_token="").handshake(handshake(mode="subscribe", verify_token="", challenge="1"))


def test_challenge_of_a_megabyte_is_refused():
    with pytest.raises(SignatureError):
        channel(SECRET).handshake(handshake(mode="subscribe", verify_token="sesame", challenge="1" * 1_000_000))


def test_plain_visit_is_no_handshake():
    assert channel(SECRET).handshake(request()) is None
