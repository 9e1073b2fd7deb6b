"""Contacts: runs of messages on a ticket without a gap over the channel's session gap, a snooze or a hold between. Pure."""

from datetime import datetime, timedelta


def contact_after(
    *, number: int, ends_at: datetime | None, message_at: datetime, session_gap: timedelta
) -> tuple[int, datetime]:
    """The contact a message at ``message_at`` belongs to, and when that contact now ends.

    ``ends_at`` is when the running contact ends unless somebody writes; a hold or snooze moves it to its own instant. A message
    that arrives late and lies before that belongs to the running contact and never shortens it.
    """
    if ends_at is None:
        return number, message_at + session_gap
    if message_at > ends_at:
        return number + 1, message_at + session_gap
    return number, max(ends_at, message_at + session_gap)


def is_over(*, ends_at: datetime | None, at: datetime) -> bool:
    """Whether the running contact has gone quiet."""
    return ends_at is not None and at >= ends_at
