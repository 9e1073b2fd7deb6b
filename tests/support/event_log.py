"""Waiting until followers of the event log may read what a test has written."""

from time import monotonic

from django.db import connection


def wait_for_horizon(seconds: float = 30) -> None:
    """Return when everything written so far may be read: a transaction anywhere in the cluster holds followers back."""
    deadline = monotonic() + seconds
    with connection.cursor() as cursor:
        while monotonic() < deadline:
            cursor.execute(
                "SELECT coalesce(max(xid), '0'::xid8) < pg_snapshot_xmin(pg_current_snapshot()) FROM tickets_ticketevent"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("another transaction never ended")
