"""Telling the log of a stretch of work that is over."""

from datetime import datetime
from typing import Any

from tickets.models import Ticket, WorkInterval
from tickets.services.actors import Actor
from tickets.services.events import new_event


def work_data(interval: WorkInterval) -> dict[str, Any]:
    """What the log keeps of a stretch; ``message`` is the line of the call that it comes from. One that is gone has 0 seconds."""
    data: dict[str, Any] = {
        "interval": interval.pk,
        "contact": interval.contact_number,
        "kind": interval.kind,
        "started_at": interval.started_at.isoformat(),
        "seconds": seconds_of(interval.started_at, interval.ended_at),
    }
    if interval.call is not None:
        data["message"] = interval.call.message_id
    return data


def seconds_of(started_at: datetime, ended_at: datetime | None) -> int:
    """Whole seconds; 0 for what has no end."""
    return round((ended_at - started_at).total_seconds()) if ended_at is not None else 0


def record_work(ticket: Ticket, interval: WorkInterval) -> None:
    """Write ``work.recorded``; the same interval again corrects what was written of it. The caller holds the ticket's row locked.

    The ticket's version stays: nobody's answer or change is out of date because a colleague has stopped reading.
    """
    actor = Actor(kind="agent", user_id=interval.agent_id)
    event = new_event(ticket=ticket, kind="work.recorded", actor=actor, data=work_data(interval), at=interval.ended_at)
    event.save(force_insert=True)
    ticket.save(update_fields=["event_sequence"])
