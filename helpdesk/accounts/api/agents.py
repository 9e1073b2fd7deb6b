"""``/api/v1/agents/``: the people who answer."""

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.accounts.models import User
from helpdesk.accounts.presence import limit_open_tickets, set_presence
from helpdesk.accounts.rights import holds_all_rights_of
from helpdesk.common.api.serializers import InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.errors import PermissionRefused


class AgentRead(serializers.ModelSerializer):
    name = serializers.CharField(source="display_name")

    class Meta:
        model = User
        fields = [
            "id", "username", "name", "email", "languages", "presence", "away_until", "max_open_tickets", "is_active",
        ]  # fmt: skip
        read_only_fields = fields


class AgentChange(InputSerializer):
    """What is given is changed. Without `away_until` somebody is away until he says otherwise."""

    presence = serializers.ChoiceField(choices=User.Presence.choices, required=False)
    away_until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Only while away: when the person is back by himself."
    )
    max_open_tickets = serializers.IntegerField(
        min_value=0,
        max_value=100_000,
        required=False,
        allow_null=True,
        help_text="How many open tickets are given to the person at most; null: no limit. Administrators only.",
    )


class AgentFilters(filters.FilterSet):
    username = filters.CharFilter(max_length=150)
    is_active = filters.BooleanFilter()
    presence = filters.ChoiceFilter(choices=User.Presence.choices)

    class Meta:
        model = User
        fields: tuple[str, ...] = ()


class AgentViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """The people who answer. Accounts are made in the admin; here everybody says whether he is there, and administrators how much
    each person gets."""

    queryset = User.objects.filter(is_staff=True)
    serializer_class = AgentRead
    filterset_class = AgentFilters
    orderings: ClassVar = {"id": ("id",), "-id": ("-id",), "username": ("username", "id")}
    permissions: ClassVar = {
        "list": ("accounts.view_user",),
        "retrieve": ("accounts.view_user",),
        "partial_update": ("accounts.view_user",),
    }

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Part of the user name or of the name."""
        text = query.strip()[:150]
        named = Q(username__icontains=text) | Q(first_name__icontains=text) | Q(last_name__icontains=text)
        return queryset.filter(named)

    @extend_schema(request=AgentChange, responses=AgentRead)
    @transaction.atomic
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Say whether you are there: `online`, `away` or `offline`. Tickets are given to who is online and has a page of the helpdesk
        open, or has said so here within ten minutes. Of others, and how much somebody gets, only administrators say it."""
        given, person = self.read_input(AgentChange), self.get_row()
        is_self = person.pk == self.caller.pk
        if given and ("max_open_tickets" in given or not is_self) and not self._may_change(person):
            raise PermissionRefused("not_allowed", _("Your role does not allow this."))
        if "presence" in given or "away_until" in given:
            presence = given.get("presence", person.presence)
            set_presence(user_id=person.pk, presence=presence, away_until=given.get("away_until"), is_self=is_self)
        if "max_open_tickets" in given:
            limit_open_tickets(user_id=person.pk, most=given["max_open_tickets"])
        return Response(AgentRead(self.get_row()).data)

    def _may_change(self, person: User) -> bool:
        return self.caller.has_perm("accounts.change_user") and holds_all_rights_of(self.caller, person)
