"""Roles: what each group of colleagues may do, to read."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.accounts.roles import ROLE_LABELS
from helpdesk.common.admin import ReadOnlyAdmin

admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """The roles come with the product; who has which is set on the user."""

    list_title = gettext_lazy("Roles")
    list_display = ("role", "members")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("role", "members", "rights")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(member_count=Count("user"))

    @admin.display(description=gettext_lazy("role"), ordering="name")
    def role(self, group: Group) -> str:
        return str(ROLE_LABELS.get(group.name, group.name))

    @admin.display(description=gettext_lazy("users"))
    def members(self, group: Any) -> int:
        return int(group.member_count)

    @admin.display(description=gettext_lazy("may"))
    def rights(self, group: Group) -> SafeString | str:
        names = group.permissions.order_by("content_type__app_label", "codename").values_list("name")
        items = format_html_join("", "<li>{}</li>", names)
        return format_html('<ul class="hd-plain-list">{}</ul>', items) if items else _("nothing")
