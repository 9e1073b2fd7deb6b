"""Traffic is counted from the log's beginning; the follower does it, in its batches. One way: the next run has read on."""

from typing import Any

from django.db import migrations


def begin_anew(apps: Any, schema_editor: Any) -> None:
    # As `rebuild_facts` does it: traffic is counted, not replaced, so that it has to begin at nothing.
    apps.get_model("reporting", "TrafficSlot").objects.all().delete()
    apps.get_model("tickets", "FollowerPosition").objects.filter(name="facts").update(xid=0, event_id=0)


class Migration(migrations.Migration):
    dependencies = [("reporting", "0008_digests_wait_before_the_next_try")]
    operations = [migrations.RunPython(begin_anew, migrations.RunPython.noop, elidable=True)]
