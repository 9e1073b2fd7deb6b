"""Who signed: the vectors that Twilio publishes, and what must not pass."""

from urllib.parse import urlencode

import pytest

from channels_app.adapters.base import SignatureError, WebhookRequest
from channels_app.adapters.twilio.signing import signature_of, verify_request
from helpdesk.common.clock import now

# The example of Twilio's security page and the vectors of its own libraries' tests.
TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FIELDS = {
    "CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309", "To": "+18005551212",
}  # fmt: skip
DOCUMENTED = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
JSON_BODY = b'{"property": "value", "boolean": true}'
JSON_DIGEST = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
JSON_SIGNATURE = "a9nBmqA0ju/hNViExpshrM61xv4="


def request(body=None, *, url=URL, signature=DOCUMENTED, query=None):
    return WebhookRequest(
        method="POST",
        body=urlencode(FIELDS).encode() if body is None else body,
        headers={"x-twilio-signature": signature} if signature is not None else {},
        query=query or {},
        url=url,
        received_at=now(),
    )


def is_taken(*arguments, tokens=(TOKEN,), **changes):
    try:
        verify_request(request(*arguments, **changes), tokens=tokens)
    except SignatureError:
        return False
    return True


def test_documented_examples_are_signed():
    assert is_taken()
    with_newer_number = {**FIELDS, "Caller": "+12349013030", "From": "+12349013030"}
    assert is_taken(urlencode(with_newer_number).encode(), signature="0/KCTR6DLpKmkAf8muzZqo1nDgQ=")


def test_parameter_that_comes_twice_is_signed_once_a_value():
    body = urlencode(
        [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
    )
    assert is_taken(body.encode(), signature="IK+Dwps556ElfBT0I3Rgjkr1wJU=")


def test_json_body_is_signed_by_its_digest_in_the_address():
    url = f"{URL}&bodySHA256={JSON_DIGEST}"
    query = {"foo": "1", "bar": "2", "bodySHA256": JSON_DIGEST}
    assert is_taken(JSON_BODY, url=url, signature=JSON_SIGNATURE, query=query)
    assert not is_taken(JSON_BODY + b" ", url=url, signature=JSON_SIGNATURE, query=query)
    assert not is_taken(b"", url=url, signature=JSON_SIGNATURE, query=query)


@pytest.mark.parametrize(
    ("signed", "configured"),
    [
        ("https://desk.example/hooks/", "https://desk.example:443/hooks/"),
        ("https://desk.example:443/hooks/", "https://desk.example/hooks/"),
        ("http://desk.example:80/hooks/", "http://desk.example/hooks/"),
        ("https://desk.example/hooks/", "https://desk.example:8443/hooks/"),
    ],
)
def test_address_counts_with_and_without_its_port(signed, configured):
    signature = signature_of(signed, FIELDS.items(), token=TOKEN)
    assert is_taken(url=configured, signature=signature)


def test_other_host_scheme_path_or_query_is_refused():
    for url in (
        "https://evil.example/myapp.php?foo=1&bar=2",
        "http://mycompany.com/myapp.php?foo=1&bar=2",
        "https://mycompany.com/other.php?foo=1&bar=2",
        "https://mycompany.com/myapp.php?foo=1&bar=3",
        "https://mycompany.com/myapp.php",
    ):
        assert not is_taken(url=url)


@pytest.mark.parametrize(
    "change", [{"Digits": "4321"}, {"Added": "1"}, {"To": None}, {"Digits": "1234 "}, {"digits": "1234"}]
)
def test_tampered_parameters_are_refused(change):
    fields = {name: value for name, value in (FIELDS | change).items() if value is not None}
    assert not is_taken(urlencode(fields).encode())


def test_same_parameters_written_otherwise_are_the_same_request():
    reordered = urlencode(dict(reversed(FIELDS.items()))).replace("%2B", "%2b")
    assert is_taken(reordered.encode())


@pytest.mark.parametrize(
    "signature", [None, "", "sha1=abc", DOCUMENTED[:-1], DOCUMENTED.lower(), "é", DOCUMENTED + "," + DOCUMENTED]
)
def test_missing_or_malformed_signature_is_refused(signature):
    assert not is_taken(signature=signature)


def test_every_live_token_counts_and_a_removed_one_does_not():
    assert is_taken(tokens=("new-token", TOKEN))
    assert not is_taken(tokens=("new-token",))


def test_channel_without_a_token_is_closed():
    empty = signature_of(URL, FIELDS.items(), token="")
    assert not is_taken(tokens=())
    assert not is_taken(tokens=("",), signature=empty)


def test_flood_of_parameters_is_refused():
    assert not is_taken(b"&".join(b"a%d=1" % number for number in range(5000)))
    assert not is_taken(b"a=" + b"x" * 300_000)
