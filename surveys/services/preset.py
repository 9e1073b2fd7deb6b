"""The survey that every installation starts with."""

from typing import Any

from django.db import connection, transaction

from surveys.models import Survey, SurveyQuestion
from surveys.policies.questions import PRESET_CHOICES

PRESET_NAME = "After every contact"


def ensure_preset_after_migrate(**kwargs: Any) -> None:
    """The preset on every database that has our tables (a migration may also have taken them away)."""
    if Survey._meta.db_table in connection.introspection.table_names():
        ensure_preset_survey()


@transaction.atomic
def ensure_preset_survey() -> Survey:
    """The preset, created when no survey exists at all; who renames, changes or switches it off keeps that.

    Whoever gives a low score is asked what it was: speed, ease, knowledge, friendliness or the product.
    """
    existing = Survey.objects.order_by("id").first()
    if existing is not None:
        return existing
    # Two processes may migrate a fresh database; the unique name lets one of them create it.
    survey, is_created = Survey.objects.get_or_create(name=PRESET_NAME)
    if is_created:
        SurveyQuestion.objects.create(
            survey=survey,
            choices=[{"key": key, "label": ""} for key in PRESET_CHOICES],
            lowest_score=survey.values.lowest,
            highest_score=survey.values.low,
        )
    return survey
