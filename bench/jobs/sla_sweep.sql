-- One round of the plain way: some limits that are over, with the rows of tickets, events and notices that come with them.
CREATE OR REPLACE FUNCTION bench_sweep(most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    late bigint[];
BEGIN
    SELECT array_agg(id) INTO late FROM (
        SELECT id FROM tickets_slatimer WHERE state = 'running' AND due_at <= now() ORDER BY due_at, id LIMIT most
        FOR UPDATE SKIP LOCKED
    ) s;
    IF late IS NULL THEN
        RETURN 0;
    END IF;
    UPDATE tickets_slatimer SET state = 'breached', breached_at = due_at, detected_at = now() WHERE id = ANY(late);
    UPDATE tickets_ticket t SET version = version + 1, event_sequence = event_sequence + 1
    FROM tickets_slatimer s WHERE s.id = ANY(late) AND t.id = s.ticket_id;
    INSERT INTO tickets_ticketevent (ticket_id, sequence, at, kind, data_version, actor_kind, data)
    SELECT t.id, t.event_sequence, s.due_at, 'sla.breached', 1, 'system', jsonb_build_object('timer', s.id)
    FROM tickets_slatimer s JOIN tickets_ticket t ON t.id = s.ticket_id WHERE s.id = ANY(late);
    INSERT INTO tickets_notification (user_id, kind, key, ticket_id, data, by_mail, created_at)
    SELECT t.assignee_id, 'sla_breached', 'sla_breached:' || s.id, t.id, '{}', false, now()
    FROM tickets_slatimer s JOIN tickets_ticket t ON t.id = s.ticket_id WHERE s.id = ANY(late);
    RETURN array_length(late, 1);
END $$;
