"""The admin of surveys."""

from surveys.admin import (
    corrective_action,
    incentive,
    invitation,
    recovery_case,
    recovery_settings,
    recovery_text,
    response,
    root_cause,
    survey,
)

__all__ = [
    "corrective_action",
    "incentive",
    "invitation",
    "recovery_case",
    "recovery_settings",
    "recovery_text",
    "response",
    "root_cause",
    "survey",
]
