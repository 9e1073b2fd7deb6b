-- Everything that is marked as demo, and everything that hangs on it. What a real customer's ticket still needs stays.

-- step: lists
CREATE TEMP TABLE demo_ticket ON COMMIT DROP AS SELECT id FROM tickets_ticket WHERE is_demo;
CREATE TEMP TABLE demo_message ON COMMIT DROP AS
SELECT id, inbound_event_id FROM tickets_message WHERE ticket_id IN (SELECT id FROM demo_ticket);
CREATE TEMP TABLE demo_channel ON COMMIT DROP AS SELECT id FROM channels_app_channel WHERE is_demo;
CREATE TEMP TABLE demo_customer ON COMMIT DROP AS SELECT id FROM tickets_customer WHERE is_demo;
CREATE TEMP TABLE demo_conversation ON COMMIT DROP AS
SELECT id FROM tickets_conversation v
WHERE (channel_id IN (SELECT id FROM demo_channel) OR customer_id IN (SELECT id FROM demo_customer))
  AND NOT EXISTS (SELECT FROM tickets_message m WHERE m.conversation_id = v.id AND m.ticket_id NOT IN (SELECT id FROM demo_ticket));
CREATE TEMP TABLE demo_invitation ON COMMIT DROP AS
SELECT id FROM surveys_invitation
WHERE ticket_id IN (SELECT id FROM demo_ticket) OR ticket_id IS NULL AND customer_id IN (SELECT id FROM demo_customer);
CREATE TEMP TABLE demo_case ON COMMIT DROP AS
SELECT id FROM surveys_recoverycase
WHERE is_demo OR ticket_id IN (SELECT id FROM demo_ticket) OR customer_id IN (SELECT id FROM demo_customer);
CREATE TEMP TABLE demo_inbound ON COMMIT DROP AS
SELECT id FROM channels_app_inboundevent e
WHERE (channel_id IN (SELECT id FROM demo_channel) OR id IN (SELECT inbound_event_id FROM demo_message))
  AND NOT EXISTS (SELECT FROM tickets_message m WHERE m.inbound_event_id = e.id AND m.ticket_id NOT IN (SELECT id FROM demo_ticket));
ANALYZE demo_ticket; ANALYZE demo_message; ANALYZE demo_conversation; ANALYZE demo_customer;

-- step: files
SELECT storage_key FROM tickets_attachment WHERE storage_key <> '' AND message_id IN (SELECT id FROM demo_message)
UNION ALL SELECT body_file FROM channels_app_inboundevent WHERE body_file <> '' AND id IN (SELECT id FROM demo_inbound);

-- step: loosen
UPDATE tickets_ticket SET follow_up_of_id = NULL WHERE NOT is_demo AND follow_up_of_id IN (SELECT id FROM demo_ticket);
UPDATE tickets_conversation SET active_ticket_id = NULL WHERE active_ticket_id IN (SELECT id FROM demo_ticket);
UPDATE tickets_conversation SET redirected_from_id = NULL WHERE redirected_from_id IN (SELECT id FROM demo_conversation);
UPDATE tickets_customer SET preferred_channel_id = NULL WHERE preferred_channel_id IN (SELECT id FROM demo_channel);

-- step: freedcodes
UPDATE surveys_couponcode SET state = 'free', case_id = NULL, customer_id = NULL, message_id = NULL, cost = NULL, given_at = NULL,
  given_by_id = NULL, expires_at = NULL, redeemed_at = NULL, redeemed_for = ''
