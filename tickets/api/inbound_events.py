"""``/api/v1/inbound-events/``: what providers delivered and what became of it, without the content."""

from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from channels_app.models import InboundEvent
from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import ChoicesFilter, IdFilter
from helpdesk.common.api.serializers import NoInput
from helpdesk.common.api.views import ListRows, RetrieveRow
from tickets.services.processing import run_event_again

VIEW_EVENTS = ("channels_app.view_inboundevent",)


class InboundEventRead(serializers.ModelSerializer):
    """A delivery. Its headers and body hold what customers wrote, for whichever team: they are not given out here."""

    channel = serializers.IntegerField(source="channel_id")

    class Meta:
        model = InboundEvent
        fields = [
            "id", "channel", "source", "state", "attempts", "content_type", "size", "received_at", "processed_at", "reason_code",
            "reason",
        ]  # fmt: skip
        read_only_fields = fields


class InboundEventFilters(filters.FilterSet):
    channel = IdFilter(field_name="channel_id")
    state = ChoicesFilter(choices=InboundEvent.State.choices)
    source = ChoicesFilter(choices=InboundEvent.Source.choices)
    received_after = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="gte")
    received_before = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="lt")

    class Meta:
        model = InboundEvent
        fields: tuple[str, ...] = ()


class InboundEventViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Deliveries from providers and their state."""

    queryset = InboundEvent.objects.defer("headers", "meta", "body", "dedup_key")
    serializer_class = InboundEventRead
    filterset_class = InboundEventFilters
    permissions: ClassVar = {
        "list": VIEW_EVENTS,
        "retrieve": VIEW_EVENTS,
        "run_again": ("channels_app.change_inboundevent",),
    }

    @extend_schema(request=NoInput, responses=InboundEventRead)
    @action(detail=True, methods=["post"], url_path="run-again")
    def run_again(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Process it once more; what it filed already is not filed twice."""
        self.read_input(NoInput)
        row = self.get_row()
        run_event_again(event_id=row.pk)
        return Response(self.represent([self.get_row()])[0])
