"""Signing in: roles from groups, read together with the user in one query."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from helpdesk.accounts.models import User

# The permission codes ("app.codename") of the user ``person``, his own and those of his groups. Plain SQL, here and where it
# is used: every request asks this, and the ORM takes longer to write the query than PostgreSQL to answer it.
PERMISSION_CODES = """
ARRAY(
    SELECT kind.app_label || '.' || permission.codename
    FROM auth_permission AS permission JOIN django_content_type AS kind ON kind.id = permission.content_type_id
    WHERE permission.id IN (
        SELECT granted.permission_id FROM auth_group_permissions AS granted
        JOIN accounts_user_groups AS membership ON membership.group_id = granted.group_id
        WHERE membership.user_id = person.id
        UNION ALL
        SELECT own.permission_id FROM accounts_user_user_permissions AS own WHERE own.user_id = person.id
    )
) AS permission_codes
"""
_USER = f"SELECT person.*, {PERMISSION_CODES} FROM accounts_user AS person WHERE person.id = %s"  # noqa: S608 - constants


def remember_permissions(user: User, codes: list[str]) -> None:
    """Spare the user's permission checks their queries."""
    if user.is_superuser:
        # A superuser passes every has_perm; the cache would only narrow get_all_permissions.
        return
    # The names under which ModelBackend looks before it asks the database.
    user._perm_cache = user._group_perm_cache = user._user_perm_cache = set(codes)  # type: ignore[attr-defined]


class RoleBackend(ModelBackend):
    """Django's backend with the permissions fetched beside the user: one query instead of three on every request."""

    def get_user(self, user_id: Any) -> User | None:
        user: Any = next(iter(User.objects.raw(_USER, [user_id])), None)
        if user is None or not self.user_can_authenticate(user):
            return None
        remember_permissions(user, user.permission_codes)
        return user
