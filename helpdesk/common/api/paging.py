"""Pages by position instead of number: nothing is skipped or repeated while rows come and go, and no page costs more."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

DEFAULT_PAGE_SIZE = 25
MAX_PAGE_SIZE = 100
_SIGNER_SALT = "helpdesk.api.cursor"


def read_page_size(request: Request) -> int:
    """``page_size`` of a request, at most 100. Raises ValidationError for what is no positive number."""
    raw = request.query_params.get("page_size")
    if raw is None:
        return DEFAULT_PAGE_SIZE
    if not (raw.isascii() and raw.isdigit()) or not raw.strip("0"):
        raise ValidationError({"page_size": _("Give a number from 1 to 100.")})
    return MAX_PAGE_SIZE if len(raw) > 3 else min(int(raw), MAX_PAGE_SIZE)


def seal_cursor(content: list[Any]) -> str:
    """A position as a token that callers can only give back."""
    return signing.Signer(salt=_SIGNER_SALT).sign_object(content)


def open_cursor(token: str) -> list[Any]:
    """The position in a token of ``seal_cursor``. Raises ValidationError for anything else."""
    try:
        return list(signing.Signer(salt=_SIGNER_SALT).unsign_object(token))
    except (signing.BadSignature, ValueError):
        raise ValidationError({"cursor": _("This cursor is not one of ours.")}) from None


def cursor_parameters() -> list[dict[str, Any]]:
    """The query parameters of every list, as OpenAPI describes them."""
    return [
        {
            "name": "cursor",
            "in": "query",
            "required": False,
            "schema": {"type": "string"},
            "description": "Where to go on, from `next` or `previous` of another page.",
        },
        {
            "name": "page_size",
            "in": "query",
            "required": False,
            "schema": {"type": "integer", "minimum": 1, "default": DEFAULT_PAGE_SIZE},
            "description": f"Rows a page; more than {MAX_PAGE_SIZE} gives {MAX_PAGE_SIZE}.",
        },
    ]


class TotalOrderCursorPagination(BasePagination):
    """Keyset pages over the queryset's own ordering, whose last column must be unique; columns must not be NULL.

    Works on model instances and on ``.values()`` rows alike; these must then hold the columns of the ordering.
    """

    query_parameters = frozenset({"cursor", "page_size"})

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        self.order = _read_order(queryset)
        size = read_page_size(request)
        values, is_backward = self._read_cursor(queryset)
        order = _reversed(self.order) if is_backward else self.order
        if values is not None:
            queryset = queryset.filter(_behind(order, values))
        rows = list(queryset.order_by(*order)[: size + 1])
        has_more = len(rows) > size
        rows = rows[:size]
        if is_backward:
            rows.reverse()
        self.has_next = has_more if not is_backward else True
        self.has_previous = has_more if is_backward else values is not None
        self.edges = (rows[0], rows[-1]) if rows else None
        return rows

    def get_paginated_response(self, data: Sequence[Any]) -> Response:
        """``next`` and ``previous`` are whole addresses or null."""
        return Response({"next": self._link(True), "previous": self._link(False), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return cursor_parameters()

    def _read_cursor(self, queryset: QuerySet) -> tuple[list[Any] | None, bool]:
        token = self.request.query_params.get("cursor")
        if token is None:
            return None, False
        content = open_cursor(token)
        if len(content) != 3 or content[0] != list(self.order):
            raise ValidationError({"cursor": _("This cursor belongs to another list or ordering.")})
        return [_from_json(value) for value in content[2]], bool(content[1])

    def _link(self, is_forward: bool) -> str | None:
        if not self.edges or not (self.has_next if is_forward else self.has_previous):
            return None
        row = self.edges[1] if is_forward else self.edges[0]
        values = [_to_json(_column(row, name.lstrip("-"))) for name in self.order]
        token = seal_cursor([list(self.order), not is_forward, values])
        url = remove_query_param(self.request.build_absolute_uri(), "cursor")
        return str(replace_query_param(url, "cursor", token))


def _read_order(queryset: QuerySet) -> tuple[str, ...]:
    order = tuple(str(name) for name in queryset.query.order_by)
    if not order or order[-1].lstrip("-") not in ("id", "pk"):
        order += ("id",)
    return order


def _reversed(order: Sequence[str]) -> tuple[str, ...]:
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)


def _behind(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that come after ``values``. The bound on the first column alone is what lets an index begin there."""
    first, first_value = order[0].lstrip("-"), values[0]
    bound = Q(**{f"{first}__{'lte' if order[0].startswith('-') else 'gte'}": first_value})
    condition, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        column = name.lstrip("-")
        condition |= equal & Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
        equal &= Q(**{column: value})
    return bound & condition


def _column(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _to_json(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else json.loads(json.dumps(value))


def _from_json(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
