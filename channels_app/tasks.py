"""Doors from the broker: each task calls one service and may run twice."""

from celery import shared_task

from channels_app.services import polling, templates
from helpdesk.core.services import record_job_run


@shared_task
def poll_due_channels() -> None:
    """Start a poll of every channel whose time has come."""
    with record_job_run("poll_channels") as run:
        run.handled = polling.poll_due_channels()


@shared_task
def check_every_channel() -> None:
    """Try every channel's connection."""
    with record_job_run("check_channels") as run:
        run.handled = polling.check_every_channel()


@shared_task
def sync_templates() -> None:
    """Read the message templates of every channel that has some."""
    with record_job_run("sync_templates") as run:
        run.handled = templates.sync_all_templates()


@shared_task
def poll_channel(channel_id: int) -> None:
    """Fetch what is new on one channel."""
    polling.poll_channel(channel_id=channel_id)
