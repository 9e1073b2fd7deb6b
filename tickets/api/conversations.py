"""``/api/v1/conversations/``: threads on channels."""

from typing import Any, ClassVar

from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework import serializers

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.views import ListRows, RetrieveRow
from tickets.api.filters import ConversationFilters
from tickets.api.serializers import ChannelOfTicketRead, NamedRead
from tickets.api.tickets import VIEW
from tickets.models import Conversation, Ticket


class IdentityOfConversationRead(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    address = serializers.CharField()


class ConversationRead(serializers.Serializer):
    """A thread. `active_ticket` is the case that runs on it, when you may see that one."""

    id = serializers.IntegerField()
    uuid = serializers.UUIDField()
    channel = ChannelOfTicketRead()
    customer = NamedRead()
    identity = IdentityOfConversationRead()
    visibility = serializers.ChoiceField(choices=Conversation.Visibility.choices)
    active_ticket = serializers.IntegerField(allow_null=True)
    last_message_at = serializers.DateTimeField(allow_null=True)
    last_customer_message_at = serializers.DateTimeField(allow_null=True)
    window_expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class ConversationViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Threads with at least one ticket that you may see."""

    queryset = Conversation.objects.all()
    serializer_class = ConversationRead
    filterset_class = ConversationFilters
    permissions: ClassVar = {"list": VIEW, "retrieve": VIEW}

    def get_queryset(self) -> QuerySet:
        user = self.request.user
        seen = Ticket.objects.visible_to(user).filter(pk=OuterRef("active_ticket_id"))
        return (
            Conversation.objects.visible_to(user)
            .annotate(seen_ticket=Subquery(seen.values("pk")[:1]))
            .values(
                "id", "uuid", "channel_id", "channel__slug", "channel__kind", "channel__name", "customer_id", "customer__name",
                "identity_id", "identity__kind", "identity__address", "visibility", "seen_ticket", "last_message_at",
                "last_customer_message_at", "window_expires_at", "created_at",
            )
        )  # fmt: skip

    def represent(self, rows: list[Any]) -> list[Any]:
        return [_conversation_shape(row) for row in rows]


def _conversation_shape(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "uuid": row["uuid"],
        "channel": {
            "id": row["channel_id"],
            "slug": row["channel__slug"],
            "kind": row["channel__kind"],
            "name": row["channel__name"],
        },
        "customer": {"id": row["customer_id"], "name": row["customer__name"]},
        "identity": {
            "id": row["identity_id"],
            "kind": row["identity__kind"],
            "address": row["identity__address"],
        },
        "visibility": row["visibility"],
        "active_ticket": row["seen_ticket"],
        "last_message_at": row["last_message_at"],
        "last_customer_message_at": row["last_customer_message_at"],
        "window_expires_at": row["window_expires_at"],
        "created_at": row["created_at"],
    }
