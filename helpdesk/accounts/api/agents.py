"""``/api/v1/agents/``: the people who answer."""

from typing import ClassVar

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.accounts.models import User
from helpdesk.common.api.views import ListRows, RetrieveRow


class AgentRead(serializers.ModelSerializer):
    name = serializers.CharField(source="display_name")

    class Meta:
        model = User
        fields = [
            "id", "username", "name", "email", "languages", "presence", "away_until", "max_open_tickets", "is_active",
        ]  # fmt: skip
        read_only_fields = fields


class AgentFilters(filters.FilterSet):
    username = filters.CharFilter(max_length=150)
    is_active = filters.BooleanFilter()
    presence = filters.ChoiceFilter(choices=User.Presence.choices)

    class Meta:
        model = User
        fields: tuple[str, ...] = ()


class AgentViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """The people who answer. Accounts are made and changed in the admin."""

    queryset = User.objects.filter(is_staff=True)
    serializer_class = AgentRead
    filterset_class = AgentFilters
    orderings: ClassVar = {"id": ("id",), "-id": ("-id",), "username": ("username", "id")}
    permissions: ClassVar = {"list": ("accounts.view_user",), "retrieve": ("accounts.view_user",)}

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Part of the user name or of the name."""
        text = query.strip()[:150]
        named = Q(username__icontains=text) | Q(first_name__icontains=text) | Q(last_name__icontains=text)
        return queryset.filter(named)
