"""The admin of surveys."""

from surveys.admin import invitation, recovery_case, recovery_settings, recovery_text, response, survey

__all__ = ["invitation", "recovery_case", "recovery_settings", "recovery_text", "response", "survey"]
