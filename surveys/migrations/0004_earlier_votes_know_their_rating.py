from django.db import migrations

# What was asked and answered before these columns: one scale, in the conversation of its message.
SQL = """
UPDATE surveys_survey SET scale = '1-10';
UPDATE surveys_response SET rating = score, is_low = score <= 6;
UPDATE surveys_response r SET topic_id = t.topic_id
FROM surveys_invitation i JOIN tickets_ticket t ON t.id = i.ticket_id
WHERE i.id = r.invitation_id AND t.topic_id IS NOT NULL;
UPDATE surveys_invitation i SET conversation_id = m.conversation_id, sent_via = 'mail'
FROM tickets_message m WHERE m.id = i.message_id;
"""


class Migration(migrations.Migration):
    dependencies = [("surveys", "0003_customers_are_asked_more_and_won_back")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop, elidable=True)]