WHERE case_id IN (SELECT id FROM demo_case)
-- step: codes
DELETE FROM surveys_couponcode WHERE incentive_id IN (SELECT id FROM surveys_incentive WHERE is_demo)
-- step: incentives
DELETE FROM surveys_incentive WHERE is_demo
-- step: notices
DELETE FROM surveys_actionnotice WHERE case_id IN (SELECT id FROM demo_case)
-- step: recoverysteps
DELETE FROM surveys_recoverystep WHERE case_id IN (SELECT id FROM demo_case)
-- step: signals
DELETE FROM surveys_recoverysignal WHERE case_id IN (SELECT id FROM demo_case)
-- step: corrections
DELETE FROM surveys_correctiveaction WHERE case_id IN (SELECT id FROM demo_case)
-- step: cases
DELETE FROM surveys_recoverycase WHERE id IN (SELECT id FROM demo_case)
-- step: clocks
DELETE FROM tickets_slatimer WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: decisions
DELETE FROM tickets_routingdecision WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: triage
DELETE FROM tickets_triageitem WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: notifications
DELETE FROM tickets_notification WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: botsessions
DELETE FROM tickets_botsession WHERE ticket_id IN (SELECT id FROM demo_ticket) OR conversation_id IN (SELECT id FROM demo_conversation)
-- step: articlesearches
DELETE FROM tickets_articlesearch WHERE message_id IN (SELECT id FROM demo_message)
-- step: articlefeedback
DELETE FROM tickets_articlefeedback WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: helpvisits
DELETE FROM tickets_helpvisit WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: llmcalls
DELETE FROM tickets_llmcall WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: requests
DELETE FROM tickets_informationrequest WHERE ticket_id IN (SELECT id FROM demo_ticket) OR message_id IN (SELECT id FROM demo_message)
-- step: reviews
DELETE FROM tickets_review WHERE message_id IN (SELECT id FROM demo_message)
-- step: mailed
DELETE FROM tickets_mailedanswer WHERE message_id IN (SELECT id FROM demo_message) OR mail_id IN (SELECT id FROM demo_message)
-- step: visitors
DELETE FROM tickets_visitor WHERE channel_id IN (SELECT id FROM demo_channel)
-- step: outside
DELETE FROM tickets_customerevent WHERE customer_id IN (SELECT id FROM demo_customer)
-- step: told
DELETE FROM tickets_toldaddress WHERE customer_id IN (SELECT id FROM demo_customer)
-- step: distinct
DELETE FROM tickets_notthesame WHERE first_id IN (SELECT id FROM demo_customer) OR second_id IN (SELECT id FROM demo_customer)
-- step: mergers
DELETE FROM tickets_customermerge m USING tickets_customer w, tickets_customer l
WHERE w.id = m.winner_id AND l.id = m.loser_id AND w.is_demo AND l.is_demo
-- step: furtheranswers
DELETE FROM surveys_answer WHERE response_id IN (SELECT id FROM surveys_response WHERE invitation_id IN (SELECT id FROM demo_invitation))
-- step: answers
DELETE FROM surveys_response WHERE invitation_id IN (SELECT id FROM demo_invitation)
-- step: invitations
DELETE FROM surveys_invitation WHERE id IN (SELECT id FROM demo_invitation)
-- step: waits
DELETE FROM reporting_responsefact WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: contacts
DELETE FROM reporting_contactfact WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: facts
DELETE FROM reporting_ticketfact WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: callbacks
DELETE FROM tickets_callbackrequest WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: work
DELETE FROM tickets_workinterval WHERE ticket_id IN (SELECT id FROM demo_ticket)
  OR call_id IN (SELECT id FROM tickets_call WHERE message_id IN (SELECT id FROM demo_message))
-- step: calls
DELETE FROM tickets_call WHERE message_id IN (SELECT id FROM demo_message)
-- step: attachments
DELETE FROM tickets_attachment WHERE message_id IN (SELECT id FROM demo_message)
-- step: recipients
DELETE FROM tickets_messagerecipient WHERE message_id IN (SELECT id FROM demo_message)
-- step: searchrows
DELETE FROM tickets_messagesearch WHERE message_id IN (SELECT id FROM demo_message)
-- step: drafts
DELETE FROM tickets_draft WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: mailedanswers
DELETE FROM tickets_mailedanswer WHERE message_id IN (SELECT id FROM demo_message) OR mail_id IN (SELECT id FROM demo_message)
-- step: visitors
DELETE FROM tickets_visitor WHERE channel_id IN (SELECT id FROM demo_channel)
-- step: messages
DELETE FROM tickets_message WHERE id IN (SELECT id FROM demo_message)
-- step: events
DELETE FROM tickets_ticketevent WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: labels
DELETE FROM tickets_ticket_tags WHERE ticket_id IN (SELECT id FROM demo_ticket)
-- step: participants
DELETE FROM tickets_conversationparticipant WHERE conversation_id IN (SELECT id FROM demo_conversation)
-- step: conversations
DELETE FROM tickets_conversation WHERE id IN (SELECT id FROM demo_conversation)
-- step: tickets
DELETE FROM tickets_ticket WHERE id IN (SELECT id FROM demo_ticket)
-- step: inbound
DELETE FROM channels_app_inboundevent WHERE id IN (SELECT id FROM demo_inbound)
-- step: identities
DELETE FROM tickets_customeridentity i WHERE customer_id IN (SELECT id FROM demo_customer)
  AND NOT EXISTS (SELECT FROM tickets_conversation v WHERE v.identity_id = i.id)
  AND NOT EXISTS (SELECT FROM tickets_message m WHERE m.author_identity_id = i.id)
  AND NOT EXISTS (SELECT FROM tickets_conversationparticipant p WHERE p.identity_id = i.id)
-- step: customers
DELETE FROM tickets_customer c WHERE id IN (SELECT id FROM demo_customer)
  AND NOT EXISTS (SELECT FROM tickets_customeridentity i WHERE i.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM tickets_ticket t WHERE t.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM tickets_conversation v WHERE v.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM tickets_customer m WHERE m.merged_into_id = c.id AND NOT m.is_demo)
