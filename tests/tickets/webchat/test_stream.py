import asyncio
import http.client
import io
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.db import OperationalError

from tests.support.asgi_server import running_asgi_server
from tests.support.webchat import SITE, Browser, answer_chat, make_webchat
from tickets.webchat import hub as hub_module
from tickets.webchat import reading
from tickets.webchat.hub import hub
from tickets.webchat.stream import stream as stream_view

pytestmark = pytest.mark.django_db(transaction=True)


class Stream:
    """One open stream, read event by event."""

    def __init__(self, address: str, browser: Browser, **headers: str) -> None:
        parts = urlsplit(address)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        sent = {"Origin": SITE, "Authorization": f"Bearer {browser.token}", **headers}
        self._connection.request("GET", f"/widget/{browser.channel.uuid}/stream", headers=sent)
        self.answer = self._connection.getresponse()

    def next(self) -> dict[str, str]:
        """The next event; comments and pauses are passed over."""
        fields: dict[str, str] = {}
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            if not line and "event" in fields:
                return fields
            name, _colon, value = line.partition(": ")
            if name:
                fields[name] = value

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def desk() -> Iterator[str]:
    with running_asgi_server() as address:
        yield address


def test_answer_wakes_the_stream_with_the_place_of_its_event(desk, agent):
    browser = Browser(make_webchat())
    browser.write("Hello")
    stream = Stream(desk, browser)
    opened = stream.next()
    assert (opened["event"], opened["id"]) == ("open", browser.messages()["position"])
    answer_chat(agent, "Hi")
    told = stream.next()
    assert told["event"] == "change"
    assert [m["text"] for m in browser.messages(f"?after={opened['id']}")["messages"]] == ["Hi"]
    assert told["id"].partition(".")[0] == opened["id"].partition(".")[0]
    stream.close()


def test_who_missed_something_is_told_at_once_and_who_did_not_is_not(desk, agent):
    browser = Browser(make_webchat())
    browser.write("Hello")
    position = browser.messages()["position"]
    current = Stream(desk, browser, **{"Last-Event-ID": position})
    assert current.next()["event"] == "open"
    current.close()
    answer_chat(agent, "Hi")
    late = Stream(desk, browser, **{"Last-Event-ID": position})
    assert late.next()["event"] == "change"
    late.close()


def test_stream_of_one_visitor_hears_nothing_of_another(desk, agent):
    channel = make_webchat()
    carla, dora = Browser(channel), Browser(channel)
    carla.write("Hello from Carla")
    dora.write("Hello from Dora")
    listening = Stream(desk, carla)
    listening.next()
    answer_chat(agent, "For Dora")
    carla.write("Once more")
    told = listening.next()
    assert told["event"] == "change"
    assert told["id"].partition(".")[0] == carla.messages()["position"].partition(".")[0]
    listening.close()


def test_visitor_has_a_bounded_number_of_streams(desk, monkeypatch):
    monkeypatch.setattr(hub_module, "MOST_STREAMS_PER_VISITOR", 2)
    browser = Browser(make_webchat())
    browser.write("Hello")
    streams = [Stream(desk, browser) for _ in range(3)]
    assert [stream.answer.status for stream in streams] == [200, 200, 503]
    for stream in streams:
        stream.close()


def test_stream_whose_visitor_is_gone_before_it_begins_keeps_no_place(monkeypatch):
    browser = Browser(make_webchat())
    browser.write("Hello")
    path = f"/widget/{browser.channel.uuid}/stream"
    headers = [(b"origin", SITE.encode()), (b"authorization", f"Bearer {browser.token}".encode())]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}

    async def ask() -> int:
        answer = await stream_view(ASGIRequest(scope, io.BytesIO()), browser.channel.uuid)
        status = answer.status_code
        del answer
        await asyncio.sleep(0)
        return status

    async def fail() -> None:
        with pytest.raises(OperationalError):
            await ask()

    assert asyncio.run(ask()) == 200
    assert hub.stream_count == 0
    monkeypatch.setattr(reading, "read_positions", raise_operational_error)
    asyncio.run(fail())
    assert hub.stream_count == 0
    hub.stop()


def raise_operational_error(_conversation: object) -> None:
    raise OperationalError("the server has gone away")


def test_stream_needs_the_token_the_site_and_a_conversation(desk):
    browser = Browser(make_webchat())
    browser.start()
    assert Stream(desk, browser).answer.status == 404
    assert Stream(desk, browser, Origin="https://evil.example").answer.status == 403
    browser.token = "x" * 43
    assert Stream(desk, browser).answer.status == 401


def test_under_wsgi_the_widget_is_told_to_poll():
    browser = Browser(make_webchat())
    browser.write("Hello")
    answer = browser.call("GET", "stream")
    assert (answer.status_code, answer.json()["code"]) == (503, "poll_instead")
    assert hub.stream_count == 0
