"""Doors from the broker: each task calls one service and may run twice."""

from celery import shared_task

from helpdesk.core.services import record_job_run
from reporting.services import digests, facts


@shared_task
def refresh_facts() -> None:
    """Bring the facts in step with the event log."""
    with record_job_run("refresh_facts") as run:
        run.handled = facts.refresh_facts()


@shared_task
def mail_digests() -> None:
    """On Mondays: note down who is written to about the last week, and write to them."""
    with record_job_run("mail_digests") as run:
        digests.plan_digests()
        run.handled = digests.send_digests()
