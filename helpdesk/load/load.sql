-- Tickets, messages and everything that hangs on them, as the services would have left them, in a dozen statements.
-- Expects the temporary tables load_paragraph(number, text, vector), load_agent(number, id), load_team(number, id) and
-- load_channel(number, id, address). :name stands for a number given by the program.

-- step: customers
CREATE TEMP TABLE load_customer ON COMMIT DROP AS
SELECT k AS number, nextval('tickets_customer_id_seq') AS id, nextval('tickets_customeridentity_id_seq') AS identity_id,
       'Customer ' || k AS name, format('customer%s@load%s.example', k, :run) AS address
FROM generate_series(1, :customers) k;

INSERT INTO tickets_customer (id, name, sort_name, language, time_zone, attributes, external_id, note, is_vip, is_blocked, is_demo, created_at)
SELECT id, name, lower(name), 'en', '', '{}', '', '', number % 97 = 0, false, true, statement_timestamp() - interval '730 days' FROM load_customer;

INSERT INTO tickets_customeridentity (id, customer_id, kind, address, address_raw, display_name, is_verified, created_at)
SELECT identity_id, id, 'email', address, address, name, false, statement_timestamp() - interval '730 days' FROM load_customer;

-- step: plan
-- Messages per ticket: at least one, the rest geometric around the asked mean. Opened within the last two years.
CREATE TEMP TABLE load_ticket ON COMMIT DROP AS
SELECT p.*,
       c.id AS customer_id, c.identity_id, c.address, c.name, h.id AS channel_id, h.address AS channel_address,
       a.id AS agent_id, t.id AS team_id
FROM (
    SELECT k AS number, nextval('tickets_ticket_id_seq') AS id, nextval('tickets_ticket_number') AS ticket_number,
           nextval('tickets_conversation_id_seq') AS conversation_id, replace(gen_random_uuid()::text, '-', '') AS token,
           1 + floor(random() * :customers)::int AS customer_number, 1 + k % 4 AS channel_number,
           1 + floor(random() * 10)::int AS assignee_number, CASE WHEN k % 3 = 0 THEN 1 + k % 2 END AS team_number,
           least(40, 1 + floor(-ln(1 - random()) / ln(1 + 1 / greatest(:extra::float, 0.0001))))::int AS messages,
           opened_at, random() < CASE WHEN opened_at > statement_timestamp() - interval '60 days' THEN 0.7 ELSE 0.05 END AS is_open,
           1 + floor(random() * :paragraphs)::int AS subject_paragraph
    FROM (
        SELECT k, statement_timestamp() - interval '1 hour' - interval '729 days' * (1 - k::float / :tickets) * (0.9 + 0.1 * random())
               AS opened_at
        FROM generate_series(1, :tickets) k) opened
) p
JOIN load_customer c ON c.number = p.customer_number
JOIN load_channel h ON h.number = p.channel_number
JOIN load_agent a ON a.number = p.assignee_number
LEFT JOIN load_team t ON t.number = p.team_number;

ALTER TABLE load_ticket ADD PRIMARY KEY (id);
ANALYZE load_ticket;

