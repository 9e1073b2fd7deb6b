"""Tags: words to sort tickets by."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin
from tickets.models import Tag

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


class ColorInput(forms.TextInput):
    """The browser's own colour picker."""

    input_type = "color"


class TagForm(forms.ModelForm):
    class Meta:
        model = Tag
        fields = ("name", "color")
        widgets = {"color": ColorInput(attrs={"class": "hd-color"})}

    def clean_color(self) -> str:
        color: str = self.cleaned_data["color"]
        if not _COLOR.fullmatch(color):
            raise ValidationError(_("A colour is written like #6b7280."))
        return color.lower()


@admin.register(Tag)
class TagAdmin(ServiceAdmin):
    form = TagForm
    list_display = ("swatch_and_name",)
    search_fields = ("name",)
    ordering = ("name",)
    sortable_by = ("swatch_and_name",)
    is_deletable = True
    empty_title = gettext_lazy("No tags yet.")
    empty_text = gettext_lazy("Agents add tags on the ticket; here they get a colour.")

    @admin.display(description=gettext_lazy("tag"), ordering="name")
    def swatch_and_name(self, tag: Tag) -> SafeString:
        # An inline style would be blocked by the page's policy; a picture carries its colour itself.
        color = tag.color if _COLOR.fullmatch(tag.color) else "#6b7280"
        return format_html(
            '<svg class="hd-swatch" aria-hidden="true" viewBox="0 0 14 14"><rect width="14" height="14" fill="{}"/></svg>{}',
            color,
            tag.name,
        )

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Deleting takes the tag off every ticket, so it is done one at a time, behind its own confirmation."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
