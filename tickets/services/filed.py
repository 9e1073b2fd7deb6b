"""What became of an inbound item."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Filed:
    """What became of an item; ``outcome`` is a word of the ``receive`` command (created, appended, reopened, ...)."""

    outcome: str
    ticket_id: int | None = None
    conversation_id: int | None = None
    message_id: int | None = None
    reason: str | None = None
    # The ticket waits for something that its customer was asked for.
    is_awaited: bool = False
