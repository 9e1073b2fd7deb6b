"""The rows of the four goals."""

from typing import Any

from django.db import connection

from reporting.models import Goal
from reporting.policies.goals import MEASURES


def ensure_goals_after_migrate(**kwargs: Any) -> None:
    """The four rows on every database that has our tables (a migration may also have taken them away)."""
    if Goal._meta.db_table in connection.introspection.table_names():
        ensure_goals()


def ensure_goals() -> None:
    """Make the goals that are missing, with the targets an installation starts with; what people set stays."""
    known = set(Goal.objects.values_list("kind", flat=True))
    missing = [Goal(kind=kind, target=measure.target) for kind, measure in MEASURES.items() if kind not in known]
    # Two processes may migrate a fresh database at once.
    Goal.objects.bulk_create(missing, ignore_conflicts=True)
