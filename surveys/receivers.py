"""Doors from signals: each only starts a task."""

from typing import Any

from surveys import tasks
from tickets.signals import ticket_resolved


def plan_survey(sender: Any, ticket_id: int, **kwargs: Any) -> None:
    """Ring the planner; beat's next run finds what a lost bell leaves."""
    tasks.plan_after_resolution.delay()


def connect() -> None:
    """Connect the receivers of this app, once."""
    ticket_resolved.connect(plan_survey, dispatch_uid="surveys.plan_survey")
