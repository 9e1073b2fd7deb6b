"""The SMTP listener: takes mail for the addresses of our channels and for nobody else, and says 250 only after the commit."""

import asyncio
import logging
import re
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import close_old_connections

from channels_app.adapters.base import RawEvent
from channels_app.adapters.email.thread import token_of_address
from channels_app.models import Channel
from channels_app.registry import adapter_class
from channels_app.services.storing import MAX_EVENT_BYTES, store_events
from helpdesk.common.clock import now
from helpdesk.common.failpoints import failpoint
from helpdesk.common.text import normalise_email

logger = logging.getLogger(__name__)

# Room for the trace headers that delivery adds.
MAX_MAIL_BYTES = MAX_EVENT_BYTES - 64 * 1024
MAX_RECIPIENTS = 100
MAX_LINE_BYTES = 64 * 1024  # RFC 5321 says 1,000; real mails have longer ones, and refusing them loses customers
IDLE_SECONDS = 60.0
ADDRESSES_FRESH_SECONDS = 3.0
STOP_SECONDS = 20.0
ANSWER_SECONDS = 0.2  # for the last answers to leave
_THREADS = 4
_UNSAFE_IN_HEADER = re.compile(r"[^!-~]")

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


@dataclass
class _Addresses:
    """Which channel takes which address; read again every few seconds, so that a new channel needs no restart."""

    known: dict[str, list[int]] = field(default_factory=dict)
    read_at: float = float("-inf")

    def channels_of(self, address: str) -> list[int]:
        """The ids of the active e-mail channels with that address, its token form included."""
        if monotonic() - self.read_at > ADDRESSES_FRESH_SECONDS:
            self.known = _read_addresses()
            self.read_at = monotonic()
        normalised = normalise_email(address)
        token = token_of_address(normalised)
        return self.known.get(normalised.replace(f"+{token}@", "@") if token else normalised, [])


def _read_addresses() -> dict[str, list[int]]:
    known: dict[str, list[int]] = {}
    for channel in Channel.objects.filter(kind="email", is_active=True).order_by("pk"):
        config = channel.config
        for written in (config.get("address", ""), *config.get("aliases", [])):
            address = adapter_class("email").normalise_address(str(written))
            if address and channel.pk not in known.setdefault(address, []):
                known[address].append(channel.pk)
    return known


class MailIntake:
    """What the SMTP server asks. Database work runs in threads of its own, never in the event loop."""

    def __init__(self) -> None:
        self._addresses = _Addresses()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="mail")
        self._storing: set[asyncio.Future[None]] = set()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        try:
            channel_ids = await self._in_thread(self._addresses.channels_of, address)
        except Exception:
            logger.warning("The addresses of the channels cannot be read", exc_info=True)
            return "451 4.3.0 Please try again later"
        if not channel_ids:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        targets: dict[int, list[str]] = envelope.__dict__.setdefault("targets", {})
        for channel_id in channel_ids:
            targets.setdefault(channel_id, []).append(address)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        peer = session.peer[0] if isinstance(session.peer, tuple) else ""
        storing = asyncio.ensure_future(self._in_thread(_store, envelope, str(peer)))
        self._storing.add(storing)
        storing.add_done_callback(self._storing.discard)
        try:
            await storing
        except Exception:
            logger.warning("A mail could not be stored", exc_info=True)
            return "451 4.3.0 Not stored, please try again later"
        return "250 2.0.0 Stored"

    async def finish(self) -> None:
        """Wait until what is being stored is stored and answered."""
        if self._storing:
            await asyncio.wait(self._storing, timeout=STOP_SECONDS)
        await asyncio.sleep(ANSWER_SECONDS)

    async def _in_thread(
        self, work: Callable[Parameters, Answer], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Answer:
        def run() -> Answer:
            # Each thread keeps its connection; one that died with the database is replaced here.
            close_old_connections()
            try:
                return work(*args, **kwargs)
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)


def _store(envelope: Envelope, peer: str) -> None:
    """Store the mail for every channel it is addressed to. Repeated after a failure, it is stored once all the same."""
    targets: dict[int, list[str]] = envelope.__dict__.get("targets", {})
    mail_from = envelope.mail_from or ""
    content = envelope.original_content or b""
    failpoint("smtp.before_store")
    for channel in Channel.objects.select_related("brand").filter(pk__in=targets).order_by("pk"):
        addresses = targets[channel.pk]
        event = RawEvent(
            body=_trace_headers(mail_from, addresses) + content,
            content_type="message/rfc822",
            received_at=now(),
            source="smtp",
            meta={"mail_from": mail_from, "rcpt_to": addresses, "peer": peer},
        )
        store_events(channel=channel, events=[event])
    failpoint("smtp.after_commit")


def _trace_headers(mail_from: str, addresses: list[str]) -> bytes:
    """What final delivery adds (RFC 5321, 4.4): the envelope, which bounces and reply addresses are known by."""
    lines = [f"Return-Path: <{_UNSAFE_IN_HEADER.sub('', mail_from.strip('<>'))}>"]
    lines += [f"Delivered-To: {_UNSAFE_IN_HEADER.sub('', address)}" for address in addresses]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


class _Server(SMTP):
    line_length_limit = MAX_LINE_BYTES


async def serve(host: str, port: int, *, is_ready: Callable[[int], Any]) -> None:
    """Listen until SIGTERM or SIGINT. ``is_ready`` is called with the port. Raises OSError where it cannot listen."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await listen(host, port, stop=stop, is_ready=is_ready)


async def listen(host: str, port: int, *, stop: asyncio.Event, is_ready: Callable[[int], Any]) -> None:
    """Listen until ``stop`` is set; then take no new connections and finish what is being stored."""
    intake = MailIntake()
    loop = asyncio.get_running_loop()
    hostname = urlsplit(settings.SITE_URL).hostname or "localhost"

    def make_protocol() -> SMTP:
        return _Server(
            intake,
            data_size_limit=MAX_MAIL_BYTES,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="Helpdesk",
            timeout=IDLE_SECONDS,
            loop=loop,
        )

    server = await loop.create_server(make_protocol, host, port)
    is_ready(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()
    await intake.finish()
