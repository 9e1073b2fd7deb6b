"""Doors from the broker for what concerns all apps."""

from celery import shared_task

from helpdesk import cleaning
from helpdesk.core.services import record_job_run


@shared_task
def clean_up() -> None:
    """Delete what is old or belongs to nobody."""
    with record_job_run("clean_up") as job:
        job.handled = cleaning.clean_up()
