"""``/api/v1/ticket-events/``: everything that happened, in an order in which nothing is skipped."""

from typing import Any, ClassVar

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import DeclaredFilters
from helpdesk.common.api.paging import cursor_parameters, open_cursor, read_page_size, seal_cursor
from helpdesk.common.api.views import ListRows, RetrieveRow
from tickets.api.filters import TicketEventFilters
from tickets.api.tickets import VIEW
from tickets.models import TicketEvent

_FEED = "events"


class EventFeed(BasePagination):
    """Reads by (writing transaction, id) below the oldest transaction that still runs: what commits late still comes later.

    ``cursor`` always stands for the place to go on from, also on the last page, so that a reader keeps it and asks again.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        size = read_page_size(request)
        xid, pk = self._read_position(request)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            horizon: int = cursor.fetchone()[0]
        behind = Q(xid__gte=xid) & (Q(xid__gt=xid) | Q(id__gt=pk))
        rows = list(queryset.filter(behind, xid__lt=horizon).order_by("xid", "id")[: size + 1])
        self.has_more = len(rows) > size
        rows = rows[:size]
        # All below the horizon is final, so a reader who has it all need not look through it again.
        self.position = (rows[-1]["xid"], rows[-1]["id"]) if self.has_more else max((xid, pk), (horizon, 0))
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        cursor = seal_cursor([_FEED, str(self.position[0]), self.position[1]])
        return Response({"cursor": cursor, "has_more": self.has_more, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        properties = {"cursor": {"type": "string"}, "has_more": {"type": "boolean"}, "results": schema}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return cursor_parameters()

    @staticmethod
    def _read_position(request: Request) -> tuple[int, int]:
        token = request.query_params.get("cursor")
        if token is None:
            return 0, 0
        content = open_cursor(token)
        if len(content) != 3 or content[0] != _FEED:
            raise ValidationError({"cursor": _("This cursor belongs to another list or ordering.")})
        return int(content[1]), int(content[2])


@extend_schema_field({"type": "object", "additionalProperties": True})
class EventData(serializers.JSONField):
    """What the kind of event says: ids, numbers, states and times."""


class TicketEventRead(serializers.Serializer):
    id = serializers.IntegerField()
    ticket = serializers.IntegerField()
    sequence = serializers.IntegerField(help_text="Counts per ticket, without a gap.")
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    data_version = serializers.IntegerField()
    actor_kind = serializers.ChoiceField(choices=TicketEvent.ActorKind.choices)
    actor = serializers.IntegerField(allow_null=True, help_text="The agent, when one did it.")
    data = EventData()  # type: ignore[assignment]


class TicketEventViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """The log of changes. Keep the `cursor` of the last page and ask with it again: nothing is skipped or repeated."""

    queryset = TicketEvent.objects.all()
    serializer_class = TicketEventRead
    filterset_class = TicketEventFilters
    filter_backends: ClassVar = (DeclaredFilters,)  # type: ignore[misc]
    pagination_class = EventFeed  # type: ignore[assignment]
    permissions: ClassVar = {"list": VIEW, "retrieve": VIEW}

    def known_parameters(self) -> set[str]:
        return set(super().known_parameters()) - {"ordering"}

    def get_queryset(self) -> QuerySet:
        return TicketEvent.objects.visible_to(self.request.user).values(
            "id", "xid", "ticket_id", "sequence", "at", "kind", "data_version", "actor_kind", "actor_id", "data"
        )

    def represent(self, rows: list[Any]) -> list[Any]:
        return [_event_shape(row) for row in rows]


def _event_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "ticket": row["ticket_id"],
        "sequence": row["sequence"],
        "at": row["at"],
        "kind": row["kind"],
        "data_version": row["data_version"],
        "actor_kind": row["actor_kind"],
        "actor": row["actor_id"],
        "data": row["data"],
    }
