"""Doors from the broker for what belongs to the installation as a whole."""

from celery import shared_task

from helpdesk.core.services import clean_up_core, record_job_run


@shared_task
def clean_up() -> None:
    """Delete old counters and old job runs."""
    with record_job_run("clean_up") as job:
        job.handled = clean_up_core()
