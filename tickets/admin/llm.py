"""The language model: its settings with a key that nobody can read, and what every question cost."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ReadOnlyAdmin, ServiceAdmin
from tickets.models import LLMCall, LLMSettings
from tickets.services.llm import save_llm_settings

_FIELDS = (
    "is_on", "url", "model", "for_drafts", "for_summaries", "for_bots", "seconds", "answer_tokens", "input_price", "output_price",
    "currency", "daily_limit",
)  # fmt: skip


class LLMSettingsForm(forms.ModelForm):
    url = forms.URLField(
        required=False,
        assume_scheme="https",
        max_length=300,
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("The base of an interface like OpenAI's chat completions, such as https://host/v1."),
    )
    key = forms.CharField(
        required=False,
        label=gettext_lazy("Key"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Kept encrypted and never shown again. Empty: the key stays as it is."),
    )
    removes_key = forms.BooleanField(required=False, label=gettext_lazy("Remove the key"))

    class Meta:
        model = LLMSettings
        fields = _FIELDS
        help_texts = {
            "for_bots": gettext_lazy("Answers only from the articles that were found, checked before they are said."),
        }

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("is_on") and not (data.get("url") and data.get("model")):
            self.add_error("url", _("Give the address and the model before you switch it on."))
        if not 1 <= (data.get("seconds") or 0) <= 60:
            self.add_error("seconds", _("Give a number from 1 to 60."))
        return data


@admin.register(LLMSettings)
class LLMSettingsAdmin(ServiceAdmin):
    form = LLMSettingsForm
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> LLMSettings | None:
        """The one row, made when somebody opens it first."""
        return LLMSettings.objects.get_or_create(pk=1)[0] if object_id == "1" else None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:tickets_llmsettings_change", args=[1]))

    def save_model(self, request: HttpRequest, obj: LLMSettings, form: LLMSettingsForm, change: bool) -> None:
        data = form.cleaned_data
        key = "" if data["removes_key"] else (data["key"] or None)
        save_llm_settings(changes={name: data[name] for name in _FIELDS}, key=key)


@admin.register(LLMCall)
class LLMCallAdmin(ReadOnlyAdmin):
    list_display = ("at", "purpose", "model", "input_tokens", "output_tokens", "price", "milliseconds", "error")
    list_filter = ("purpose", "error")
    date_hierarchy = "at"
    ordering = ("-id",)
    sortable_by = ()
    actions = None
    list_title = gettext_lazy("Questions to the language model")
    empty_title = gettext_lazy("Nothing was asked yet")
    empty_text = gettext_lazy("What was asked and answered is not kept: only what for, what it cost and how it ended.")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "GET" and self.has_view_permission(request):
            total = LLMCall.objects.order_by().values("currency").annotate(cost=Sum("cost"))
            costs = ", ".join(f"{row['cost']:.4f} {row['currency']}" for row in total)
            if costs:
                messages.info(request, _("Costs so far: %(costs)s") % {"costs": costs})
        return super().changelist_view(request, extra_context)

    @admin.display(description=gettext_lazy("costs"))
    def price(self, call: LLMCall) -> str:
        return f"{call.cost:.6f} {call.currency}"
