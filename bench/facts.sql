-- The facts of a generated load in one statement: the product folds each log by itself, which takes minutes for a million events.
INSERT INTO reporting_ticketfact (
    ticket_id, is_counted, is_demo, excluded_because, channel_id, team_id, agent_id, opened_at, waiting_started_at, first_response_at,
    first_response_seconds, first_responder_id, is_waiting, first_resolved_at, last_resolved_at, customer_message_count,
    agent_reply_count, reopen_count, contact_count, survey_count, vote_count, last_sequence)
SELECT t.id, NOT t.is_demo, t.is_demo, '', t.channel_id, t.team_id, t.assignee_id, t.opened_at, t.opened_at, t.first_response_at,
       round(extract(epoch FROM t.first_response_at - t.opened_at)), CASE WHEN t.first_response_at IS NOT NULL THEN t.assignee_id END,
       t.first_response_at IS NULL AND t.status NOT IN ('resolved', 'closed'), t.first_resolved_at, t.last_resolved_at, 1,
       t.agent_reply_count, t.reopen_count, t.contact_number, 0, 0, t.event_sequence
FROM tickets_ticket t ON CONFLICT (ticket_id) DO NOTHING
