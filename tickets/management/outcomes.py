"""What became of stored events, as the JSON lines that ``receive`` and ``replay`` promise."""

from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any

from channels_app.models import InboundEvent
from tickets.models import Message
from tickets.services.filed import Filed
from tickets.services.processing import process_event

WAIT_SECONDS = 30.0


def process_and_describe(event_id: int, *, file: str | None) -> Iterator[dict[str, Any]]:
    """File the event's items, or wait for the worker that was faster; one line for each item."""
    try:
        filed = process_event(event_id=event_id)
    except Exception as error:
        # It is stored and will be tried again; what went wrong stands on the event.
        yield line(file, event_id, None, reason=f"waits to be tried again: {type(error).__name__}: {error}")
        return
    if not filed:
        yield from _described_by_rows(event_id, file)
    for item in filed:
        yield as_line(file, event_id, item)


def duplicate_line(event_id: int | None, *, file: str | None) -> dict[str, Any]:
    """The line of an event that was stored before, with what it was filed as."""
    message = _messages(event_id).first()
    ids = {} if message is None else _ids(message)
    return line(file, event_id, "duplicate", **ids)


def as_line(file: str | None, event_id: int | None, filed: Filed) -> dict[str, Any]:
    """One filed item."""
    return line(
        file,
        event_id,
        filed.outcome,
        reason=filed.reason,
        ticket=filed.ticket_id,
        conversation=filed.conversation_id,
        message=filed.message_id,
    )


def line(file: str | None, event_id: int | None, outcome: str | None, **values: Any) -> dict[str, Any]:
    """Every promised name, in order."""
    names = ("reason", "event", "ticket", "conversation", "message")
    described = dict.fromkeys(names) | {"event": event_id} | values
    return {"file": file, "outcome": outcome, **described}


def _described_by_rows(event_id: int, file: str | None) -> Iterator[dict[str, Any]]:
    """Another process took the event: wait until it is done and read from the rows what it did."""
    deadline = monotonic() + WAIT_SECONDS
    while True:
        event = InboundEvent.objects.get(pk=event_id)
        if event.state != InboundEvent.State.RECEIVED or monotonic() > deadline:
            break
        sleep(0.1)
    messages = list(_messages(event_id))
    for message in messages:
        is_first = not Message.objects.filter(ticket=message.ticket_id, pk__lt=message.pk).exists()
        yield line(file, event_id, "created" if is_first else "appended", **_ids(message))
    if event.state == InboundEvent.State.RECEIVED:
        yield line(file, event_id, None, reason="waits to be processed")
    elif event.state == InboundEvent.State.QUARANTINED or not messages:
        outcome = "quarantined" if event.state == InboundEvent.State.QUARANTINED else "ignored"
        yield line(file, event_id, outcome, reason=event.reason or None)


def _messages(event_id: int | None) -> Any:
    return Message.objects.filter(inbound_event=event_id).exclude(inbound_event=None).order_by("pk")


def _ids(message: Message) -> dict[str, int | None]:
    return {"ticket": message.ticket_id, "conversation": message.conversation_id, "message": message.pk}
