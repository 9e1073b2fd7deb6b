"""``/api/v1/business-hours/``: when the team is there."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.clock import now
from tickets.api.teams import BY_NAME
from tickets.models import BusinessHours, BusinessHoursSpan, Holiday
from tickets.policies.business_time import is_open, next_closing, next_opening
from tickets.policies.opening_rules import MOST_DAYS, MOST_SPANS, ExceptionDay, WeekSpan
from tickets.selectors.hours import week_of
from tickets.services.actors import Actor
from tickets.services.hours import GivenHours, create_hours, delete_hours, update_hours


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
    """Spans are local times of ``time_zone``; ``is_open`` and the next changes are of the moment of the answer."""

    channels: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    spans = SpanRead(many=True)
    holidays = HolidayRead(many=True)
    is_open = serializers.SerializerMethodField()
    next_opening = serializers.SerializerMethodField()
    next_closing = serializers.SerializerMethodField()

    class Meta:
        model = BusinessHours
        fields = [
            "id", "name", "time_zone", "country", "region", "is_default", "channels", "spans", "holidays", "is_open",
            "next_opening", "next_closing",
        ]  # fmt: skip
        read_only_fields = fields

    def get_is_open(self, hours: BusinessHours) -> bool:
        return is_open(week_of(hours), at=now())

    def get_next_opening(self, hours: BusinessHours) -> datetime | None:
        return next_opening(week_of(hours), at=now())

    def get_next_closing(self, hours: BusinessHours) -> datetime | None:
        return next_closing(week_of(hours), at=now())


class SpanGiven(InputSerializer):
    """A local time span that begins on a weekday (Monday is 0); one that does not end after it starts goes on over midnight."""

    weekday = serializers.IntegerField(min_value=0, max_value=6)
    starts_at = serializers.TimeField()
    ends_at = serializers.TimeField()


class HolidayGiven(InputSerializer):
    """A day that is not like its weekday: closed without times, else open in them. Several spans are several of these."""

    on = serializers.DateField()
    name = serializers.CharField(max_length=100, allow_blank=True, default="")
    starts_at = serializers.TimeField(allow_null=True, default=None)
    ends_at = serializers.TimeField(allow_null=True, default=None)


class BusinessHoursChange(InputSerializer):
    """What is given is changed; a list is given as a whole. Hours that become the default take that from the others."""

    name = serializers.CharField(max_length=100, required=False)
    time_zone = serializers.CharField(max_length=64, required=False)
    country = serializers.CharField(max_length=2, allow_blank=True, required=False)
    region = serializers.CharField(max_length=60, allow_blank=True, required=False)
    is_default = serializers.BooleanField(required=False)
    channels = serializers.ListField(child=IdField(), max_length=500, required=False)
    spans = serializers.ListField(child=SpanGiven(), max_length=MOST_SPANS, required=False)
    holidays = serializers.ListField(child=HolidayGiven(), max_length=MOST_DAYS, required=False)


class BusinessHoursCreate(BusinessHoursChange):
    """New hours. Without spans they are never open."""

    name = serializers.CharField(max_length=100)
    time_zone = serializers.CharField(max_length=64)


class BusinessHoursViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Business hours: the spans of the week, holidays and exceptions, and the channels that are answered in them."""

    queryset = BusinessHours.objects.order_by().prefetch_related("spans", "holidays", "channels")
    serializer_class = BusinessHoursRead
    orderings: ClassVar = BY_NAME
    permissions: ClassVar = {
        "list": ("tickets.view_businesshours",),
        "retrieve": ("tickets.view_businesshours",),
        "create": ("tickets.add_businesshours",),
        "partial_update": ("tickets.change_businesshours",),
        "destroy": ("tickets.delete_businesshours",),
    }
    http_method_names = [*ResourceViewSet.http_method_names, "delete"]

    @extend_schema(request=BusinessHoursCreate, responses={201: BusinessHoursRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """New hours."""
        given = GivenHours(**_parts(self.read_input(BusinessHoursCreate)))
        hours = create_hours(given=given, actor=Actor.agent(self.caller))
        return Response(self._read(hours.pk), status=201)

    @extend_schema(request=BusinessHoursChange, responses=BusinessHoursRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given. The time limits of open tickets that count in these hours are worked out anew."""
        changes = _parts(self.read_input(BusinessHoursChange))
        hours = update_hours(hours_id=self.get_row().pk, changes=changes, actor=Actor.agent(self.caller))
        return Response(self._read(hours.pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete hours that no team and no channel has; 409 while somebody is answered in them."""
        delete_hours(hours_id=self.get_row().pk, actor=Actor.agent(self.caller))
        return Response(status=204)

    def _read(self, hours_id: int) -> Any:
        return self.represent([self.get_queryset().get(pk=hours_id)])[0]


def _parts(data: Mapping[str, Any]) -> dict[str, Any]:
    """The checked body in the words of the service."""
    parts = dict(data)
    if "channels" in parts:
        parts["channel_ids"] = tuple(parts.pop("channels"))
    if "spans" in parts:
        parts["spans"] = tuple(WeekSpan(**span) for span in parts["spans"])
    if "holidays" in parts:
        parts["holidays"] = tuple(ExceptionDay(**day) for day in parts["holidays"])
    return parts
