from django.db import migrations

# Votes given before tickets kept their latest one, in the words of ``surveys.policies.votes.vote_code``: what a list shows.
SQL = """
UPDATE tickets_ticket t SET last_vote = latest.code
FROM (
    SELECT DISTINCT ON (i.ticket_id) i.ticket_id,
        CASE WHEN r.is_low THEN 'low'
            WHEN r.score >= CASE r.scale WHEN '1-5' THEN 5 WHEN 'thumbs' THEN 1 ELSE 9 END THEN 'top'
            ELSE 'fair' END || ' ' ||
        CASE r.scale WHEN 'thumbs' THEN CASE WHEN r.score > 0 THEN 'up' ELSE 'down' END
            WHEN '0-10' THEN 'NPS ' || r.score
            WHEN '1-5' THEN r.score || '/5'
            ELSE r.score::text END AS code
    FROM surveys_response r JOIN surveys_invitation i ON i.id = r.invitation_id
    WHERE i.ticket_id IS NOT NULL
    ORDER BY i.ticket_id, coalesce(r.changed_at, r.answered_at) DESC, r.id DESC
) latest
WHERE t.id = latest.ticket_id AND t.last_vote = '';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("surveys", "0006_actions_are_scored_and_warned_of"),
        ("tickets", "0027_tickets_show_their_latest_vote"),
    ]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop, elidable=True)]
