"""Contacts: runs of messages on a ticket without a gap over the channel's session gap, a snooze or a hold between. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A message as far as contacts go. ``moves``: it is a person's word or an answer; others take the number that runs."""

    sort_at: datetime
    received_at: datetime
    session_gap: timedelta
    moves: bool


def number_contacts(turns: Sequence[Turn], holds: Sequence[datetime]) -> tuple[list[int], int, datetime | None]:
    """(the contact of each turn, the running contact, when it ends) as if the turns had come one by one in this order.

    ``holds``, rising: when the ticket was put on hold or aside, which ends the contact that runs then.
    """
    number, ends_at = 1, None
    numbers, waiting_holds = [], list(holds)
    for turn in turns:
        while waiting_holds and waiting_holds[0] <= turn.received_at:
            hold = waiting_holds.pop(0)
            ends_at = min(ends_at, hold) if ends_at is not None else None
        if turn.moves:
            number, ends_at = contact_after(
                number=number, ends_at=ends_at, message_at=turn.sort_at, session_gap=turn.session_gap
            )
        numbers.append(number)
    if waiting_holds and ends_at is not None:
        ends_at = min(ends_at, waiting_holds[0])
    return numbers, number, ends_at
