"""Signatures for a user."""

from urllib.parse import unquote

import pytest

from channels_app.adapters.x.oauth import Keys, authorization

# The example of https://docs.x.com/resources/fundamentals/authentication/oauth-1-0a/creating-a-signature
DOCUMENTED = Keys(
    consumer_key="xvz1evFS4wEEPTGEFPHBog",
    consumer_secret="kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
    access_token="370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
    access_token_secret="LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
)
STATUS = {"status": "Hello Ladies + Gentlemen, a signed OAuth request!"}


def signature(url, *, form=STATUS, keys=DOCUMENTED):
    header = authorization(
        keys, "post", url, form=form, nonce="kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", timestamp="1318622958"
    )
    assert header.startswith("OAuth oauth_consumer_key=")
    return unquote(header.partition('oauth_signature="')[2].partition('"')[0])


@pytest.mark.parametrize(
    "url",
    [
        "https://api.twitter.com/1.1/statuses/update.json?include_entities=true",
        "HTTPS://API.twitter.com:443/1.1/statuses/update.json?include_entities=true",
    ],
)
def test_signature_is_the_documented_one(url):
    assert signature(url) == "hCtSmYh+iHYCEqBWrE7C7hYmtUk="


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("https://api.twitter.com/1.1/statuses/update.json", STATUS),
        ("https://api.twitter.com:8443/1.1/statuses/update.json?include_entities=true", STATUS),
        ("https://api.twitter.com/1.1/statuses/update.json?include_entities=true", {"status": "Hello"}),
    ],
)
def test_signature_covers_address_query_and_form(url, form):
    assert signature(url, form=form) != "hCtSmYh+iHYCEqBWrE7C7hYmtUk="


def test_every_request_has_its_own_nonce():
    headers = {authorization(DOCUMENTED, "GET", "https://api.x.com/2/users/me") for _ in range(5)}
    assert len(headers) == 5