-- step: messages
-- Customer and agent take turns; the gaps are exponential, and squeezed where a ticket is too young for them.
CREATE TEMP TABLE load_message ON COMMIT DROP AS
WITH gaps AS (
    SELECT t.id AS ticket_id, i, CASE WHEN i = 1 THEN 0 ELSE -ln(1 - random()) * 4 * 3600 END AS gap
    FROM load_ticket t, generate_series(1, t.messages) i
), times AS (
    SELECT ticket_id, i, sum(gap) OVER (PARTITION BY ticket_id ORDER BY i) AS after, sum(gap) OVER (PARTITION BY ticket_id) AS total FROM gaps
), placed AS (
    SELECT x.ticket_id, x.i,
           t.opened_at + make_interval(secs => x.after * least(1, 0.9 * extract(epoch FROM statement_timestamp() - t.opened_at)
                                                               / greatest(x.total, 1))) AS sort_at
    FROM times x JOIN load_ticket t ON t.id = x.ticket_id
), gapped AS (
    SELECT *, (sort_at - lag(sort_at) OVER (PARTITION BY ticket_id ORDER BY i) > interval '12 hours')::int AS is_new_contact FROM placed
)
SELECT nextval('tickets_message_id_seq') AS id, gen_random_uuid() AS uuid, ticket_id, i, i % 2 = 1 AS is_in, sort_at,
       1 + coalesce(sum(is_new_contact) OVER (PARTITION BY ticket_id ORDER BY i), 0)::int AS contact,
       1 + floor(random() * :paragraphs)::int AS first_paragraph, 1 + floor(random() * :paragraphs)::int AS second_paragraph
FROM gapped;

CREATE INDEX ON load_message (ticket_id, i);
ANALYZE load_message;

-- step: summary
CREATE TEMP TABLE load_summary ON COMMIT DROP AS
SELECT t.id, max(m.sort_at) AS last_at, max(m.i) AS last_i, max(m.contact) AS contact, max(m.id) AS last_message_id,
       min(m.sort_at) FILTER (WHERE NOT is_in) AS first_response_at, max(m.i) FILTER (WHERE NOT is_in) AS last_reply_i,
       count(*) FILTER (WHERE NOT is_in) AS replies, count(*) FILTER (WHERE is_in) AS asked
FROM load_ticket t JOIN load_message m ON m.ticket_id = t.id GROUP BY t.id;

ALTER TABLE load_summary ADD PRIMARY KEY (id);
ANALYZE load_summary;

-- step: events
CREATE TEMP TABLE load_event ON COMMIT DROP AS
SELECT ticket_id, at, kind, actor_kind, actor_id, data,
       row_number() OVER (PARTITION BY ticket_id ORDER BY at, place) AS sequence
