"""Signing in: roles from groups, read together with the user in one query."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, Value
from django.db.models.functions import Concat

from helpdesk.accounts.models import User


class RoleBackend(ModelBackend):
    """Django's backend with the permissions fetched beside the user: one query instead of three on every request."""

    def get_user(self, user_id: Any) -> User | None:
        codes = (
            Permission.objects.filter(Q(group__user=OuterRef("pk")) | Q(user=OuterRef("pk")))
            .order_by()
            .values_list(Concat(F("content_type__app_label"), Value("."), F("codename")))
            .distinct()
        )
        user = User.objects.filter(pk=user_id).annotate(permission_codes=ArraySubquery(codes)).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        # The names under which ModelBackend looks before it asks the database.
        user._perm_cache = user._group_perm_cache = user._user_perm_cache = set(user.permission_codes)  # type: ignore[attr-defined]
        if user.is_superuser:
            # A superuser passes every has_perm; the cache would only narrow get_all_permissions.
            del user._perm_cache, user._group_perm_cache, user._user_perm_cache  # type: ignore[attr-defined]
        return user
