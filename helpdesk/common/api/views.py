"""The base of every resource: closed unless declared, strict about parameters, thin about rows."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from helpdesk.common.api.filters import DeclaredFilters, DeclaredOrdering, DeclaredSearch
from helpdesk.common.api.paging import TotalOrderCursorPagination
from helpdesk.common.api.serializers import InputSerializer


class StrictParameters:
    """Refuses query parameters that the action does not know, and those given twice."""

    def known_parameters(self) -> Iterable[str]:
        """The names that may stand in the query string of this call."""
        return ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After who and whether: is the question well put?"""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        known = set(self.known_parameters())
        wrong: dict[str, str] = {}
        for name, values in request.query_params.lists():
            if name not in known:
                wrong[name] = _("There is no such parameter here.")
            elif len(values) > 1:
                wrong[name] = _("Give this once.")
            elif "\0" in values[0]:
                wrong[name] = _("This text has characters that cannot be stored.")
        if wrong:
            raise ValidationError(wrong)


class ApiViewSet(StrictParameters, GenericViewSet):
    """One resource. ``permissions``: action -> codes of which the caller needs one (see ClosedPermission).

    ``orderings``: word -> columns that end in a unique one; the first is the default. A ``search(queryset, query)``
    method makes ``?search=`` known. ``represent`` turns rows into what is answered; by default the view's
    ``serializer_class`` does.
    """

    permissions: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    admin_actions: ClassVar[frozenset[str]] = frozenset()
    list_actions: ClassVar[frozenset[str]] = frozenset({"list"})
    orderings: ClassVar[Mapping[str, tuple[str, ...]]] = {"-id": ("-id",), "id": ("id",)}
    filterset_class: ClassVar[Any] = None
    filter_backends: Any = (DeclaredFilters, DeclaredOrdering, DeclaredSearch)
    pagination_class = TotalOrderCursorPagination
    lookup_value_regex = "[0-9]{1,18}"
    http_method_names = ["get", "head", "post", "patch"]

    def known_parameters(self) -> Iterable[str]:
        if self.action not in self.list_actions:
            return ()
        names = {"ordering", *TotalOrderCursorPagination.query_parameters}
        if hasattr(self, "search"):
            names.add("search")
        if self.filterset_class is not None:
            names.update(self.filterset_class.base_filters)
        return names

    def represent(self, rows: list[Any]) -> list[Any]:
        """The rows as they are answered."""
        return list(self.get_serializer(rows, many=True).data)

    def read_input(self, serializer_class: type[InputSerializer]) -> dict[str, Any]:
        """The checked body of the request. Raises ValidationError."""
        serializer: BaseSerializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def get_row(self) -> Any:
        """The row that the address names, among those the caller may see. Raises Http404."""
        row = self.get_queryset().filter(**{self.lookup_field: self.kwargs[self.lookup_field]}).first()
        if row is None:
            raise Http404
        return row


class ListRows:
    """``GET /resource/``."""

    def list(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of rows."""
        queryset: QuerySet = self.filter_queryset(self.get_queryset())
        page = self.paginate_queryset(queryset)
        response: Response = self.get_paginated_response(self.represent(page))
        return response


class RetrieveRow:
    """``GET /resource/{id}/``."""

    def retrieve(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One row."""
        return Response(self.represent([self.get_row()])[0])
