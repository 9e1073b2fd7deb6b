"""``/api/v1/topics/``: what cases are about."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import IdFilter
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.errors import InvalidInput
from tickets.models import Team, Topic
from tickets.policies.topics import LONGEST_KEYWORD, MOST_KEYWORDS
from tickets.services.topics import save_topic

ORDERINGS = {
    "position": ("position", "name", "id"), "-position": ("-position", "-name", "-id"),
    "name": ("name", "id"), "-name": ("-name", "-id"), "id": ("id",), "-id": ("-id",),
}  # fmt: skip


class TopicRead(serializers.ModelSerializer):
    """`keywords`: language code ("" for every language) to words and phrases. `channels`: kinds of channel where they count; empty: all."""

    parent = serializers.IntegerField(source="parent_id", allow_null=True)  # type: ignore[assignment]
    default_team = serializers.IntegerField(source="default_team_id", allow_null=True)
    keywords = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    channels = serializers.ListField(child=serializers.CharField())
    default_priority = serializers.CharField(help_text="Of tickets that get the topic; empty: theirs stays.")

    class Meta:
        model = Topic
        fields = [
            "id", "name", "parent", "position", "keywords", "channels", "is_sensitive", "default_team", "default_priority",
            "is_active", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class TopicChange(InputSerializer):
    """What is given is changed. Keywords and channels are given as a whole."""

    name = serializers.CharField(max_length=100, required=False)
    parent = IdField(allow_null=True, required=False)  # type: ignore[assignment]
    position = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    keywords = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=LONGEST_KEYWORD), max_length=MOST_KEYWORDS),
        required=False,
    )
    channels = serializers.ListField(child=serializers.CharField(max_length=32), max_length=100, required=False)
    is_sensitive = serializers.BooleanField(required=False)
    default_team = IdField(allow_null=True, required=False)
    default_priority = serializers.CharField(max_length=6, allow_blank=True, required=False)
    is_active = serializers.BooleanField(required=False)


class TopicCreate(TopicChange):
    """A new topic. Without keywords only people and rules give it to tickets."""

    name = serializers.CharField(max_length=100)


class TopicFilters(filters.FilterSet):
    name = filters.CharFilter(max_length=100)
    parent = IdFilter(field_name="parent_id")
    is_active = filters.BooleanFilter()
    is_sensitive = filters.BooleanFilter()

    class Meta:
        model = Topic
        fields: tuple[str, ...] = ()


class TopicViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Topics, a tree. A topic that is no longer wanted is made inactive: its tickets keep it, new ones do not get it."""

    queryset = Topic.objects.order_by()
    serializer_class = TopicRead
    filterset_class = TopicFilters
    orderings: ClassVar = ORDERINGS
    permissions: ClassVar = {
        "list": ("tickets.view_topic",),
        "retrieve": ("tickets.view_topic",),
        "create": ("tickets.add_topic",),
        "partial_update": ("tickets.change_topic",),
    }

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Part of the name."""
        return queryset.filter(name__icontains=query.strip()[:100])

    @extend_schema(request=TopicCreate, responses={201: TopicRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new topic."""
        topic = save_topic(topic_id=None, values=_values(self.read_input(TopicCreate)))
        return Response(TopicRead(topic).data, status=201)

    @extend_schema(request=TopicChange, responses=TopicRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given. Tickets that have the topic keep their team and priority; their scores follow within seconds."""
        values = _values(self.read_input(TopicChange))
        topic = save_topic(topic_id=self.get_row().pk, values=values)
        return Response(TopicRead(topic).data)


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """Keys as rows. Raises InvalidInput for what is not there."""
    values = dict(given)
    rows = (("parent", Topic.objects.all()), ("default_team", Team.objects.all()))
    for name, queryset in rows:
        if values.get(name) is not None:
            values[name] = queryset.filter(pk=values[name]).first()
            if values[name] is None:
                raise InvalidInput(f"unknown_{name}", "There is no such row.", fields={name: "unknown"})
    return values
