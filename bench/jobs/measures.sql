-- step: tickets
INSERT INTO tickets_ticket (version, event_sequence, subject, customer_id, channel_id, status, priority, priority_score, opened_by_agent,
    is_spam, is_demo, opened_at, resolution_count, reopen_count, contact_number, agent_reply_count, notice, last_message_at,
    last_message_is_inbound, preview, unread_count, language, sentiment)
SELECT 1, 0, 'Bench', %(customer)s, %(channel)s, 'resolved', 'normal', 0, false, false, false, now() - n * interval '20 seconds', 1, 0, 1,
    1, '', now(), true, '', 0, '', '' FROM generate_series(1, %(number)s) n
-- step: facts
INSERT INTO reporting_ticketfact (ticket_id, is_counted, is_demo, excluded_because, channel_id, opened_at, waiting_started_at,
    first_response_at, first_response_seconds, any_response_seconds, is_waiting, first_resolved_at, last_resolved_at, resolution_seconds,
    customer_message_count, agent_reply_count, reopen_count, contact_count, survey_count, vote_count, last_sequence, customer_id,
    is_handled, is_first_contact)
SELECT id, true, false, '', channel_id, opened_at, opened_at, opened_at + interval '10 minutes', 600, 600, false,
    opened_at + interval '1 hour', opened_at + interval '1 hour', 3600, 1, 1, 0, 1, 0, 0, 1, id %% (%(number)s / 5), true, id %% 4 > 0
FROM tickets_ticket WHERE channel_id = %(channel)s
-- step: raw
SELECT channel_id, count(*), count(*) FILTER (WHERE outcome = 2), count(*) FILTER (WHERE outcome = 1) FROM (
    SELECT channel_id, CASE WHEN NOT is_first_contact THEN 0 WHEN EXISTS (
        SELECT FROM reporting_ticketfact r WHERE r.customer_id = f.customer_id AND r.excluded_because = '' AND r.is_demo = f.is_demo AND r.opened_at > f.opened_at
            AND r.opened_at <= f.last_resolved_at + interval '7 days' AND r.topic_id IS NOT DISTINCT FROM f.topic_id
    ) THEN 1 ELSE 2 END AS outcome
    FROM reporting_ticketfact f
    WHERE is_counted AND is_handled AND opened_at >= %(start)s AND opened_at < %(end)s
) judged GROUP BY channel_id
