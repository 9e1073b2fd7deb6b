"""The log learns of the work on calls that ended before it told of work. One way: what is told stays told."""

from typing import Any

from django.db import migrations

TELL = """
WITH untold AS (
    SELECT w.id, w.ticket_id, w.contact_number, w.agent_id, w.kind, w.started_at, w.ended_at, c.message_id,
        row_number() OVER (PARTITION BY w.ticket_id ORDER BY w.id) AS place
    FROM tickets_workinterval w JOIN tickets_call c ON c.id = w.call_id
    WHERE w.ended_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM tickets_ticketevent e
        WHERE e.ticket_id = w.ticket_id AND e.kind = 'work.recorded' AND e.data->>'interval' = w.id::text)
), told AS (
    INSERT INTO tickets_ticketevent (ticket_id, sequence, at, kind, data_version, actor_kind, actor_id, data)
    SELECT u.ticket_id, t.event_sequence + u.place, u.ended_at, 'work.recorded', 1, 'agent', u.agent_id, jsonb_build_object(
        'interval', u.id, 'contact', u.contact_number, 'kind', u.kind, 'message', u.message_id,
        'started_at', to_char(u.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
        'seconds', round(extract(epoch FROM u.ended_at - u.started_at))::integer)
    FROM untold u JOIN tickets_ticket t ON t.id = u.ticket_id
)
UPDATE tickets_ticket t SET event_sequence = t.event_sequence + n.number
FROM (SELECT ticket_id, count(*) AS number FROM untold GROUP BY ticket_id) n WHERE n.ticket_id = t.id
"""


def tell(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(TELL)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0027_tickets_show_their_latest_vote")]
    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
