"""Is the event log whole? Per ticket the sequences run from 1 without a gap to the number that stands on the ticket."""

from dataclasses import dataclass

from django.db import connection

# One pass over the log. Sequences are unique per ticket (a constraint), so that "as many as the highest" means "no gap".
_BROKEN = """
SELECT t.id, t.number, t.event_sequence, coalesce(e.highest, 0), coalesce(e.stored, 0), count(*) OVER () AS found
FROM tickets_ticket t
LEFT JOIN (
    SELECT ticket_id, max(sequence) AS highest, min(sequence) AS lowest, count(*) AS stored
    FROM tickets_ticketevent GROUP BY ticket_id) e ON e.ticket_id = t.id
WHERE e.ticket_id IS NULL OR e.lowest <> 1 OR e.highest <> e.stored OR e.highest <> t.event_sequence
ORDER BY t.id LIMIT %s
"""


@dataclass(frozen=True, kw_only=True)
class BrokenLog:
    """A ticket whose log has a gap, or ends before or behind what the ticket says."""

    ticket_id: int
    number: int
    event_sequence: int
    highest: int
    stored: int


def broken_logs(*, limit: int) -> tuple[int, list[BrokenLog]]:
    """How many tickets have a broken log, and the first ``limit`` of them."""
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN, [limit])
        rows = cursor.fetchall()
    logs = [
        BrokenLog(ticket_id=row[0], number=row[1], event_sequence=row[2], highest=row[3], stored=row[4]) for row in rows
    ]
    return (rows[0][5] if rows else 0), logs
