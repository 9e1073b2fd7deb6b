"""One listener a process: hears what is told about live conversations and hands it to the streams that are open here."""

import asyncio
import logging
import threading
from collections import defaultdict
from time import monotonic

import psycopg
from django.db import connection

from tickets.services.live import AGENT_TYPING, CHANNEL, MESSAGE, VISITOR_TYPING

logger = logging.getLogger(__name__)

TYPING_SECONDS = 6.0
MOST_STREAMS = 2000
MOST_STREAMS_PER_VISITOR = 6
_MOST_TYPING_KEPT = 10_000
_POLL_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 10.0


class Subscription:
    """What one stream has not passed on yet. Bounded: newer news of a kind replaces older."""

    def __init__(self, loop: asyncio.AbstractEventLoop, visitor_id: int) -> None:
        self.visitor_id = visitor_id
        self._loop = loop
        self._news: dict[str, str] = {}
        self._is_there = asyncio.Event()

    def put(self, kind: str, value: str) -> None:
        """Called in any thread."""
        self._loop.call_soon_threadsafe(self._put, kind, value)

    def _put(self, kind: str, value: str) -> None:
        self._news[kind] = value
        self._is_there.set()

    async def next(self, *, within_seconds: float) -> dict[str, str]:
        """The news by kind; empty when there was none in that time."""
        try:
            await asyncio.wait_for(self._is_there.wait(), within_seconds)
        except TimeoutError:
            return {}
        self._is_there.clear()
        news, self._news = self._news, {}
        return news


class Hub:
    """Starts its thread and its one connection when somebody first asks; both end with ``stop`` or the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: dict[int, set[Subscription]] = defaultdict(set)
        self._count = 0
        self._typing: dict[int, float] = {}
        self._thread: threading.Thread | None = None
        self._ends = threading.Event()
        self._listens = threading.Event()

    def subscribe(
        self, conversation_id: int, *, visitor_id: int, loop: asyncio.AbstractEventLoop
    ) -> Subscription | None:
        """A place for one stream; None when this process has too many, or this visitor."""
        with self._lock:
            own = sum(s.visitor_id == visitor_id for s in self._streams.get(conversation_id, ()))
            if self._count >= MOST_STREAMS or own >= MOST_STREAMS_PER_VISITOR:
                return None
            subscription = Subscription(loop, visitor_id)
            self._streams[conversation_id].add(subscription)
            self._count += 1
            return subscription

    def unsubscribe(self, conversation_id: int, subscription: Subscription) -> None:
        """Give the place back."""
        with self._lock:
            streams = self._streams.get(conversation_id, set())
            if subscription in streams:
                streams.discard(subscription)
                self._count -= 1
            if not streams:
                self._streams.pop(conversation_id, None)

    def is_visitor_typing(self, conversation_id: int) -> bool:
        """Whether the visitor wrote in the last seconds, as far as this process has heard."""
        self.start()
        return monotonic() - self._typing.get(conversation_id, -TYPING_SECONDS) < TYPING_SECONDS

    @property
    def stream_count(self) -> int:
        return self._count

    def start(self, *, wait_seconds: float = 2.0) -> bool:
        """Listen, unless it does already; returns whether it hears by then."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._ends.clear()
                self._listens.clear()
                # Asked for here: settings of the database belong to the thread that has them.
                parameters = connection.get_connection_params()
                parameters.pop("pool", None)
                self._thread = threading.Thread(target=self._run, args=(parameters,), name="live", daemon=True)
                self._thread.start()
        return self._listens.wait(wait_seconds)

    def stop(self) -> None:
        """End the thread and its connection."""
        self._ends.set()
        thread = self._thread
        if thread is not None:
            thread.join(timeout=5)
        self._thread = None
        self._typing.clear()

    def _run(self, parameters: dict[str, object]) -> None:
        pause = 0.5
        while not self._ends.is_set():
            try:
                with psycopg.connect(**parameters, autocommit=True) as listening:  # type: ignore[arg-type]
                    listening.execute(f"LISTEN {CHANNEL}")
                    self._listens.set()
                    pause = 0.5
                    self._wake_everybody()
                    while not self._ends.is_set():
                        for heard in listening.notifies(timeout=_POLL_SECONDS):
                            self._hear(heard.payload)
            except psycopg.Error as error:
                self._listens.clear()
                logger.warning("live news are interrupted: %s", type(error).__name__)
                self._ends.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _wake_everybody(self) -> None:
        """Something may have been told while nobody listened."""
        with self._lock:
            streams = [stream for group in self._streams.values() for stream in group]
        for stream in streams:
            stream.put(MESSAGE, "")

    def _hear(self, payload: str) -> None:
        kind, _colon, rest = payload.partition(":")
        number, _colon, value = rest.partition(":")
        if not number.isdigit():
            return
        conversation_id = int(number)
        if kind == VISITOR_TYPING:
            if len(self._typing) >= _MOST_TYPING_KEPT:
                self._typing.clear()
            self._typing[conversation_id] = monotonic()
        elif kind in (MESSAGE, AGENT_TYPING):
            with self._lock:
                streams = list(self._streams.get(conversation_id, ()))
            for stream in streams:
                stream.put(kind, value)


hub = Hub()
