"""Whether a stored file belongs to a message is known without reading every attachment."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_outbox_is_claimed_in_order")]

    operations = [
        migrations.AddIndex(
            model_name="attachment", index=models.Index(fields=["storage_key"], name="attachment_by_file")
        ),
    ]
