"""The facts of waits are made from the log's beginning; the follower does it, in its batches. One way: the next run has read on."""

from typing import Any

from django.db import migrations


def begin_anew(apps: Any, schema_editor: Any) -> None:
    # As `rebuild_facts` does it: traffic is counted, not replaced, so that it has to begin at nothing.
    apps.get_model("reporting", "TrafficSlot").objects.all().delete()
    apps.get_model("tickets", "FollowerPosition").objects.filter(name="facts").update(xid=0, event_id=0)


class Migration(migrations.Migration):
    dependencies = [("reporting", "0003_every_wait_for_an_answer_is_a_fact"), ("tickets", "0022_clocks_are_found_by_when_they_began")]
    operations = [migrations.RunPython(begin_anew, migrations.RunPython.noop)]
