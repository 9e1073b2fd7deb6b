"""A trigger refuses UPDATE and DELETE on the event log; only the purge service opens it, inside its own transaction."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION tickets_refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('helpdesk.purge', true) = 'on' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; ELSE RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'ticket events are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ticket_events_are_append_only BEFORE UPDATE OR DELETE ON tickets_ticketevent
    FOR EACH ROW EXECUTE FUNCTION tickets_refuse_event_change();
"""
REVERSE = """
DROP TRIGGER ticket_events_are_append_only ON tickets_ticketevent;
DROP FUNCTION tickets_refuse_event_change();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_first_tables")]

    operations = [migrations.RunSQL(FORWARD, REVERSE)]
