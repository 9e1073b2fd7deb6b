from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0028_work_on_earlier_calls_is_told")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("delivery_state", "failed"), ("purpose", "survey")),
                fields=["received_at"],
                name="message_survey_failed",
            ),
        ),
    ]
