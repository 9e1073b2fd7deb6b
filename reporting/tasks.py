"""Doors from the broker: each task calls one service and may run twice."""

from celery import shared_task

from helpdesk.core.services import record_job_run
from reporting.services import facts


@shared_task
def refresh_facts() -> None:
    """Bring the facts in step with the event log."""
    with record_job_run("refresh_facts") as run:
        run.handled = facts.refresh_facts()
