"""The sender finds the next message, and how many are under way, without reading the whole outbox."""

from django.db import migrations, models
from django.db.models import F, OrderBy, Q


class Migration(migrations.Migration):
    dependencies = [("tickets", "0002_ticket_events_are_append_only")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_outbox"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                OrderBy(F("next_try_at"), nulls_first=True),
                F("id"),
                condition=Q(delivery_state="queued"),
                name="message_outbox",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["lease_until", "channel"], condition=Q(delivery_state="sending"), name="message_under_way"
            ),
        ),
    ]
