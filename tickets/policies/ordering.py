"""Where a message stands in the timeline. Pure."""

from datetime import datetime, timedelta

OLDEST = timedelta(days=7)


def sort_at(*, provider_at: datetime | None, received_at: datetime, trusts_provider: bool) -> datetime:
    """The provider's time, clamped to [received - 7 days, received]; where it is hostile (mail's Date), the received time."""
    if provider_at is None or not trusts_provider:
        return received_at
    return max(received_at - OLDEST, min(provider_at, received_at))
