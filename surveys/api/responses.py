"""``/api/v1/survey-responses/``: scores and comments."""

from typing import Any, ClassVar

from django.db.models import F, QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import IdFilter
from helpdesk.common.api.views import ListRows, RetrieveRow
from surveys.models import Response
from surveys.policies.votes import HIGHEST, LOWEST

COLUMNS = (
    "id", "score", "comment", "answered_via", "answered_at", "changed_at", "history", "survey", "occasion", "ticket", "customer",
    "channel", "team", "agent", "is_demo",
)  # fmt: skip


class KeptAnswer(serializers.Serializer):
    """What stood there before a change."""

    score = serializers.IntegerField()
    comment = serializers.CharField()
    at = serializers.DateTimeField()


class SurveyResponseRead(serializers.Serializer):
    """A vote. Channel, team and agent are those of the moment of the vote."""

    id = serializers.IntegerField()
    score = serializers.IntegerField(min_value=LOWEST, max_value=HIGHEST)
    comment = serializers.CharField()
    answered_via = serializers.ChoiceField(choices=Response.AnsweredVia.choices)
    answered_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField(allow_null=True)
    history = KeptAnswer(many=True, help_text="Earlier votes of the same customer on the same contact, oldest first.")
    survey = serializers.IntegerField()
    occasion = serializers.CharField(help_text="`contact:3` is the third contact of the ticket.")
    ticket = serializers.IntegerField(allow_null=True)
    customer = serializers.IntegerField()
    channel = serializers.IntegerField()
    team = serializers.IntegerField(allow_null=True)
    agent = serializers.IntegerField(allow_null=True)
    is_demo = serializers.BooleanField()


class SurveyResponseFilters(filters.FilterSet):
    score_min = filters.NumberFilter(field_name="score", lookup_expr="gte", min_value=LOWEST, max_value=HIGHEST)
    score_max = filters.NumberFilter(field_name="score", lookup_expr="lte", min_value=LOWEST, max_value=HIGHEST)
    ticket = IdFilter(field_name="invitation__ticket")
    customer = IdFilter(field_name="invitation__customer")
    channel = IdFilter()
    team = IdFilter()
    agent = IdFilter()
    has_comment = filters.BooleanFilter(method="filter_comment")
    is_demo = filters.BooleanFilter()
    answered_after = filters.IsoDateTimeFilter(field_name="answered_at", lookup_expr="gte")
    answered_before = filters.IsoDateTimeFilter(field_name="answered_at", lookup_expr="lt")

    class Meta:
        model = Response
        fields: tuple[str, ...] = ()

    def filter_comment(self, queryset: QuerySet[Response], name: str, value: bool) -> QuerySet[Response]:
        """Votes with words, or without."""
        return queryset.exclude(comment="") if value else queryset.filter(comment="")


class SurveyResponseViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Survey answers about the tickets you may see; who reads figures sees them all."""

    queryset = Response.objects.all()
    serializer_class = SurveyResponseRead
    filterset_class = SurveyResponseFilters
    orderings: ClassVar = {
        "-answered_at": ("-answered_at", "-id"),
        "answered_at": ("answered_at", "id"),
        "-id": ("-id",),
        "id": ("id",),
    }
    permissions: ClassVar = {"list": ("surveys.view_response",), "retrieve": ("surveys.view_response",)}

    def get_queryset(self) -> QuerySet:
        responses = Response.objects.visible_to(self.request.user).annotate(
            survey=F("invitation__survey_id"),
            occasion=F("invitation__occasion"),
            ticket=F("invitation__ticket_id"),
            customer=F("invitation__customer_id"),
        )
        return responses.values(*COLUMNS)

    def represent(self, rows: list[Any]) -> list[Any]:
        return rows

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Answers whose comment holds these words as they stand."""
        return queryset.filter(comment__icontains=query)
