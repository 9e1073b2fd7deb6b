"""What an agent does in a ticket while he has it open, and when he has stopped. Pure.

The browser tells every BEAT_EVERY that its page is looked at and that hand or keys moved within IDLE_AFTER. What is counted ends with
the last of these beats: waiting is no handling.
"""

from datetime import datetime, timedelta

ACTIVE, HOLD, WRAP_UP = "active", "hold", "wrap_up"
IDLE_AFTER = timedelta(seconds=60)
BEAT_EVERY = timedelta(seconds=25)
# Somebody who passes through a ticket has not worked on it.
SHORTEST = timedelta(seconds=1)


def kind_of_work(*, is_done: bool, is_waiting: bool, has_answered: bool, is_writing: bool) -> str:
    """What he does now: work at the case; stay while the customer answers (hold); finish it (wrap_up).

    ``is_done``: the ticket is resolved or closed. ``is_waiting``: the customer waits for us. ``has_answered``: a human has answered
    him. ``is_writing``: something unsent stands in the composer.
    """
    if is_done:
        return WRAP_UP
    return HOLD if has_answered and not is_waiting and not is_writing else ACTIVE


def kind_when_over(kind: str, *, following: str | None) -> str:
    """What a stretch has been when another kind follows it, or nothing (None: he has left).

    Staying after the last answer was waiting for the customer only where the contact went on; else it was work after the contact.
    """
    return WRAP_UP if kind == HOLD and following in (None, WRAP_UP) else kind


def goes_on(*, seen_at: datetime, at: datetime) -> bool:
    """Whether a sign of life at ``at`` continues a stretch whose last one was at ``seen_at``."""
    return at - seen_at <= IDLE_AFTER


def ended_at(*, seen_at: datetime, at: datetime, is_idle: bool) -> datetime:
    """When a stretch was over that he leaves at ``at``: then, or with the last beat where he had stopped before."""
    return seen_at if is_idle or not goes_on(seen_at=seen_at, at=at) else max(seen_at, at)
