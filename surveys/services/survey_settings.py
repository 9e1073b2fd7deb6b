"""Setting surveys up: what is asked, when, and of whom."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.models import Channel
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from helpdesk.common.text import clean_text, one_line
from surveys.models import Response, Survey, SurveyWording
from surveys.policies.scales import SCALES
from surveys.policies.texts import TEXTS
from tickets.services.actors import Actor

CHANGEABLE = frozenset({
    "name", "is_active", "occasion", "scale", "low_at_most", "question", "thanks", "delay", "only_in_business_hours",
    "sample_percent", "quiet_period", "human_only", "expires_after", "remind_after", "change_window",
})  # fmt: skip
_TIMES = ("delay", "quiet_period", "expires_after", "change_window")
_SHORTEST_LIFE, _LONGEST = timedelta(hours=1), timedelta(days=3650)


@transaction.atomic
def save_survey(
    *,
    actor: Actor,
    survey_id: int | None,
    values: Mapping[str, Any],
    channel_ids: Iterable[int] | None = None,
    wordings: Iterable[Mapping[str, str]] | None = None,
) -> Survey:
    """Create (``survey_id`` None) or change a survey; what is not given stays. Channels and wordings are given as a whole.

    Raises NotVisible, Conflict "scale_in_use" for another scale once somebody has voted, and InvalidInput ("invalid_survey") naming
    the fields at fault.
    """
    survey = _locked(survey_id) if survey_id is not None else Survey()
    unknown = set(values) - CHANGEABLE
    if unknown:
        raise InvalidInput(
            "invalid_survey", _("A survey has no such setting."), fields=dict.fromkeys(unknown, "unknown")
        )
    if survey.pk and values.get("scale", survey.scale) != survey.scale and _has_votes(survey):
        text = _("Customers have voted on the old scale. Switch this survey off and add a new one with the new scale.")
        raise Conflict("scale_in_use", text, fields={"scale": "in use"})
    for name, value in values.items():
        setattr(survey, name, one_line(clean_text(value)).strip() if isinstance(value, str) else value)
    _check(survey)
    survey.save()
    if channel_ids is not None:
        survey.channels.set(_channels(channel_ids))
    if wordings is not None:
        _save_wordings(survey, wordings)
    return survey


def _locked(survey_id: int) -> Survey:
    survey: Survey | None = Survey.objects.select_for_update().filter(pk=survey_id).first()
    if survey is None:
        raise NotVisible("survey_not_found", _("There is no such survey."))
    return survey


def _has_votes(survey: Survey) -> bool:
    return Response.objects.filter(invitation__survey=survey).exists()


def _check(survey: Survey) -> None:
    try:
        survey.full_clean()
    except ValidationError as error:
        faults = {name: " ".join(texts) for name, texts in error.message_dict.items()}
        raise InvalidInput("invalid_survey", _("The survey cannot be saved like this."), fields=faults) from error
    scale = SCALES[survey.scale]
    faults = {}
    if survey.low_at_most is not None and not scale.lowest <= survey.low_at_most < scale.highest:
        faults["low_at_most"] = _("This is no low score on the scale.")
    for name in _TIMES:
        if not timedelta(0) <= getattr(survey, name) <= _LONGEST:
            faults[name] = _("Give a time from 0 seconds to ten years.")
    if survey.expires_after < _SHORTEST_LIFE:
        faults["expires_after"] = _("Give customers an hour at least; most answer within two days.")
    if survey.remind_after is not None and not timedelta(0) < survey.remind_after < survey.expires_after:
        faults["remind_after"] = _("Remind before the question expires.")
    if faults:
        raise InvalidInput("invalid_survey", _("The survey cannot be saved like this."), fields=faults)


def _channels(channel_ids: Iterable[int]) -> list[Channel]:
    wanted = set(channel_ids)
    channels = list(Channel.objects.filter(pk__in=wanted))
    if len(channels) != len(wanted):
        raise InvalidInput("invalid_survey", _("There is no such channel."), fields={"channels": "not found"})
    return channels


def _save_wordings(survey: Survey, wordings: Iterable[Mapping[str, str]]) -> None:
    by_language = {str(one["language"]).lower(): one for one in wordings}
    strangers = sorted(set(by_language) - set(TEXTS))
    if strangers:
        text = _("Customers are not asked in this language: %(languages)s.") % {"languages": ", ".join(strangers)}
        raise InvalidInput("invalid_survey", text, fields={"wordings": "language"})
    survey.wordings.all().delete()
    rows = [
        SurveyWording(
            survey=survey,
            language=language,
            question=one_line(clean_text(one.get("question", ""))).strip()[:300],
            thanks=one_line(clean_text(one.get("thanks", ""))).strip()[:300],
        )
        for language, one in by_language.items()
    ]
    SurveyWording.objects.bulk_create(row for row in rows if row.question or row.thanks)
