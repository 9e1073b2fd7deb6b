"""``/api/v1/messages/``: what was said, and internal notes."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.views import ListRows, RetrieveRow
from tickets.api.filters import MessageFilters
from tickets.api.message_serializers import MessageDetailRead, MessageRead
from tickets.api.message_shapes import message_rows, message_shape
from tickets.api.tickets import VIEW
from tickets.models import Message
from tickets.selectors.search import find_messages


@extend_schema_view(retrieve=extend_schema(responses=MessageDetailRead))
class MessageViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Messages and notes of the tickets you may see. They are written through the verbs of a ticket."""

    queryset = Message.objects.all()
    serializer_class = MessageRead
    filterset_class = MessageFilters
    orderings: ClassVar = {
        "-id": ("-id",),
        "id": ("id",),
        "sort_at": ("sort_at", "id"),
        "-sort_at": ("-sort_at", "-id"),
    }
    permissions: ClassVar = {"list": VIEW, "retrieve": VIEW}

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        given = self.request.query_params
        if given.get("ordering", "").endswith("sort_at") and not given.keys() & {"ticket", "conversation"}:
            # A timeline is one ticket's or one conversation's; no index sorts all messages there are by it.
            raise ValidationError({"ordering": _("Name a ticket or a conversation with this ordering.")})
        return super().filter_queryset(queryset)

    def get_queryset(self) -> QuerySet:
        rows: QuerySet = message_rows(is_whole=self.action == "retrieve").visible_to(self.request.user)
        return rows

    def represent(self, rows: list[Any]) -> list[Any]:
        return [message_shape(row) for row in rows]

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Messages that hold all these words."""
        return queryset.filter(pk__in=find_messages(query))
