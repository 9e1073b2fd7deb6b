"""Actions that services above services/actions.py carry out. Registered once, when the app is ready."""

from tickets.services.actions import HANDLERS, Handler
from tickets.services.auto_assignment import assign_by_action
from tickets.services.bots import hand_to_bot_by_action
from tickets.services.macros import run_by_action
from tickets.services.prepared_answers import reply_by_action

FURTHER: dict[str, Handler] = {
    "assign_automatically": assign_by_action,
    "hand_to_bot": hand_to_bot_by_action,
    "reply": reply_by_action,
    "run_macro": run_by_action,
}


def register() -> None:
    """Make them known to ``apply_actions``."""
    HANDLERS.update(FURTHER)
