"""Admin pages of accounts: users, roles, API keys."""

from helpdesk.accounts.admin import api_key, role, user

__all__ = ["api_key", "role", "user"]
