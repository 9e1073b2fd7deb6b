"""Housekeeping over all apps: what is old or belongs to nobody goes."""

from datetime import timedelta

from django.contrib.sessions.models import Session

from channels_app.models import InboundEvent
from helpdesk.accounts.services import delete_old_idempotency_keys
from helpdesk.common.clock import now
from helpdesk.core.services import clean_up_core
from tickets.services.files import delete_orphans

RAW_BODIES_KEPT = timedelta(days=90)
BATCH = 1000


def clean_up() -> int:
    """Delete old counters, job runs, stored answers, sessions, orphaned files and raw bodies; returns how many things went.

    An event whose body is cleared keeps its row and digest, so that the same delivery is still known.
    """
    deleted = clean_up_core() + delete_old_idempotency_keys() + delete_orphans()
    deleted += Session.objects.filter(expire_date__lt=now()).delete()[0]
    return deleted + clear_raw_bodies()


def clear_raw_bodies() -> int:
    """Forget the raw bytes of events processed more than 90 days ago; their files are then orphans for the next run."""
    old = InboundEvent.objects.filter(
        received_at__lt=now() - RAW_BODIES_KEPT, state__in=[InboundEvent.State.PROCESSED, InboundEvent.State.IGNORED]
    ).exclude(body=None, body_file="")
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return InboundEvent.objects.filter(pk__in=ids).update(body=None, body_file="", headers={})
