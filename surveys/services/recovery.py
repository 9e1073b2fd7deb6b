"""Winning a customer back: every verb, in one place to import from."""

from surveys.services.recovery_actions import add_action, cancel_action, change_action, finish_action
from surveys.services.recovery_asking import ask_again, ask_due_customers, settle_asked_cases
from surveys.services.recovery_cases import close_case, skip_step, take_case, understand_case
from surveys.services.recovery_following import find_signals
from surveys.services.recovery_limits import tell_late_cases
from surveys.services.recovery_notices import tell_corrections
from surveys.services.recovery_opening import open_case
from surveys.services.recovery_owners import give_out_cases
from surveys.services.recovery_places import place_for
from surveys.services.recovery_preparing import PreparedText, prepare_text
from surveys.services.recovery_telling import (
    answer_in_public,
    ask_review_update,
    send_apology,
    send_plan,
    tell_action,
)

__all__ = [
    "PreparedText", "add_action", "answer_in_public", "ask_again", "ask_due_customers", "ask_review_update", "cancel_action",
    "change_action", "close_case", "find_signals", "finish_action", "give_out_cases", "open_case", "place_for", "prepare_text",
    "send_apology", "send_plan", "settle_asked_cases", "skip_step", "take_case", "tell_action", "tell_corrections",
    "tell_late_cases", "understand_case",
]  # fmt: skip
