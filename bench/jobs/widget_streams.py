"""Open widgets: 500 live streams on one web process; what they cost in memory, and how soon an answer is there."""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import Group

from bench.table import Row
from channels_app.services.channels import create_channel
from helpdesk.accounts.models import User
from tickets.models import Conversation, Visitor
from tickets.services.actors import Actor
from tickets.services.delivery import send_message
from tickets.services.replies import reply_to_ticket
from tickets.webchat.receiving import Words, take_words
from tickets.webchat.visitors import Introduction, conversation_of, start_visitor

STREAMS = 500
ANSWERS = 200
MOST_MEGABYTES, MOST_MILLISECONDS = 100, 350
SITE = "https://shop.example"
_WAIT_SECONDS = 60.0
# As many addresses of this machine, so that the limit of streams an address may open is not what is measured.
_PER_ADDRESS = 100


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One open widget: whose it is, and what it asks with."""

    token: str
    ticket_id: int
    conversation_id: int


def rows() -> list[Row]:
    """Memory of the web process with every stream open, and the time from an answer's sending to its event in the widget."""
    agent = User.objects.create(username=f"bench-{uuid.uuid4().hex[:8]}", is_staff=True)
    agent.groups.add(Group.objects.get(name="agent"))
    channel = create_channel(
        kind="webchat", slug=f"bench-{uuid.uuid4().hex[:8]}", config={"origins": [SITE]}, secrets={}
    )
    seats = [_seat(channel) for _number in range(STREAMS)]
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    port = listening.getsockname()[1]
    server = _start_server(listening)
    listening.close()
    try:
        before, after, delays = asyncio.run(_measure(port, str(channel.uuid), seats, agent, server.pid))
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=15)
    return _as_rows(before, after, delays)


def _as_rows(before: float, after: float, delays: Sequence[float]) -> list[Row]:
    p50, p95 = statistics.median(delays) * 1000, sorted(delays)[int(len(delays) * 0.95)] * 1000
    return [
        Row(
            job=f"{STREAMS} open widget streams, one process: memory",
            ours=f"+{after - before:.0f} MB ({after:.0f} MB)",
            reference=f"{before:.0f} MB without",
            floor=f"<= +{MOST_MEGABYTES} MB",
            met=after - before <= MOST_MEGABYTES,
        ),
        Row(
            job=f"{STREAMS} open widget streams: answer until event, p95 of {len(delays)}",
            ours=f"{p95:.0f} ms (p50 {p50:.0f})",
            floor=f"<= {MOST_MILLISECONDS} ms",
            met=p95 <= MOST_MILLISECONDS and len(delays) == ANSWERS,
        ),
    ]


def _seat(channel: object) -> Seat:
    visitor, token = start_visitor(channel=channel, introduction=Introduction(name="Nora"))  # type: ignore[arg-type]
    message = take_words(visitor=visitor, words=Words(client_id=uuid.uuid4().hex, text="Is the lamp in stock?"))
    conversation = conversation_of(Visitor.objects.select_related("channel").get(pk=visitor.pk))
    if message is None or not isinstance(conversation, Conversation):
        raise RuntimeError("a visitor's message was not filed")
    return Seat(token=token, ticket_id=message.ticket_id, conversation_id=conversation.pk)


def _start_server(listening: socket.socket) -> subprocess.Popen[bytes]:
    """The web process as the supervisor starts it."""
    environment = os.environ | {"HELPDESK_LOG_LEVEL": "ERROR", "HELPDESK_DATABASE_POOL": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "helpdesk.embedded.web", str(listening.fileno())],
        pass_fds=[listening.fileno()],
        env=environment,
        cwd=Path(__file__).resolve().parents[2],
    )


async def _measure(
    port: int, channel: str, seats: Sequence[Seat], agent: User, pid: int
) -> tuple[float, float, list[float]]:
    arrivals: dict[int, asyncio.Queue[float]] = {seat.conversation_id: asyncio.Queue() for seat in seats}
    await _wait_until_up(port)
    before = _megabytes(pid)
    streams = []
    for start in range(0, len(seats), 25):
        part = seats[start : start + 25]
        opening = [_open(port, channel, seat, (start + offset) // _PER_ADDRESS) for offset, seat in enumerate(part)]
        streams += await asyncio.gather(*opening)
    listeners = [
        asyncio.create_task(_listen(stream[0], arrivals[seat.conversation_id]))
        for stream, seat in zip(streams, seats, strict=True)
    ]
    delays = []
    for number in range(ANSWERS):
        seat = seats[number * 7 % len(seats)]
        sent_at = await asyncio.to_thread(_answer, seat, agent)
        arrived_at = await asyncio.wait_for(arrivals[seat.conversation_id].get(), _WAIT_SECONDS)
        delays.append(arrived_at - sent_at)
    after = _megabytes(pid)
    for listener in listeners:
        listener.cancel()
    for _reader, writer in streams:
        writer.close()
    return before, after, delays


def _answer(seat: Seat, agent: User) -> float:
    """An agent's answer, sent by the worker's own function; returns when that began."""
    message = reply_to_ticket(ticket_id=seat.ticket_id, actor=Actor.agent(agent), text="Yes, it is.")
    began = time.perf_counter()
    send_message(message_id=message.pk)
    return began


async def _open(port: int, channel: str, seat: Seat, block: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(f"127.0.0.{10 + block}", 0))
    request = (
        f"GET /widget/{channel}/stream HTTP/1.1\r\nHost: localhost\r\nOrigin: {SITE}\r\n"
        f"Authorization: Bearer {seat.token}\r\n\r\n"
    )
    writer.write(request.encode())
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _WAIT_SECONDS)
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise RuntimeError(f"a stream was refused: {head.partition(bytes([13, 10]))[0]!r}")
    await asyncio.wait_for(reader.readuntil(b"event: open\n"), _WAIT_SECONDS)
    return reader, writer


async def _listen(reader: asyncio.StreamReader, arrived: asyncio.Queue[float]) -> None:
    while True:
        await reader.readuntil(b"event: change\n")
        arrived.put_nowait(time.perf_counter())


async def _wait_until_up(port: int) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = await reader.read(64)
            writer.close()
            if b" 200 " in answer:
                return
        except OSError:
            await asyncio.sleep(0.1)
    raise RuntimeError("the web process did not come up")


def _megabytes(pid: int) -> float:
    """What the process holds in memory now."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the web process is gone")
