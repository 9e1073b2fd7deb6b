"""The shape of one language's sentences."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RecoveryTexts:
    """Placeholders are those of quick replies and ``{{recovery.*}}``; ``plan_line`` has {action} and {date} to fill in.

    ``mistakes``: key of one of our root causes -> the sentence that owns up to it. ``stock_phrases``: words of apologies that name nothing.
    """

    language: str
    greeting: str
    greeting_without_name: str
    goodbye: str
    apology: str
    plan: str
    plan_line: str
    plan_line_without_date: str
    action_done: str
    make_good: str
    review_update: str
    mistakes: Mapping[str, str]
    stock_phrases: str

    def body(self, kind: str) -> str:
        """The text of a kind (a value of ``RecoveryText.Kind``), without greeting and goodbye."""
        return {
            "apology": self.apology,
            "plan": self.plan,
            "action_done": self.action_done,
            "make_good": self.make_good,
            "review_update": self.review_update,
        }[kind]
