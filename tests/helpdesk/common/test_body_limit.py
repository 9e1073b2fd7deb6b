"""Bodies that are too large are refused before anything of them is kept (C10)."""

import asyncio

import pytest
from django.core.asgi import get_asgi_application

from helpdesk.common.body_limit import BodyLimit


def ask(*, headers=(), chunks=0, chunk=b"x" * 100_000, application=None):
    """Post ``chunks`` pieces to Django behind a limit of 1 MB; gives (status, how many pieces were read)."""
    sent, read = [], 0

    async def receive():
        nonlocal read
        read += 1
        return {"type": "http.request", "body": chunk, "more_body": read < chunks}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/no-such-page/",
        "raw_path": b"/no-such-page/",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    limited = BodyLimit(application or get_asgi_application(), max_bytes=1_000_000)
    asyncio.run(asyncio.wait_for(limited(scope, receive, send), timeout=20))
    return next(message["status"] for message in sent if message["type"] == "http.response.start"), read


def test_declared_oversize_is_refused_unread():
    assert ask(headers=[(b"content-length", b"50000000")], chunks=500) == (413, 0)


def test_endless_body_is_refused_as_soon_as_it_is_too_large():
    assert ask(chunks=1_000_000) == (413, 11)


@pytest.mark.parametrize("length", [b"-1", b"1e9", b"9" * 400])
def test_length_that_is_none_does_not_help(length):
    status, read = ask(headers=[(b"content-length", length)], chunks=1_000_000)
    assert (status, read) == (413, 11)


def test_small_body_reaches_the_application():
    async def application(scope, receive, send):
        message = await receive()
        await send({"type": "http.response.start", "status": 200 + len(message["body"]), "headers": []})

    assert ask(chunks=1, chunk=b"abc", application=application) == (203, 1)


def test_other_connections_pass():
    async def application(scope, receive, send):
        await send({"type": "lifespan.startup.complete"})

    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(BodyLimit(application, max_bytes=1)({"type": "lifespan"}, None, send))
    assert sent == [{"type": "lifespan.startup.complete"}]
