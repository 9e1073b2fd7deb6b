"""Reading the event log without a gap: how facts, surveys and feeds learn what happened."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from tickets.models import FollowerPosition, TicketEvent


@contextmanager
def read_new_events(*, name: str, limit: int = 500) -> Iterator[list[TicketEvent]]:
    """Yield the events behind the follower's position, oldest first, and move the position when the block ends well.

    Block and position share one transaction, so that work in the database is done exactly once. Only events below the snapshot's
    xmin are read: whatever commits later has a higher place. A second reader of the same name gets an empty list.
    """
    with transaction.atomic():
        FollowerPosition.objects.get_or_create(name=name)
        position = FollowerPosition.objects.select_for_update(skip_locked=True).filter(name=name).first()
        if position is None:
            yield []
            return
        events = list(_events_behind(position, limit))
        yield events
        if events:
            position.xid, position.event_id = events[-1].xid, events[-1].pk
            position.save()


def _events_behind(position: FollowerPosition, limit: int) -> list[TicketEvent]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        horizon = cursor.fetchone()[0]
    return list(
        TicketEvent.objects.raw(
            "SELECT * FROM tickets_ticketevent WHERE (xid, id) > (%s::xid8, %s) AND xid < %s::xid8 ORDER BY xid, id LIMIT %s",
            [str(position.xid), position.event_id, horizon, limit],
        )
    )
