"""The one place that asks what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.utils import timezone

_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return _told.get() or timezone.now()


@contextmanager
def told_time(moment: datetime) -> Iterator[None]:
    """Let ``now()`` answer ``moment`` for the block, in this thread: services then write as if it were that time."""
    token = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(token)


def from_timestamp(seconds: float) -> datetime:
    """The aware instant of a Unix timestamp."""
    return datetime.fromtimestamp(seconds, tz=UTC)
