"""One provider that answers in 30 seconds beside others that answer at once: what the others' customers feel of it."""

import queue
import statistics
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from django.conf import settings
from django.db import connections

from bench.table import Row
from channels_app.adapters.base import Address, InboundMessage, digest
from channels_app.models import Channel
from channels_app.services.channels import create_channel
from helpdesk.common.clock import now
from tickets.models import Message
from tickets.services.actors import Actor
from tickets.services.delivery import send_message
from tickets.services.intake import receive
from tickets.services.replies import reply_to_ticket

SLOW_SECONDS = 30.0
SENDERS = 10  # threads of the worker that sends
HEALTHY_CHANNELS = 3
MESSAGES_EACH = 40
SLOW_MESSAGES = 20
LIMIT = 1.5


class _Provider(BaseHTTPRequestHandler):
    """Takes every message; behind /slow after a long while, or when the run is over."""

    is_over: ClassVar[threading.Event] = threading.Event()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path.startswith("/slow"):
            self.is_over.wait(SLOW_SECONDS)
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        return


def rows() -> list[Row]:
    """One line: the healthy channels' p95 from the click to "sent", with the slow one beside them against without it."""
    settings.HELPDESK_TRUSTED_HOSTS = [*settings.HELPDESK_TRUSTED_HOSTS, "127.0.0.1"]
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Provider)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    base = f"http://127.0.0.1:{server.server_address[1]}"
    healthy = [_channel(f"bench-quick-{number}", f"{base}/quick") for number in range(HEALTHY_CHANNELS)]
    slow = _channel("bench-slow", f"{base}/slow")
    _p95(healthy, [])  # the first run opens connections and loads code
    alone = _p95(healthy, [])
    beside = _p95(healthy, [slow])
    server.shutdown()
    ratio = beside / alone
    return [
        Row(
            job=f"sending, one provider of {HEALTHY_CHANNELS + 1} answers in {SLOW_SECONDS:.0f} s, p95 of the others",
            ours=f"{beside * 1000:.0f} ms",
            reference=f"{alone * 1000:.0f} ms without it",
            ratio=f"{ratio:.2f}x",
            floor=f"<= {LIMIT}x",
            met=ratio <= LIMIT,
        )
    ]


def _channel(slug: str, url: str) -> Channel:
    return create_channel(kind="api", slug=slug, config={"deliver_url": url}, secrets={}, brand_name="Bench")


def _p95(healthy: list[Channel], slow: list[Channel]) -> float:
    _Provider.is_over.clear()
    slow_ids = [message_id for channel in slow for message_id in _queue(channel, SLOW_MESSAGES)]
    by_channel = [_queue(channel, MESSAGES_EACH) for channel in healthy]
    bell: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    seconds: dict[int, float] = {}
    for message_id in slow_ids:
        bell.put(message_id)
    threads = [threading.Thread(target=_send_all, args=(bell, seconds), daemon=True) for _number in range(SENDERS)]
    for thread in threads:
        thread.start()
    in_turn = [message_id for row in zip(*by_channel, strict=True) for message_id in row]
    rung: dict[int, float] = {}
    for message_id in in_turn:
        # As the clicks of several agents would come, below what the senders can take.
        rung[message_id] = time.perf_counter()
        bell.put(message_id)
        time.sleep(0.08)
    deadline = time.perf_counter() + 60
    while not rung.keys() <= seconds.keys() and time.perf_counter() < deadline:
        time.sleep(0.02)
    _Provider.is_over.set()
    for _thread in threads:
        bell.put(None)
    for thread in threads:
        thread.join(30)
    unsent = Message.objects.filter(pk__in=in_turn).exclude(delivery_state="sent").first()
    if unsent is not None:
        raise RuntimeError(f"a healthy channel's message was not sent: {unsent.delivery_state} {unsent.error}")
    return statistics.quantiles([seconds[message_id] - at for message_id, at in rung.items()], n=20)[-1]


def _send_all(bell: "queue.SimpleQueue[int | None]", seconds: dict[int, float]) -> None:
    try:
        while (message_id := bell.get()) is not None:
            send_message(message_id=message_id)
            seconds[message_id] = time.perf_counter()
    finally:
        connections.close_all()


def _queue(channel: Channel, count: int) -> list[int]:
    """So many answers of the bot to as many customers, in the outbox."""
    ids = []
    for _number in range(count):
        key = digest(channel.slug, str(time.perf_counter_ns()))
        item = InboundMessage(dedup_key=key, sender=Address(address=key.hex()[:16]), text="Hello", sent_at=now())
        filed = receive(channel=channel, item=item)
        if filed.ticket_id is None:
            raise RuntimeError("a message was not filed")
        ids.append(reply_to_ticket(ticket_id=filed.ticket_id, actor=Actor.bot(), text="Good day").pk)
    return ids
