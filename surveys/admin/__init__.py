"""The admin of surveys."""

from surveys.admin import invitation, response, survey

__all__ = ["invitation", "response", "survey"]