FROM (
    SELECT id AS ticket_id, opened_at AS at, 0 AS place, 'ticket.opened' AS kind, 'customer' AS actor_kind, NULL::bigint AS actor_id,
           jsonb_build_object('channel', channel_id, 'customer', customer_id, 'opened_by', 'customer', 'status', 'new') AS data
    FROM load_ticket
    UNION ALL
    SELECT ticket_id, sort_at, i * 10, 'message.received', 'customer', NULL,
           jsonb_build_object('message', id, 'contact', contact, 'is_auto_reply', false,
                              'sort_at', to_char(sort_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'))
    FROM load_message WHERE is_in
    UNION ALL
    SELECT m.ticket_id, m.sort_at, m.i * 10 + 1, 'ticket.status_changed', 'agent', t.agent_id, '{"from": "new", "to": "open"}'
    FROM load_message m JOIN load_ticket t ON t.id = m.ticket_id WHERE m.i = 2
    UNION ALL
    SELECT m.ticket_id, m.sort_at, m.i * 10 + 2, 'ticket.replied', 'agent', t.agent_id,
           jsonb_build_object('message', m.id, 'contact', m.contact, 'conversation', t.conversation_id)
    FROM load_message m JOIN load_ticket t ON t.id = m.ticket_id WHERE NOT m.is_in
    UNION ALL
    SELECT m.ticket_id, m.sort_at, m.i * 10 + 3, 'ticket.assigned', 'agent', t.agent_id,
           jsonb_build_object('from_assignee', NULL, 'to_assignee', t.agent_id, 'from_team', t.team_id, 'to_team', t.team_id)
    FROM load_message m JOIN load_ticket t ON t.id = m.ticket_id WHERE m.i = 2
    UNION ALL
    SELECT id, opened_at + interval '1 microsecond', 11, 'ticket.assigned', 'system', NULL,
           jsonb_build_object('from_assignee', NULL, 'to_assignee', NULL, 'from_team', NULL, 'to_team', team_id)
    FROM load_ticket WHERE team_id IS NOT NULL
    UNION ALL
    SELECT ticket_id, sort_at, i * 10 + 4, 'message.delivery_changed', 'system', NULL,
           jsonb_build_object('message', id, 'state', 'sent', 'code', '')
    FROM load_message WHERE NOT is_in
    UNION ALL
    SELECT t.id, s.last_at + interval '1 minute', 1000, 'ticket.resolved', 'agent', t.agent_id,
           jsonb_build_object('contact', s.contact, 'from', CASE WHEN s.replies > 0 THEN 'open' ELSE 'new' END)
    FROM load_ticket t JOIN load_summary s USING (id) WHERE NOT t.is_open
    UNION ALL
    SELECT t.id, s.last_at + interval '7 days 2 minutes', 1001, 'ticket.closed', 'system', NULL, '{"why": "window_over"}'
    FROM load_ticket t JOIN load_summary s USING (id)
    WHERE NOT t.is_open AND s.last_at < statement_timestamp() - interval '7 days 2 minutes'
) e;

-- step: tickets
INSERT INTO tickets_ticket (
    id, number, version, event_sequence, subject, customer_id, channel_id, status, priority, priority_score, team_id, assignee_id,
    opened_by_agent, is_spam, is_demo, opened_at, first_response_at, waiting_since, first_resolved_at, last_resolved_at,
    resolution_count, reopen_count, closes_at, closed_at, contact_number, contact_ends_at, agent_reply_count, notice, last_message_at,
    last_message_is_inbound, preview, unread_count, language, sentiment)
SELECT t.id, t.ticket_number, 1 + (s.asked - 1) + (e.events - 1 - s.asked), e.events,
       array_to_string((string_to_array(replace(p.text, E'\n', ' '), ' '))[1:6], ' '), t.customer_id, t.channel_id,
       CASE WHEN t.is_open THEN CASE WHEN s.replies > 0 THEN 'open' ELSE 'new' END
            WHEN closed.at IS NOT NULL THEN 'closed' ELSE 'resolved' END,
       (ARRAY['normal', 'normal', 'normal', 'high', 'low', 'urgent'])[1 + t.number % 6], 0, t.team_id,
       CASE WHEN s.replies > 0 THEN t.agent_id END, false, false, true, t.opened_at, s.first_response_at,
       CASE WHEN t.is_open THEN waiting.since END, resolved.at, resolved.at, (NOT t.is_open)::int, 0,
       resolved.at + interval '7 days', closed.at, s.contact, s.last_at + interval '12 hours', s.replies, '', s.last_at,
       s.last_i % 2 = 1, left(regexp_replace(lp.text, '\s+', ' ', 'g'), 160),
       CASE WHEN t.is_open THEN s.last_i - coalesce(s.last_reply_i, 0) ELSE 0 END, 'en', ''
FROM load_ticket t
JOIN load_summary s USING (id)
JOIN (SELECT ticket_id, count(*) AS events FROM load_event GROUP BY ticket_id) e ON e.ticket_id = t.id
JOIN load_paragraph p ON p.number = t.subject_paragraph
JOIN load_message l ON l.ticket_id = t.id AND l.i = s.last_i
JOIN load_paragraph lp ON lp.number = l.first_paragraph
LEFT JOIN load_event resolved ON resolved.ticket_id = t.id AND resolved.kind = 'ticket.resolved'
LEFT JOIN load_event closed ON closed.ticket_id = t.id AND closed.kind = 'ticket.closed'
LEFT JOIN LATERAL (
    SELECT min(w.sort_at) AS since FROM load_message w WHERE w.ticket_id = t.id AND w.i > coalesce(s.last_reply_i, 0)) waiting ON true;

INSERT INTO tickets_conversation (
    id, uuid, channel_id, identity_id, customer_id, external_thread_id, reply_token, visibility, active_ticket_id,
    last_customer_message_at, last_message_at, created_at)
SELECT t.conversation_id, gen_random_uuid(), t.channel_id, t.identity_id, t.customer_id, replace(gen_random_uuid()::text, '-', ''), t.token,
       'private', CASE WHEN k.status <> 'closed' THEN t.id END,
       (SELECT max(m.sort_at) FROM load_message m WHERE m.ticket_id = t.id AND m.is_in), s.last_at, t.opened_at
FROM load_ticket t JOIN load_summary s USING (id) JOIN tickets_ticket k ON k.id = t.id;

INSERT INTO tickets_ticketevent (ticket_id, sequence, xid, at, kind, data_version, actor_kind, actor_id, data)
SELECT ticket_id, sequence, pg_current_xact_id(), at, kind, 1, actor_kind, actor_id, data FROM load_event ORDER BY at, ticket_id, sequence;

-- step: texts
INSERT INTO tickets_message (
    id, uuid, ticket_id, conversation_id, channel_id, dedup_key, direction, kind, author, author_agent_id, author_identity_id, purpose,
    contact_number, subject, text, html, reply_text, flags, is_auto_reply, external_id, external_digest, in_reply_to, headers,
    received_at, sort_at, language, sentiment, visibility, reactions, delivery_state, attempts, sent_at, error_code, error)
SELECT m.id, m.uuid, m.ticket_id, t.conversation_id, t.channel_id, CASE WHEN m.is_in THEN sha256(m.id::text::bytea) END,
       CASE WHEN m.is_in THEN 'in' ELSE 'out' END, 'message', CASE WHEN m.is_in THEN 'customer' ELSE 'agent' END,
       CASE WHEN NOT m.is_in THEN t.agent_id END, CASE WHEN m.is_in THEN t.identity_id END, '', m.contact,
       CASE WHEN m.i = 1 THEN k.subject ELSE 'Re: ' || k.subject END, body.text, '', body.text, '[]', false, x.external_id,
       substring(sha256(x.external_id::bytea) FROM 1 FOR 16), '',
       CASE WHEN m.is_in THEN jsonb_build_object('from', jsonb_build_object('address', t.address, 'name', t.name)) ELSE '{}' END,
       m.sort_at, m.sort_at, 'en', '', 'private', '[]', CASE WHEN m.is_in THEN '' ELSE 'sent' END, (NOT m.is_in)::int,
       CASE WHEN NOT m.is_in THEN m.sort_at END, '', ''
FROM load_message m
JOIN load_ticket t ON t.id = m.ticket_id
JOIN tickets_ticket k ON k.id = t.id
JOIN load_paragraph p ON p.number = m.first_paragraph
JOIN load_paragraph q ON q.number = m.second_paragraph
CROSS JOIN LATERAL (SELECT p.text || E'\n' || q.text AS text) body
CROSS JOIN LATERAL (
    SELECT CASE WHEN m.is_in THEN format('%s.%s@load.example', m.id, :run)
                ELSE format('%s.%s@%s', replace(m.uuid::text, '-', ''), t.token, split_part(t.channel_address, '@', 2)) END AS external_id) x;

INSERT INTO tickets_messagerecipient (message_id, role, address, name, state, code, reason)
SELECT m.id, 'to', t.address, t.name, 'sent', '', '' FROM load_message m JOIN load_ticket t ON t.id = m.ticket_id WHERE NOT m.is_in;

-- step: search
INSERT INTO tickets_messagesearch (message_id, vector)
SELECT m.id, p.vector || q.vector || array_to_tsvector(string_to_array(k.subject, ' '))
FROM load_message m
JOIN tickets_ticket k ON k.id = m.ticket_id
JOIN load_paragraph p ON p.number = m.first_paragraph
JOIN load_paragraph q ON q.number = m.second_paragraph
