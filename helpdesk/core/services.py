"""Run-time options, the log of scheduled jobs, and rate limits."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import TooManyRequests
from helpdesk.common.logs import redact
from helpdesk.common.rows import columns, fetch, read
from helpdesk.core.models import JobRun, RateCounter, SiteSettings

logger = logging.getLogger(__name__)

# Counts of idle runs are kept for the "late?" light only; a run that did something stays longer.
IDLE_RUNS_KEPT = timedelta(hours=2)
RUNS_KEPT = timedelta(days=14)


def read_site_settings() -> SiteSettings:
    """The options as stored; the defaults when nobody has saved any yet."""
    row = fetch(f"SELECT {columns(SiteSettings, 's')} FROM core_sitesettings s WHERE s.id = 1")  # noqa: S608  names of the model
    return read(row, SiteSettings)[0] if row else SiteSettings(pk=1)


def language_for(code: str) -> str:
    """The language in which to write to somebody: his own where we speak it, else the installation's."""
    try:
        return get_supported_language_variant(code) if code else read_site_settings().default_language
    except LookupError:
        return read_site_settings().default_language


class RunningJob:
    """What a job reports while it runs."""

    def __init__(self) -> None:
        self.handled = 0


@contextmanager
def record_job_run(job: str) -> Iterator[RunningJob]:
    """Leave a JobRun row for the block; an exception is written on the row and raised again."""
    running = RunningJob()
    row = JobRun.objects.create(job=job, started_at=now())
    error = ""
    try:
        yield running
    except Exception:
        error = redact(traceback.format_exc(limit=8))[-4000:]
        raise
    finally:
        JobRun.objects.filter(pk=row.pk).update(ended_at=now(), handled=running.handled, error=error)


@contextmanager
def advisory_lock(name: str) -> Iterator[bool]:
    """Hold the database-wide lock ``name`` for the block; yields False at once when somebody else holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        is_held = bool(cursor.fetchone()[0])
    try:
        yield is_held
    finally:
        if is_held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def count_and_check(key: str, *, limit: int, window_seconds: int, times: int = 1) -> None:
    """Count one event under ``key``; raise TooManyRequests when the window's ``limit`` is passed.

    One upsert, correct over any number of processes. Windows are fixed slices of time.
    """
    started = int(now().timestamp()) // window_seconds * window_seconds
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_ratecounter (key, window_at, count) VALUES (%s, %s, %s) "
            "ON CONFLICT (key, window_at) DO UPDATE SET count = core_ratecounter.count + EXCLUDED.count RETURNING count",
            [key[:200], datetime.fromtimestamp(started, tz=UTC), times],
        )
        count = cursor.fetchone()[0]
    if count > limit:
        wait = max(1, started + window_seconds - int(now().timestamp()))
        raise TooManyRequests(
            "too_many_requests", _("Too many attempts. Please wait a moment."), retry_after_seconds=wait
        )


@transaction.atomic
def clean_up_core() -> int:
    """Delete old counters and old job runs; returns how many rows went."""
    moment = now()
    deleted = RateCounter.objects.filter(window_at__lt=moment - timedelta(days=1)).delete()[0]
    deleted += JobRun.objects.filter(started_at__lt=moment - RUNS_KEPT).delete()[0]
    deleted += (
        JobRun.objects.filter(started_at__lt=moment - IDLE_RUNS_KEPT, handled=0, error="")
        .exclude(ended_at=None)
        .delete()[0]
    )
    return deleted
