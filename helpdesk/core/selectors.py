"""What the timetable page shows: how each scheduled job has been doing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from helpdesk.common.clock import now

# A job that waits behind others for a moment is not late; one that was due this often in vain is.
MISSED_RUNS = 3
LEAST_PATIENCE = timedelta(seconds=90)


@dataclass(frozen=True, kw_only=True)
class JobState:
    """How one job does. ``state``: on_time, late, failing, running or never; times are UTC; ``took_seconds`` of the last finished run."""

    job: str
    every_seconds: float
    state: str
    last_started_at: datetime | None = None
    took_seconds: float | None = None
    handled: int | None = None
    error: str = ""
    error_at: datetime | None = None


def job_states(timetable: Sequence[tuple[str, float]]) -> list[JobState]:
    """The state of every (job, seconds between runs), in the order given. One query: an index probe a job."""
    jobs = [job for job, _seconds in timetable]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wanted.job, newest.started_at, done.started_at, done.ended_at, done.handled, done.error, "
            "       failed.started_at, failed.error "
            "FROM unnest(%s::text[]) AS wanted(job) "
            "LEFT JOIN LATERAL (SELECT started_at FROM core_jobrun r WHERE r.job = wanted.job "
            "  ORDER BY started_at DESC LIMIT 1) newest ON true "
            "LEFT JOIN LATERAL (SELECT started_at, ended_at, handled, error FROM core_jobrun r WHERE r.job = wanted.job "
            "  AND ended_at IS NOT NULL ORDER BY started_at DESC LIMIT 1) done ON true "
            "LEFT JOIN LATERAL (SELECT started_at, error FROM core_jobrun r WHERE r.job = wanted.job "
            "  AND error <> '' ORDER BY started_at DESC LIMIT 1) failed ON true",
            [jobs],
        )
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    return [_job_state(job, every, rows[job]) for job, every in timetable]


def _job_state(job: str, every: float, row: tuple) -> JobState:
    newest, started, ended, handled, error, failed_at, failed_error = row
    if newest is None:
        return JobState(job=job, every_seconds=every, state="never")
    patience = max(LEAST_PATIENCE, timedelta(seconds=every * MISSED_RUNS))
    if error:
        state = "failing"
    elif now() - newest > patience:
        state = "late"
    else:
        state = "running" if started is None else "on_time"
    return JobState(
        job=job,
        every_seconds=every,
        state=state,
        last_started_at=newest,
        took_seconds=(ended - started).total_seconds() if ended else None,
        handled=handled,
        error=failed_error or "",
        error_at=failed_at,
    )
