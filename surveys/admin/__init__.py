"""The admin of surveys."""

from surveys.admin import incentive, invitation, recovery_case, recovery_settings, recovery_text, response, survey

__all__ = ["incentive", "invitation", "recovery_case", "recovery_settings", "recovery_text", "response", "survey"]
