"""Triggers mark a ticket's score as due whenever something it is made of changes, whichever statement changes it.

The mark is an instant long past, so that it does not depend on the database's clock. A statement that sets ``score_changes_at`` itself
has made the score and is left alone. Tickets that are open already are marked once.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION tickets_score_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.score_changes_at := '2000-01-01 00:00:00+00';
    RETURN NEW;
END $$;
CREATE TRIGGER new_tickets_are_scored BEFORE INSERT ON tickets_ticket
    FOR EACH ROW WHEN (NEW.score_changes_at IS NULL) EXECUTE FUNCTION tickets_score_is_due();
CREATE TRIGGER changed_tickets_are_scored
    BEFORE UPDATE OF status, priority, topic_id, waiting_since, next_due_at, sentiment, sentiment_is_strong, customer_id
    ON tickets_ticket FOR EACH ROW
    WHEN (
        (NEW.status, NEW.priority, NEW.topic_id, NEW.waiting_since, NEW.next_due_at, NEW.sentiment, NEW.sentiment_is_strong,
            NEW.customer_id)
        IS DISTINCT FROM
        (OLD.status, OLD.priority, OLD.topic_id, OLD.waiting_since, OLD.next_due_at, OLD.sentiment, OLD.sentiment_is_strong,
            OLD.customer_id)
        AND NEW.score_changes_at IS NOT DISTINCT FROM OLD.score_changes_at
    ) EXECUTE FUNCTION tickets_score_is_due();
UPDATE tickets_ticket SET score_changes_at = '2000-01-01 00:00:00+00' WHERE status IN ('new', 'open', 'pending', 'on_hold');
"""
REVERSE = """
DROP TRIGGER changed_tickets_are_scored ON tickets_ticket;
DROP TRIGGER new_tickets_are_scored ON tickets_ticket;
DROP FUNCTION tickets_score_is_due();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0018_scores_change_with_the_clock")]

    operations = [migrations.RunSQL(FORWARD, REVERSE)]
