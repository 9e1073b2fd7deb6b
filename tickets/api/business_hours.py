"""``/api/v1/business-hours/``: when the team is there."""

from datetime import datetime
from typing import ClassVar

from rest_framework import serializers

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.clock import now
from tickets.api.teams import BY_NAME
from tickets.models import BusinessHours, BusinessHoursSpan, Holiday
from tickets.policies.business_time import is_open, next_opening
from tickets.selectors.hours import week_of


class SpanRead(serializers.ModelSerializer):
    class Meta:
        model = BusinessHoursSpan
        fields = ["weekday", "starts_at", "ends_at"]
        read_only_fields = fields


class HolidayRead(serializers.ModelSerializer):
    class Meta:
        model = Holiday
        fields = ["on", "name", "starts_at", "ends_at"]
        read_only_fields = fields


class BusinessHoursRead(serializers.ModelSerializer):
    """Spans are local times of ``time_zone``; ``is_open`` and ``next_opening`` are of the moment of the answer."""

    channels: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    spans = SpanRead(many=True)
    holidays = HolidayRead(many=True)
    is_open = serializers.SerializerMethodField()
    next_opening = serializers.SerializerMethodField()

    class Meta:
        model = BusinessHours
        fields = [
            "id", "name", "time_zone", "country", "region", "is_default", "channels", "spans", "holidays", "is_open",
            "next_opening",
        ]  # fmt: skip
        read_only_fields = fields

    def get_is_open(self, hours: BusinessHours) -> bool:
        return is_open(week_of(hours), at=now())

    def get_next_opening(self, hours: BusinessHours) -> datetime | None:
        return next_opening(week_of(hours), at=now())


class BusinessHoursViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Business hours; they are changed in the admin."""

    queryset = BusinessHours.objects.order_by().prefetch_related("spans", "holidays", "channels")
    serializer_class = BusinessHoursRead
    orderings: ClassVar = BY_NAME
    permissions: ClassVar = {"list": ("tickets.view_businesshours",), "retrieve": ("tickets.view_businesshours",)}
