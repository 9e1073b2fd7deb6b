"""Calls to addresses that strangers name: into no private network, in bounded time and size (D1-D4)."""

import gzip
import socket
import time

import pytest

from helpdesk.common import http
from helpdesk.common.http import HttpError, call, is_public_address
from tests.support.http_fake import Reply, running_http_fake


@pytest.fixture
def fake():
    with running_http_fake() as running:
        yield running


@pytest.fixture
def trusted(fake, settings):
    """The fake, reachable although it is on the loopback."""
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    return fake


def failure(url, method="GET", **more):
    with pytest.raises(HttpError) as failed:
        call(method, url, **more)
    return failed.value


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
        ),
        *("224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fd00::1", "fe80::1", "fe80::1%eth0", "ff02::1"),
        *(
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
        ),
        *("2001:0:7f00:1::", "fec0::1", "2001:db8::1", "no address", ""),
    ],
)
def test_address_of_a_private_network_is_not_public(address):
    assert not is_public_address(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_address_of_the_internet_is_public(address):
    assert is_public_address(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "[64:ff9b::7f00:1]",
    ],
)
def test_every_way_to_write_a_private_address_is_refused(fake, host):
    error = failure(f"http://{host}:{fake.port}/")
    assert error.code == "refused_address"
    assert error.is_permanent
    assert fake.calls == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://x.example/",
        "ftp://x.example/",
        "//x.example/",
        "x.example",
        "http://",
        "http://user@x.example/",
        "http://user:pw@127.0.0.1/",
        "http://x.example:99999/",
        "http://0177.0.0.1/",
        "",
        "http://\x00/",
        "javascript:alert(1)",
    ],
)
def test_anything_but_a_plain_web_address_is_refused(url):
    error = failure(url)
    assert error.code == "invalid_url"
    assert error.is_permanent


def test_name_that_resolves_to_a_public_and_a_private_address_is_refused(monkeypatch):
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: entries)
    assert failure("http://mixed.example/").code == "refused_address"


def test_connection_goes_to_the_address_that_was_judged(monkeypatch):
    answers = iter(["8.8.8.8", "127.0.0.1"])
    resolved, connected = [], []

    def resolve(host, *args, **kwargs):
        address = next(answers)
        resolved.append(address)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]

    def connect(address, *args, **kwargs):
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert failure("http://rebinding.example/").code == "connect"
    assert (resolved, connected) == (["8.8.8.8"], ["8.8.8.8"])


def test_trusted_host_is_called(trusted):
    trusted.answer = lambda call: Reply(body=b"hello", headers={"X-One": "1"})
    answer = call("GET", f"{trusted.url}/a?b=c")
    assert (answer.status, answer.content, answer.headers["x-one"]) == (200, b"hello", "1")


def test_error_status_is_an_answer(trusted):
    trusted.answer = lambda call: Reply(status=503, headers={"Retry-After": "7"})
    answer = call("POST", trusted.url, content=b"x")
    assert (answer.status, answer.headers["retry-after"]) == (503, "7")


def redirect(url, status=302):
    return Reply(status=status, headers={"Location": url})


def test_three_redirects_are_followed_and_a_fourth_is_not(trusted):
    trusted.answer = lambda c: redirect(f"/{int(c.path[1:]) - 1}") if c.path != "/0" else Reply(body=b"there")
    assert call("GET", f"{trusted.url}/3").content == b"there"
    assert failure(f"{trusted.url}/4").code == "too_many_redirects"


def test_redirect_into_a_private_network_is_refused(trusted, settings):
    trusted.answer = lambda call: redirect(f"http://localhost:{trusted.port}/secret")
    assert failure(trusted.url).code == "refused_address"
    assert len(trusted.calls) == 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://user@127.0.0.1/", "gopher://x/"])
def test_redirect_to_no_web_address_is_refused(trusted, target):
    trusted.answer = lambda call: redirect(target)
    assert failure(trusted.url).code == "invalid_url"


def test_credentials_go_no_further_than_the_first_host(trusted, settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1", "localhost"]
    trusted.answer = lambda c: redirect(f"http://localhost:{trusted.port}/b") if c.path == "/a" else Reply()
    call("GET", f"{trusted.url}/a", headers={"authorization": "Bearer canary", "x-api-key": "canary"})
    first, second = trusted.calls
    assert first.headers["authorization"] == "Bearer canary"
    assert "canary" not in str(second.headers)


def test_credentials_stay_on_the_same_host(trusted):
    trusted.answer = lambda c: redirect("/b") if c.path == "/a" else Reply()
    call("GET", f"{trusted.url}/a", headers={"authorization": "Bearer canary"})
    assert trusted.calls[1].headers["authorization"] == "Bearer canary"


def test_post_is_not_redirected(trusted):
    trusted.answer = lambda call: redirect("/b")
    assert call("POST", trusted.url, content=b"x").status == 302
    assert len(trusted.calls) == 1


def test_endless_answer_is_cut_at_the_limit(trusted):
    def endless(write):
        while True:
            write(b"x" * 65536)

    trusted.answer = lambda call: Reply(write=endless)
    assert failure(trusted.url, max_bytes=1_000_000).code == "too_large"


def test_limit_holds_after_decompression(trusted):
    bomb = gzip.compress(b"\0" * 60_000_000)
    assert len(bomb) < 100_000
    trusted.answer = lambda call: Reply(body=bomb, headers={"Content-Encoding": "gzip"})
    assert failure(trusted.url).code == "too_large"


def test_broken_compression_is_named(trusted):
    trusted.answer = lambda call: Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"})
    assert failure(trusted.url).code == "invalid_answer"


def test_one_byte_at_a_time_gains_no_time(trusted):
    def dribble(write):
        for _ in range(200):
            write(b"x")
            time.sleep(0.05)

    trusted.answer = lambda call: Reply(write=dribble)
    started = time.monotonic()
    assert failure(trusted.url, total_seconds=0.6).code == "timeout"
    assert time.monotonic() - started < 3


def test_connection_cut_without_an_answer_may_have_been_acted_on(trusted):
    trusted.answer = lambda call: Reply(is_cut=True)
    error = failure(trusted.url, method="POST", content=b"x")
    assert (error.code, error.was_sent, error.is_permanent) == ("connection_lost", True, False)


def test_closed_port_and_unknown_name_were_surely_not_reached(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    for url, code in [("http://127.0.0.1:1/", "connect"), ("http://no-such-host.invalid/", "dns")]:
        error = failure(url)
        assert (error.code, error.was_sent, error.is_permanent) == (code, False, False)


def test_no_proxy_of_the_environment_is_used(trusted, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert call("GET", trusted.url).status == 200


def test_limits_are_those_that_are_promised():
    assert (http.CONNECT_SECONDS, http.READ_SECONDS, http.TOTAL_SECONDS) == (5, 20, 60)
    assert http.MAX_ANSWER_BYTES == 25 * 1024 * 1024
