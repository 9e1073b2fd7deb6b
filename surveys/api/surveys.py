"""``/api/v1/surveys/``: what customers are asked, when, and which of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import ChoicesFilter
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from surveys.models import Survey, SurveyQuestion, SurveyWording
from surveys.models.survey import scale_choices
from surveys.services.survey_settings import save_survey
from tickets.services.actors import Actor

LONGEST_SECONDS = 3650 * 86_400
_TIMES = ("delay", "quiet_period", "expires_after", "remind_after", "change_window")


class SecondsField(serializers.IntegerField):
    """A length of time in whole seconds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"min_value": 0, "max_value": LONGEST_SECONDS} | kwargs))

    def to_representation(self, value: Any) -> Any:
        return round(value.total_seconds()) if isinstance(value, timedelta) else super().to_representation(value)


class WordingRead(serializers.ModelSerializer):
    """The team's own words in one language."""

    class Meta:
        model = SurveyWording
        fields = ["language", "question", "thanks"]
        read_only_fields = fields


class QuestionRead(serializers.ModelSerializer):
    """A further question, put after scores from `lowest_score` to `highest_score`. An empty text or label is ours."""

    choices = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = SurveyQuestion
        fields = ["id", "position", "kind", "text", "choices", "lowest_score", "highest_score"]
        read_only_fields = fields


class SurveyRead(serializers.ModelSerializer):
    """One question on a scale. Without `channels` it counts for all; `low_at_most` null is the usual limit of the scale."""

    channels = serializers.ListField(child=serializers.IntegerField(), source="channel_ids")
    delay_seconds = SecondsField(source="delay")
    quiet_period_seconds = SecondsField(source="quiet_period")
    expires_after_seconds = SecondsField(source="expires_after")
    remind_after_seconds = SecondsField(source="remind_after", allow_null=True)
    change_window_seconds = SecondsField(source="change_window")
    wordings = WordingRead(many=True)
    questions = serializers.SerializerMethodField()

    class Meta:
        model = Survey
        fields = [
            "id", "name", "is_active", "occasion", "channels", "scale", "low_at_most", "question", "thanks", "wordings", "questions",
            "delay_seconds", "only_in_business_hours", "sample_percent", "quiet_period_seconds", "human_only",
            "expires_after_seconds", "remind_after_seconds", "change_window_seconds", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(QuestionRead(many=True))
    def get_questions(self, survey: Survey) -> Any:
        """Those that some score leads to."""
        asked = [one for one in survey.questions.all() if one.lowest_score <= one.highest_score]
        return QuestionRead(asked, many=True).data


class WordingGiven(InputSerializer):
    """Question and thanks in one of the languages that customers are asked in; empty ones fall back."""

    language = serializers.CharField(max_length=12)
    question = serializers.CharField(max_length=300, allow_blank=True, default="")
    thanks = serializers.CharField(max_length=300, allow_blank=True, default="")


class SurveyChange(InputSerializer):
    """What is given is changed; channels and wordings are given as a whole. Further questions are set up in the admin."""

    name = serializers.CharField(max_length=100, required=False)
    is_active = serializers.BooleanField(required=False)
    occasion = serializers.ChoiceField(choices=Survey.Occasion.choices, required=False)
    channels = serializers.ListField(child=IdField(), max_length=500, required=False)
    scale = serializers.ChoiceField(choices=scale_choices(), required=False)
    low_at_most = serializers.IntegerField(min_value=0, max_value=10, allow_null=True, required=False)
    question = serializers.CharField(max_length=300, allow_blank=True, required=False)
    thanks = serializers.CharField(max_length=300, allow_blank=True, required=False)
    wordings = serializers.ListField(child=WordingGiven(), max_length=50, required=False)
    delay_seconds = SecondsField(required=False)
    only_in_business_hours = serializers.BooleanField(required=False)
    sample_percent = serializers.IntegerField(min_value=1, max_value=100, required=False)
    quiet_period_seconds = SecondsField(required=False)
    human_only = serializers.BooleanField(required=False)
    expires_after_seconds = SecondsField(required=False)
    remind_after_seconds = SecondsField(required=False, allow_null=True)
    change_window_seconds = SecondsField(required=False)


class SurveyCreate(SurveyChange):
    """A new survey: 1 to 10 after every contact, unless you say otherwise."""

    name = serializers.CharField(max_length=100)


class SurveyFilters(filters.FilterSet):
    occasion = ChoicesFilter(choices=Survey.Occasion.choices)
    is_active = filters.BooleanFilter()

    class Meta:
        model = Survey
        fields: tuple[str, ...] = ()


class SurveyViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Surveys. One that is no longer wanted is switched off: its answers keep it."""

    queryset = Survey.objects.order_by()
    serializer_class = SurveyRead
    filterset_class = SurveyFilters
    orderings: ClassVar = {"id": ("id",), "-id": ("-id",), "name": ("name", "id"), "-name": ("-name", "-id")}
    permissions: ClassVar = {
        "list": ("surveys.view_survey",),
        "retrieve": ("surveys.view_survey",),
        "create": ("surveys.add_survey",),
        "partial_update": ("surveys.change_survey",),
    }

    def get_queryset(self) -> QuerySet:
        chosen = Survey.channels.through.objects.filter(survey=OuterRef("pk")).order_by("channel_id")
        surveys = Survey.objects.order_by().annotate(channel_ids=ArraySubquery(chosen.values("channel_id")))
        return surveys.prefetch_related("wordings", "questions")

    @extend_schema(request=SurveyCreate, responses={201: SurveyRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add a survey."""
        return Response(self._save(None, self.read_input(SurveyCreate)), status=201)

    @extend_schema(request=SurveyChange, responses=SurveyRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given; what was asked before stays as it is."""
        given = self.read_input(SurveyChange)
        return Response(self._save(self.get_row().pk, given))

    def _save(self, survey_id: int | None, given: Mapping[str, Any]) -> Any:
        values = {name: value for name, value in given.items() if name not in ("channels", "wordings")}
        for name in _TIMES:
            seconds = f"{name}_seconds"
            if seconds in values:
                length = values.pop(seconds)
                values[name] = None if length is None else timedelta(seconds=length)
        survey = save_survey(
            actor=Actor.agent(self.caller),
            survey_id=survey_id,
            values=values,
            channel_ids=given.get("channels"),
            wordings=given.get("wordings"),
        )
        return SurveyRead(self.get_queryset().get(pk=survey.pk)).data
