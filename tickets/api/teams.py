"""``/api/v1/teams/`` and ``/tags/``."""

from typing import ClassVar

from django.db.models import Prefetch, QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import IdFilter
from helpdesk.common.api.views import ListRows, RetrieveRow
from tickets.models import Tag, Team, TeamMembership
from tickets.selectors.teams import visible_teams

BY_NAME = {"name": ("name", "id"), "-name": ("-name", "-id"), "id": ("id",), "-id": ("-id",)}


class MemberRead(serializers.ModelSerializer):
    id = serializers.IntegerField(source="user_id")
    name = serializers.CharField(source="user.display_name")

    class Meta:
        model = TeamMembership
        fields = ["id", "name", "is_lead"]
        read_only_fields = fields


class TeamRead(serializers.ModelSerializer):
    members = MemberRead(source="memberships", many=True)

    class Meta:
        model = Team
        fields = ["id", "name", "is_private", "members", "created_at"]
        read_only_fields = fields


class TagRead(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["id", "name", "color"]
        read_only_fields = fields


class TeamFilters(filters.FilterSet):
    name = filters.CharFilter(max_length=100)
    member = IdFilter(field_name="memberships__user_id")

    class Meta:
        model = Team
        fields: tuple[str, ...] = ()


class TagFilters(filters.FilterSet):
    name = filters.CharFilter(max_length=60)

    class Meta:
        model = Tag
        fields: tuple[str, ...] = ()


class TeamViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Teams and who is in them; private ones are shown to their members."""

    queryset = Team.objects.order_by()
    serializer_class = TeamRead
    filterset_class = TeamFilters
    orderings: ClassVar = BY_NAME
    permissions: ClassVar = {"list": ("tickets.view_team",), "retrieve": ("tickets.view_team",)}

    def get_queryset(self) -> QuerySet:
        members = Prefetch("memberships", TeamMembership.objects.select_related("user").order_by("pk"))
        return visible_teams(self.request.user).prefetch_related(members)


class TagViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """The tags that tickets carry. A new name becomes a tag when a ticket gets it."""

    queryset = Tag.objects.order_by()
    serializer_class = TagRead
    filterset_class = TagFilters
    orderings: ClassVar = BY_NAME
    permissions: ClassVar = {"list": ("tickets.view_tag",), "retrieve": ("tickets.view_tag",)}

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Part of the name."""
        return queryset.filter(name__icontains=query.strip()[:60])
