"""What may stand behind the question mark: declared filters, orderings and a search, and nothing else."""

from functools import lru_cache
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as django_filters
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

MAX_ID = 2**63 - 1


class IdField(forms.IntegerField):
    """A primary key: what no bigint can hold is a wrong value, not an error of the database."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=MAX_ID, **kwargs)


class IdFilter(django_filters.Filter):
    """Rows that point at this id. It says nothing about whether a row with that id exists."""

    field_class = IdField


class ChoicesFilter(django_filters.BaseInFilter, django_filters.ChoiceFilter):
    """One or several known words, separated by commas: ``status=new,open``."""


class DeclaredFilters(django_filters.DjangoFilterBackend):
    """The view's FilterSet; wrong values are 400 and name their parameter."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        if view.filterset_class is None:
            return queryset
        given = frozenset(request.query_params).intersection(view.filterset_class.base_filters)
        if not given:
            return queryset
        filterset = _narrowed(view.filterset_class, given)(request.query_params, queryset=queryset, request=request)
        if not filterset.is_valid():
            raise ValidationError({name: [str(text) for text in texts] for name, texts in filterset.errors.items()})
        return filterset.qs


@lru_cache(maxsize=512)
def _narrowed(filterset_class: type[django_filters.FilterSet], names: frozenset[str]) -> type[django_filters.FilterSet]:
    """The FilterSet with these filters only: a form with twenty fields costs more than the list it narrows."""
    narrowed: Any = type(filterset_class.__name__, (filterset_class,), {})
    narrowed.base_filters = {name: filterset_class.base_filters[name] for name in sorted(names)}
    chosen: type[django_filters.FilterSet] = narrowed
    return chosen


class DeclaredOrdering(BaseFilterBackend):
    """``?ordering=`` with the view's own words; each stands for a total order."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        orderings: dict[str, tuple[str, ...]] = view.orderings
        word = request.query_params.get("ordering")
        if word is None:
            return queryset.order_by(*next(iter(orderings.values())))
        if word not in orderings:
            raise ValidationError({"ordering": _("Give one of: %(words)s.") % {"words": ", ".join(orderings)}})
        return queryset.order_by(*orderings[word])

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        words = list(view.orderings)
        schema = {"type": "string", "enum": words, "default": words[0]}
        return [{"name": "ordering", "in": "query", "required": False, "schema": schema, "description": "The order."}]


class DeclaredSearch(BaseFilterBackend):
    """``?search=`` where the view has a ``search`` method; it comes last, because it may set the order."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        query = request.query_params.get("search")
        search = getattr(view, "search", None)
        if query is None or search is None:
            return queryset
        found: QuerySet = search(queryset, query)
        return found

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        if not hasattr(view, "search"):
            return []
        text = (view.search.__doc__ or "").strip()
        schema = {"type": "string"}
        return [{"name": "search", "in": "query", "required": False, "schema": schema, "description": text}]
