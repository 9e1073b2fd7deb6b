"""The team's own sentences for public places."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin
from tickets.models import PublicText


@admin.register(PublicText)
class PublicTextAdmin(ServiceAdmin):
    list_display = ("purpose", "language", "channel", "text")
    list_filter = ("purpose", "language")
    list_select_related = ("channel",)
    search_fields = ("text",)
    ordering = ("purpose", "language", "id")
    fields = ("purpose", "language", "channel", "text")
    is_deletable = True
    empty_title = gettext_lazy("No sentences of your own yet.")
    empty_text = gettext_lazy("Until then the product's own are used when a public conversation is moved to private.")
