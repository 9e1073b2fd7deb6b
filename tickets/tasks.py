"""Doors from the broker: each task calls one service and may run twice."""

from celery import shared_task


@shared_task(queue="inbound")
def process_event(event_id: int) -> None:
    """File the items of one stored event."""
    from tickets.services.processing import process_event as process

    process(event_id=event_id)
