"""Starting a task after commit. The broker is a doorbell: when it is down, the sweep finds the work a little later."""

from celery import current_app
from django.db import transaction


def ring_on_commit(task: str, *args: int | str) -> None:
    """Start the task of that dotted name when the transaction commits.

    By name, so that services need not know their doors. A dead broker is logged and never an error for the caller.
    """

    # A function and no partial: Django names the callback when it logs that it failed, and a partial has no name.
    def ring_now() -> None:
        ring(task, *args)

    transaction.on_commit(ring_now, robust=True)


def ring(task: str, *args: int | str) -> None:
    """Start the task of that dotted name now. Raises what the broker's client raises."""
    current_app.send_task(task, args=args, ignore_result=True)
