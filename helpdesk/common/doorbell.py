"""Starting a task after commit. The broker is a doorbell: when it is down, the sweep finds the work a little later."""

from collections.abc import Callable
from typing import Any

from celery import current_app
from django.db import transaction


def call_on_commit(function: Callable[..., Any], *args: Any) -> None:
    """Call ``function(*args)`` when the transaction commits; what it raises is logged and never an error for the caller."""

    # A function and no partial: Django names the callback when it logs that it failed, and a partial has no name.
    def call_now() -> None:
        function(*args)

    transaction.on_commit(call_now, robust=True)


def ring_on_commit(task: str, *args: int | str) -> None:
    """Start the task of that dotted name when the transaction commits.

    By name, so that services need not know their doors. A dead broker is logged and never an error for the caller.
    """
    call_on_commit(ring, task, *args)


def ring(task: str, *args: int | str) -> None:
    """Start the task of that dotted name now. Raises what the broker's client raises."""
    current_app.send_task(task, args=args, ignore_result=True)
