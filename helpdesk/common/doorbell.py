"""Starting a task after commit. The broker is a doorbell: when it is down, the sweep finds the work a little later."""

from functools import partial

from celery import current_app
from django.db import transaction


def ring_on_commit(task: str, *args: int | str) -> None:
    """Start the task of that dotted name when the transaction commits.

    By name, so that services need not know their doors. A dead broker is logged and never an error for the caller.
    """
    transaction.on_commit(partial(ring, task, *args), robust=True)


def ring(task: str, *args: int | str) -> None:
    """Start the task of that dotted name now. Raises what the broker's client raises."""
    current_app.send_task(task, args=args, ignore_result=True)
