"""The one place that asks what time it is."""

from datetime import UTC, datetime

from django.utils import timezone


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return timezone.now()


def from_timestamp(seconds: float) -> datetime:
    """The aware instant of a Unix timestamp."""
    return datetime.fromtimestamp(seconds, tz=UTC)
