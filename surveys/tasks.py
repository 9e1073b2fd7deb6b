"""Doors from the broker: each task calls one service and may run twice."""

from celery import shared_task

from helpdesk.core.services import record_job_run
from surveys.services import planning, sending


@shared_task
def plan_surveys() -> None:
    """Bring the plan in step with the event log."""
    with record_job_run("plan_surveys") as run:
        run.handled = planning.plan_surveys()


@shared_task
def send_due_surveys() -> None:
    """Ask whoever is due, and close what nobody answered in time."""
    with record_job_run("send_surveys") as run:
        run.handled = sending.send_due_surveys() + sending.expire_invitations()


@shared_task
def plan_after_resolution() -> None:
    """The doorbell of a resolved ticket; leaves no job row, because beat's run does."""
    planning.plan_surveys()
