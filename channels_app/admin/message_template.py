"""Message templates as the provider has approved them: to read, never to change here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from channels_app.models import MessageTemplate
from helpdesk.common.admin import ReadOnlyAdmin, state_badge
from helpdesk.common.text import preview

_TONES = {"approved": "success", "pending": "accent", "rejected": "danger", "paused": "warning", "disabled": "quiet"}


@admin.register(MessageTemplate)
class MessageTemplateAdmin(ReadOnlyAdmin):
    list_display = ("name", "language", "state", "category", "channel", "beginning", "synced_at")
    list_filter = ("provider_status", "language", "channel")
    list_select_related = ("channel",)
    search_fields = ("name", "body")
    search_help_text = gettext_lazy("Name or text")
    sortable_by = ()
    ordering = ("name", "language", "id")
    fields = ("channel", "name", "language", "category", "state", "reason", "text", "variables", "synced_at")
    empty_title = gettext_lazy("No templates yet.")
    empty_text = gettext_lazy(
        "They are written and approved at the provider. “Sync templates” on the channel brings them here."
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    @admin.display(description=gettext_lazy("status"))
    def state(self, template: MessageTemplate) -> SafeString:
        label = dict(MessageTemplate.Status.choices).get(template.provider_status, template.provider_status)
        return state_badge(label, _TONES.get(template.provider_status, "quiet"))

    @admin.display(description=gettext_lazy("text"))
    def beginning(self, template: MessageTemplate) -> str:
        return preview(template.body, 80)

    @admin.display(description=gettext_lazy("text"))
    def text(self, template: MessageTemplate) -> SafeString:
        return format_html('<div class="hd-text" dir="auto">{}</div>', template.body)
