"""Doors from signals: each only starts a task."""

from typing import Any

from channels_app.signals import events_stored
from tickets import tasks


def process_stored_events(sender: Any, event_ids: list[int], **kwargs: Any) -> None:
    """Ring for each stored event; the sweep finds those whose bell was lost."""
    for event_id in event_ids:
        tasks.process_event.delay(event_id)


def connect() -> None:
    """Connect the receivers of this app, once."""
    events_stored.connect(process_stored_events, dispatch_uid="tickets.process_stored_events")
