"""The rules of recovery that every installation starts with."""

from typing import Any

from django.db import connection

from surveys.models import RecoverySettings


def ensure_recovery_after_migrate(**kwargs: Any) -> None:
    """The row on every database that has our tables (a migration may also have taken them away)."""
    if RecoverySettings._meta.db_table in connection.introspection.table_names():
        ensure_recovery_settings()


def ensure_recovery_settings() -> RecoverySettings:
    """The one row, made with its defaults; what somebody has set stays."""
    return RecoverySettings.objects.get_or_create(pk=1)[0]
