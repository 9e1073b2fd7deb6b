"""Brands: the face that customers see."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from channels_app.models import Brand
from helpdesk.common.admin import ServiceAdmin


@admin.register(Brand)
class BrandAdmin(ServiceAdmin):
    list_display = ("name", "from_name", "site_url", "channel_count")
    search_fields = ("name", "from_name")
    ordering = ("name",)
    fields = ("name", "from_name", "site_url")
    empty_title = gettext_lazy("No brands yet.")
    empty_text = gettext_lazy("Every channel shows one: its name stands under mails and on survey pages.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Brand]:
        return super().get_queryset(request).annotate(channels_here=Count("channels"))

    @admin.display(description=gettext_lazy("channels"))
    def channel_count(self, brand: Brand) -> int:
        return int(brand.channels_here)  # type: ignore[attr-defined]
