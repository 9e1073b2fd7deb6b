"""Housekeeping over all apps: what is old or belongs to nobody goes."""

from datetime import timedelta
from time import monotonic

from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage

from channels_app.models import InboundEvent
from helpdesk.accounts.services import delete_old_idempotency_keys
from helpdesk.common.clock import now
from helpdesk.core.services import clean_up_core
from tickets.services.decisions import delete_old_decisions
from tickets.services.files import delete_orphans
from tickets.services.help_visits import forget_old_reading
from tickets.services.notifying import delete_old_notifications
from tickets.webchat.visitors import delete_idle_visitors

RAW_BODIES_KEPT = timedelta(days=90)
BATCH = 1000
BUDGET_SECONDS = 60.0


def clean_up() -> int:
    """Delete what is old: counters, job runs, stored answers, sessions, notifications, decisions, visits and raw bodies.

    And what belongs to nobody: orphaned files, idle visitors.

    An event whose body is cleared keeps its row and digest, so that the same delivery is still known.
    """
    deleted = clean_up_core() + delete_old_idempotency_keys() + delete_orphans() + delete_idle_visitors()
    deleted += delete_old_notifications() + delete_old_decisions() + forget_old_reading()
    deleted += Session.objects.filter(expire_date__lt=now()).delete()[0]
    return deleted + clear_raw_bodies()


def clear_raw_bodies() -> int:
    """Forget the raw bytes of events filed more than 90 days ago, in rows and in storage; returns how many events.

    Files go before the rows that name them, so that a run which is cut off leaves nothing that no later run would find. After
    a minute the rest is left to the next run.
    """
    filed = (InboundEvent.State.PROCESSED, InboundEvent.State.IGNORED)
    old = InboundEvent.objects.filter(received_at__lt=now() - RAW_BODIES_KEPT, state__in=filed)
    old = old.exclude(body=None, body_file="").order_by("pk")
    cleared = last_id = 0
    deadline = monotonic() + BUDGET_SECONDS
    while monotonic() < deadline and (batch := list(old.filter(pk__gt=last_id).values_list("pk", "body_file")[:BATCH])):
        for _pk, key in batch:
            if key:
                default_storage.delete(key)
        ids = [pk for pk, _key in batch]
        cleared += InboundEvent.objects.filter(pk__in=ids).update(body=None, body_file="", headers={})
        last_id = ids[-1]
    return cleared
