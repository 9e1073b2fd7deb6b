-- The least that must be stored for one inbound mail on the product's own schema, as one call, one transaction, one round trip:
-- the raw event, the customer when he is new, conversation and ticket or the change of both, message, search row, file, log.
CREATE OR REPLACE FUNCTION bench_ingest(
    a_channel bigint, a_address text, a_name text, a_subject text, a_external text, a_digest bytea, a_parent bytea, a_key bytea,
    a_text text, a_raw bytea, a_file text, a_file_key text, a_file_size bigint, a_file_sha text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    v_now timestamptz := statement_timestamp(); v_event bigint; v_conversation bigint; v_ticket bigint; v_identity bigint;
    v_customer bigint; v_message bigint; v_sequence int; v_conversation_new boolean := false;
BEGIN
    INSERT INTO channels_app_inboundevent (channel_id, dedup_key, headers, meta, content_type, body, body_file, size, source, received_at,
        state, attempts, processed_at, reason, reason_code)
    VALUES (a_channel, a_key, '{}', '{}', '', a_raw, '', length(a_raw), 'smtp', v_now, 'processed', 1, v_now, '', '')
    ON CONFLICT (channel_id, dedup_key) DO NOTHING RETURNING id INTO v_event;
    IF v_event IS NULL THEN RETURN NULL; END IF;
    IF a_parent IS NOT NULL THEN
        SELECT c.id, c.identity_id, c.active_ticket_id INTO v_conversation, v_identity, v_ticket
        FROM tickets_message m JOIN tickets_conversation c ON c.id = m.conversation_id
        WHERE m.channel_id = a_channel AND m.external_digest = a_parent LIMIT 1 FOR UPDATE OF c;
    END IF;
    IF v_conversation IS NULL THEN
        SELECT id, customer_id INTO v_identity, v_customer FROM tickets_customeridentity WHERE kind = 'email' AND address = a_address;
        IF v_identity IS NULL THEN
            PERFORM pg_advisory_xact_lock(hashtextextended(a_address, 0));
            SELECT id, customer_id INTO v_identity, v_customer FROM tickets_customeridentity WHERE kind = 'email' AND address = a_address;
        END IF;
        IF v_identity IS NULL THEN
            INSERT INTO tickets_customer (name, sort_name, language, time_zone, attributes, external_id, note, is_vip, is_blocked, is_demo, created_at)
            VALUES (a_name, lower(a_name), '', '', '{}', '', '', false, false, false, v_now) RETURNING id INTO v_customer;
            INSERT INTO tickets_customeridentity (customer_id, kind, address, address_raw, display_name, is_verified, created_at)
            VALUES (v_customer, 'email', a_address, a_address, a_name, false, v_now) RETURNING id INTO v_identity;
        END IF;
        INSERT INTO tickets_ticket (version, event_sequence, subject, customer_id, channel_id, status, priority, priority_score,
            opened_by_agent, is_spam, is_demo, opened_at, waiting_since, resolution_count, reopen_count, contact_number, contact_ends_at,
            agent_reply_count, notice, last_message_at, last_message_is_inbound, preview, unread_count, language, sentiment)
        VALUES (1, 2, a_subject, v_customer, a_channel, 'new', 'normal', 0, false, false, false, v_now, v_now, 0, 0, 1,
            v_now + interval '12 hours', 0, '', v_now, true, left(a_text, 160), 1, '', '') RETURNING id INTO v_ticket;
        INSERT INTO tickets_conversation (uuid, channel_id, identity_id, customer_id, external_thread_id, reply_token, visibility,
            active_ticket_id, last_customer_message_at, last_message_at, created_at)
        VALUES (gen_random_uuid(), a_channel, v_identity, v_customer, gen_random_uuid(), replace(gen_random_uuid()::text, '-', ''), 'private',
            v_ticket, v_now, v_now, v_now) RETURNING id INTO v_conversation;
        INSERT INTO tickets_ticketevent (ticket_id, sequence, xid, at, kind, data_version, actor_kind, data)
        VALUES (v_ticket, 1, pg_current_xact_id(), v_now, 'ticket.opened', 1, 'customer', jsonb_build_object('channel', a_channel, 'customer', v_customer,
                'opened_by', 'customer', 'status', 'new'));
        v_sequence := 2;
    ELSE
        UPDATE tickets_ticket SET version = version + 1, event_sequence = event_sequence + 1, unread_count = unread_count + 1,
            last_message_at = v_now, last_message_is_inbound = true, preview = left(a_text, 160),
            waiting_since = coalesce(waiting_since, v_now), contact_ends_at = v_now + interval '12 hours',
            status = CASE status WHEN 'new' THEN 'new' ELSE 'open' END
        WHERE id = v_ticket RETURNING event_sequence INTO v_sequence;
        UPDATE tickets_conversation SET last_message_at = v_now, last_customer_message_at = v_now WHERE id = v_conversation;
    END IF;
    INSERT INTO tickets_message (uuid, ticket_id, conversation_id, channel_id, dedup_key, inbound_event_id, direction, kind, author,
        author_identity_id, purpose, contact_number, subject, text, html, reply_text, flags, is_auto_reply, external_id, external_digest,
        in_reply_to, headers, received_at, sort_at, language, sentiment, visibility, reactions, delivery_state, attempts, error_code, error)
    VALUES (gen_random_uuid(), v_ticket, v_conversation, a_channel, a_key, v_event, 'in', 'message', 'customer', v_identity, '', 1, a_subject,
        a_text, '', a_text, '[]', false, a_external, a_digest, '', '{}', v_now, v_now, '', '', 'private', '[]', '', 0, '', '')
    RETURNING id INTO v_message;
    INSERT INTO tickets_messagesearch (message_id, vector) VALUES (v_message, to_tsvector('simple', a_subject || ' ' || a_text));
    IF a_file IS NOT NULL THEN
        INSERT INTO tickets_attachment (uuid, message_id, storage_key, name, content_type, size, sha256, is_inline, content_id, error)
        VALUES (gen_random_uuid(), v_message, a_file_key, a_file, 'application/pdf', a_file_size, a_file_sha, false, '', '');
    END IF;
    INSERT INTO tickets_ticketevent (ticket_id, sequence, xid, at, kind, data_version, actor_kind, data)
    VALUES (v_ticket, v_sequence, pg_current_xact_id(), v_now, 'message.received', 1, 'customer', jsonb_build_object('message', v_message, 'contact', 1, 'is_auto_reply', false, 'sort_at',
            to_char(v_now AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')));
    RETURN v_ticket;
END $$
