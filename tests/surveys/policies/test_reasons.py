from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from surveys.policies.reasons import REASONS, Circumstances, reason_not_to_ask

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("circumstance", "reason"),
    [
        ({}, ""),
        ({"refusal": "spam"}, "spam"),
        ({"refusal": "merged"}, "merged"),
        ({"is_answered": False}, "unanswered"),
        ({"is_survey_active": False}, "survey_off"),
        ({"is_demo": True}, "demo"),
        ({"is_blocked": True}, "blocked"),
        ({"is_erased": True}, "erased"),
        ({"do_not_survey_until": NOW + DAY}, "not_wanted"),
        ({"do_not_survey_until": NOW}, ""),
        ({"is_reopened": True}, "reopened"),
        ({"is_human_only": True, "is_by_person": False}, "bot_only"),
        ({"is_human_only": True}, ""),
        ({"is_by_person": False}, ""),
        ({"no_way": "public"}, "public"),
        ({"no_way": "window"}, "window"),
        ({"due_at": NOW - 3 * DAY}, ""),
        ({"due_at": NOW - 3 * DAY - timedelta(seconds=1)}, "too_late"),
        ({"last_asked_at": NOW - DAY + timedelta(seconds=1)}, "quiet_period"),
        ({"last_asked_at": NOW - DAY}, ""),
        ({"last_asked_at": NOW, "is_insisted": True}, ""),
    ],
)
def test_first_reason_that_holds_is_given(circumstance: dict[str, Any], reason: str) -> None:
    assert (
        reason_not_to_ask(Circumstances(**({"at": NOW, "due_at": NOW, "quiet_period": DAY} | circumstance))) == reason
    )
    assert reason == "" or reason in REASONS
