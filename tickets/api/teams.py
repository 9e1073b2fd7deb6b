"""``/api/v1/teams/`` and ``/tags/``."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import IdFilter
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.errors import PermissionRefused
from tickets.models import Tag, Team, TeamMembership
from tickets.selectors.teams import may_change_team, visible_teams
from tickets.services.actors import Actor
from tickets.services.teams import MOST_SKILLS, WAYS, MemberSettings, change_assignment

BY_NAME = {"name": ("name", "id"), "-name": ("-name", "-id"), "id": ("id",), "-id": ("-id",)}


class MemberRead(serializers.ModelSerializer):
    id = serializers.IntegerField(source="user_id")
    name = serializers.CharField(source="user.display_name")
    skills = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = TeamMembership
        fields = ["id", "name", "is_lead", "capacity", "skills"]
        read_only_fields = fields


class TeamRead(serializers.ModelSerializer):
    """`assignment`: how its tickets are given out: not at all (""), `round_robin` or `least_busy`. `takes_back_after_seconds`: how long
    somebody may be away before his unanswered tickets go back to the queue; null: never. Of a member `capacity` limits the open tickets
    of this team (null: no limit of the team), `skills` are topics and tags that go to him first."""

    takes_back_after_seconds = serializers.SerializerMethodField()
    members = MemberRead(source="memberships", many=True)

    class Meta:
        model = Team
        fields = [
            "id", "name", "is_private", "assignment", "takes_back_after_seconds", "members", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_takes_back_after_seconds(self, team: Team) -> int | None:
        """Seconds; null for never."""
        return None if team.takes_back_after is None else round(team.takes_back_after.total_seconds())


class MemberChange(InputSerializer):
    """A member of the team, by the id of the agent; what is given is changed."""

    id = IdField()
    capacity = serializers.IntegerField(min_value=0, max_value=100_000, allow_null=True, required=False)
    skills = serializers.ListField(child=serializers.CharField(max_length=60), max_length=MOST_SKILLS, required=False)


class TeamChange(InputSerializer):
    """What is given is changed; of the members those that are named."""

    assignment = serializers.ChoiceField(choices=WAYS, allow_blank=True, required=False)
    takes_back_after_seconds = serializers.IntegerField(
        min_value=60, max_value=366 * 86_400, allow_null=True, required=False
    )
    members = MemberChange(many=True, required=False)


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
    permissions: ClassVar = {
        "list": ("tickets.view_team",),
        "retrieve": ("tickets.view_team",),
        "partial_update": ("tickets.change_team",),
    }

    def get_queryset(self) -> QuerySet:
        members = Prefetch("memberships", TeamMembership.objects.select_related("user").order_by("pk"))
        return visible_teams(self.request.user).prefetch_related(members)

    @extend_schema(request=TeamChange, responses=TeamRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say how tickets are given out, and how much each member gets. A private team is changed from inside, or by who sets teams up."""
        given, team = self.read_input(TeamChange), self.get_row()
        if not may_change_team(self.caller, team):
            raise PermissionRefused("not_allowed", _("Your role does not allow this."))
        seconds = given.get("takes_back_after_seconds")
        changes: dict[str, Any] = {"assignment": given["assignment"]} if "assignment" in given else {}
        if "takes_back_after_seconds" in given:
            changes["takes_back_after"] = None if seconds is None else timedelta(seconds=seconds)
        members = [
            MemberSettings(user_id=one["id"], **{key: one[key] for key in ("capacity", "skills") if key in one})
            for one in given.get("members", ())
        ]
        change_assignment(team_id=team.pk, actor=Actor.agent(self.caller), members=members, **changes)
        return Response(TeamRead(self.get_row()).data)


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
