"""Actions that services above services/actions.py carry out. Registered once, when the app is ready."""

from tickets.services.actions import HANDLERS, Handler

FURTHER: dict[str, Handler] = {}


def register() -> None:
    """Make them known to ``apply_actions``."""
    HANDLERS.update(FURTHER)
