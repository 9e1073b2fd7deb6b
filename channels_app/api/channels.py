"""``/api/v1/channels/`` and ``/brands/``: the ways in and out that somebody has set up."""

from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channels_app.models import Brand, Channel
from channels_app.services.settings import change_channel
from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import IdFilter
from helpdesk.common.api.serializers import InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow

VIEW_CHANNELS = ("channels_app.view_channel",)
VIEW_BRANDS = ("channels_app.view_brand",)


class BrandRead(serializers.ModelSerializer):
    class Meta:
        model = Brand
        fields = ["id", "name", "from_name", "site_url"]
        read_only_fields = fields


class ChannelRead(serializers.ModelSerializer):
    """A channel. Neither its configuration nor its secrets are given out; both are set in the admin."""

    kind = serializers.CharField()
    brand = serializers.IntegerField(source="brand_id")
    reopen_window_seconds = serializers.SerializerMethodField()
    session_gap_seconds = serializers.SerializerMethodField()

    class Meta:
        model = Channel
        fields = [
            "id", "uuid", "slug", "kind", "name", "brand", "is_active", "is_public", "is_demo", "coverage", "position",
            "reopen_window_seconds", "session_gap_seconds", "resend_unknown", "last_ok_at", "last_error_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_reopen_window_seconds(self, channel: Channel) -> int:
        return int(channel.reopen_window.total_seconds())

    def get_session_gap_seconds(self, channel: Channel) -> int:
        return int(channel.session_gap.total_seconds())


class ChannelChange(InputSerializer):
    name = serializers.CharField(max_length=100, required=False)
    is_active = serializers.BooleanField(required=False)
    coverage = serializers.ChoiceField(choices=Channel.Coverage.choices, required=False)
    position = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)


class ChannelFilters(filters.FilterSet):
    kind = filters.CharFilter(max_length=32)
    slug = filters.CharFilter(max_length=50)
    brand = IdFilter(field_name="brand_id")
    is_active = filters.BooleanFilter()
    is_public = filters.BooleanFilter()

    class Meta:
        model = Channel
        fields: tuple[str, ...] = ()


class ChannelViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Channels. A key needs the scope `admin` to change one."""

    queryset = Channel.objects.order_by().defer("config", "encrypted_secrets", "poll_cursor")
    serializer_class = ChannelRead
    filterset_class = ChannelFilters
    orderings: ClassVar = {"position": ("position", "id"), "id": ("id",), "-id": ("-id",), "name": ("name", "id")}
    permissions: ClassVar = {
        "list": VIEW_CHANNELS,
        "retrieve": VIEW_CHANNELS,
        "partial_update": ("channels_app.change_channel",),
    }
    admin_actions = frozenset({"partial_update"})

    @extend_schema(request=ChannelChange, responses=ChannelRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change name, order or coverage, or switch it on and off."""
        data = self.read_input(ChannelChange)
        row = self.get_row()
        change_channel(channel_id=row.pk, changes=data)
        return Response(self.represent([self.get_row()])[0])


class BrandViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Brands: the faces that channels show."""

    queryset = Brand.objects.order_by()
    serializer_class = BrandRead
    orderings: ClassVar = {"name": ("name", "id"), "id": ("id",), "-id": ("-id",)}
    permissions: ClassVar = {"list": VIEW_BRANDS, "retrieve": VIEW_BRANDS}
