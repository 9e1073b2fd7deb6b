"""``/api/v1/root-causes/``: why things go wrong, as a tree."""

from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import ChoicesFilter, IdFilter
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from surveys.models import RootCause
from surveys.services.causes import save_cause
from tickets.services.actors import Actor


class RootCauseRead(serializers.ModelSerializer):
    """`is_systemic`: it will happen again to others until somebody mends it. `open_cases`: recovery cases with this cause itself."""

    parent = serializers.IntegerField(source="parent_id", allow_null=True)  # type: ignore[assignment]
    name = serializers.CharField(
        source="__str__", help_text="Ours in the language asked for, until somebody renames it."
    )
    cases = serializers.IntegerField(source="case_count")
    open_cases = serializers.IntegerField()

    class Meta:
        model = RootCause
        fields = [
            "id", "name", "parent", "kind", "description", "is_systemic", "is_active", "position", "cases", "open_cases",
            "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class RootCauseChange(InputSerializer):
    """What is given is changed. `kind` counts at the top alone: below, a cause has the kind of what stands above it."""

    name = serializers.CharField(max_length=120, required=False)
    parent = IdField(allow_null=True, required=False)  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=RootCause.Kind.choices, required=False)
    description = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    is_systemic = serializers.BooleanField(required=False)
    is_active = serializers.BooleanField(required=False)
    position = serializers.IntegerField(min_value=0, max_value=30_000, required=False)


class RootCauseCreate(RootCauseChange):
    """A new cause, at the top with its `kind` or below a `parent`."""

    name = serializers.CharField(max_length=120)


class RootCauseFilters(filters.FilterSet):
    parent = IdFilter(field_name="parent_id")
    kind = ChoicesFilter(choices=RootCause.Kind.choices)
    is_systemic = filters.BooleanFilter()
    is_active = filters.BooleanFilter()

    class Meta:
        model = RootCause
        fields: tuple[str, ...] = ()


class RootCauseViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """The tree of root causes. A cause that is no longer wanted is made inactive: its cases keep it."""

    queryset = RootCause.objects.order_by()
    serializer_class = RootCauseRead
    filterset_class = RootCauseFilters
    orderings: ClassVar = {
        "position": ("position", "id"), "-position": ("-position", "-id"), "id": ("id",), "-id": ("-id",),
    }  # fmt: skip
    permissions: ClassVar = {
        "list": ("surveys.view_rootcause",),
        "retrieve": ("surveys.view_rootcause",),
        "create": ("surveys.add_rootcause",),
        "partial_update": ("surveys.change_rootcause",),
    }

    def get_queryset(self) -> QuerySet:
        counted = Count("cases", filter=Q(cases__is_demo=False))
        still_open = Count("cases", filter=Q(cases__is_demo=False, cases__closed_at=None))
        return RootCause.objects.order_by().annotate(case_count=counted, open_cases=still_open)

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Part of the name."""
        return queryset.filter(name__icontains=query.strip()[:100])

    @extend_schema(request=RootCauseCreate, responses={201: RootCauseRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new cause."""
        given = self.read_input(RootCauseCreate)
        cause = save_cause(actor=Actor.agent(self.caller), **_named(given))
        return Response(self._read(cause.pk), status=201)

    @extend_schema(request=RootCauseChange, responses=RootCauseRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given."""
        changed = self.read_input(RootCauseChange)
        cause: RootCause = self.get_row()
        kept = {
            "name": cause.name, "parent": cause.parent_id, "kind": cause.kind, "description": cause.description,
            "is_systemic": cause.is_systemic, "is_active": cause.is_active, "position": cause.position,
        }  # fmt: skip
        given = kept | changed
        save_cause(actor=Actor.agent(self.caller), cause_id=cause.pk, **_named(given))
        return Response(self._read(cause.pk))

    def _read(self, pk: int) -> Any:
        return RootCauseRead(self.get_queryset().get(pk=pk)).data


def _named(given: dict[str, Any]) -> dict[str, Any]:
    """The values as the service names them."""
    values = dict(given)
    if "parent" in values:
        values["parent_id"] = values.pop("parent")
    return values
