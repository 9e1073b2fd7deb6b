"""Addresses of files that strangers name, in every kind: no private host, no token for others, no endless body (D1-D4)."""

import gzip
from contextlib import suppress
from time import monotonic

import pytest

from channels_app.adapters.base import AdapterError, ChannelConfig, InboundAttachment
from channels_app.registry import adapter_class, kinds
from tests.support.http_fake import Reply, running_http_fake

# The kinds that look files up where a message says; the others ask their provider by an id.
BY_ADDRESS = ("api", "whatsapp", "messenger", "instagram", "x", "sms", "voice", "line", "viber", "facebook_reviews")
# Of these, the ones that go to any public address: the others only go to hosts of their provider.
ANYWHERE = ("api", "messenger", "instagram", "line", "viber", "facebook_reviews")
PRIVATE = [
    "http://127.0.0.1:{port}/a",
    "http://localhost:{port}/a",
    "http://[::1]:{port}/a",
    "http://2130706433:{port}/a",
    "http://0x7f.1:{port}/a",
    "http://0:{port}/a",
    "http://[::ffff:127.0.0.1]:{port}/a",
    "http://[64:ff9b::7f00:1]:{port}/a",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/a",
    "http://[fd00::1]/a",
    "https://user:pass@127.0.0.1:{port}/a",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/a",
    "//127.0.0.1:{port}/a",
    "http://",
    "\0",
]


def adapter_at(kind, base_url=""):
    """(adapter with a made-up account, its secrets)."""
    config, secrets = adapter_class(kind).config_form({}).trial_settings()
    if base_url:
        config |= {"base_url": base_url}
    words = [one for value in secrets.values() for one in (value if isinstance(value, list) else [value])]
    return adapter_class(kind)(ChannelConfig(uuid="u", config=config, secrets=secrets, site_url="https://x")), words


def fetch(adapter, url):
    return adapter.fetch_media(InboundAttachment(name="a.png", content_type="image/png", url=url))


@pytest.fixture
def stranger():
    """A server that no setting trusts."""
    with running_http_fake() as fake:
        yield fake


@pytest.mark.parametrize("kind", kinds())
@pytest.mark.parametrize("address", PRIVATE)
def test_file_at_a_private_address_is_refused_for_good(kind, address, stranger):
    adapter, _secrets = adapter_at(kind)
    url = address.format(port=stranger.port)
    if kind in BY_ADDRESS:
        with pytest.raises(AdapterError) as refusal:
            fetch(adapter, url)
        # Over IPv6 there may be nothing to resolve; then it is tried again and fails again.
        assert refusal.value.permanent or refusal.value.code == "dns"
    else:
        assert fetch(adapter, url).content is None
    assert stranger.calls == []


@pytest.mark.parametrize("kind", BY_ADDRESS)
def test_other_hosts_never_see_the_token(kind, http_fake, stranger, settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1", "localhost"]
    stranger.answer = lambda call: Reply(200, b"file")
    http_fake.answer = lambda call: Reply(302, headers={"location": f"http://localhost:{stranger.port}/elsewhere"})
    adapter, secrets = adapter_at(kind, http_fake.url)
    for url in (f"http://localhost:{stranger.port}/direct", f"{http_fake.url}/redirected"):
        if kind in ANYWHERE:
            assert fetch(adapter, url).content == b"file"
        else:
            with suppress(AdapterError):
                fetch(adapter, url)
    for call in stranger.calls:
        assert "authorization" not in call.headers
        assert not any(secret in f"{call.path} {call.headers} {call.body!r}" for secret in secrets)
    assert kind not in ANYWHERE or len(stranger.calls) == 2


def endless(write):
    while True:
        write(b"0" * 65_536)


@pytest.mark.parametrize("kind", BY_ADDRESS)
def test_endless_file_is_given_up_at_the_limit(kind, http_fake):
    http_fake.answer = lambda call: Reply(200, write=endless)
    adapter, _secrets = adapter_at(kind, http_fake.url)
    started = monotonic()
    with pytest.raises(AdapterError) as refusal:
        fetch(adapter, f"{http_fake.url}/endless")
    assert (refusal.value.code, refusal.value.permanent) == ("too_large", True)
    assert monotonic() - started < 20


@pytest.fixture(scope="module")
def bomb():
    """200 MB of nothing in 900 KB."""
    return gzip.compress(b"\0" * (200 * 1024 * 1024), 1)


@pytest.mark.parametrize("kind", BY_ADDRESS)
def test_compressed_bomb_is_given_up_at_the_limit(kind, http_fake, bomb):
    http_fake.answer = lambda call: Reply(200, bomb, {"content-encoding": "gzip"})
    adapter, _secrets = adapter_at(kind, http_fake.url)
    with pytest.raises(AdapterError) as refusal:
        fetch(adapter, f"{http_fake.url}/bomb")
    assert refusal.value.code == "too_large"
