"""Starting a task after commit. The broker is a doorbell: when it is down, the sweep finds the work a little later."""

from functools import partial
from typing import Any

from django.db import transaction


def ring_on_commit(task: Any, *args: int | str) -> None:
    """Start ``task`` (a Celery task) when the transaction commits; a dead broker is logged and never an error."""
    transaction.on_commit(partial(task.delay, *args), robust=True)
