"""What the reasons of the priority score weigh: one form, each reason in words."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin
from helpdesk.common.doorbell import call_on_commit
from tickets.models import ScoreWeights
from tickets.policies.priority_score import DEFAULT_WEIGHTS, LARGEST_WEIGHT, weights_with
from tickets.services.scoring import mark_everything
from tickets.templatetags.said import reason_words

PREFIX = "weight_"
_GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (gettext_lazy("Priority and topic"), ("priority_", "topic_")),
    (gettext_lazy("Customer"), ("vip", "value")),
    (gettext_lazy("How it is said"), ("sentiment_", "public", "live")),
    (gettext_lazy("Time"), ("waiting_", "due_", "overdue")),
)


class ScoreWeightsForm(forms.ModelForm):
    """Points by reason; an empty field stands for the default."""

    class Meta:
        model = ScoreWeights
        fields = ("value_attribute", "value_from")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, weight in weights_with(self.instance.weights).items():
            self.initial[f"{PREFIX}{code}"] = weight

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        given = {code: cleaned.get(f"{PREFIX}{code}") for code in DEFAULT_WEIGHTS}
        self.instance.weights = {
            code: weight for code, weight in given.items() if weight is not None and weight != DEFAULT_WEIGHTS[code]
        }
        return cleaned


def _form_class() -> type[ScoreWeightsForm]:
    fields: dict[str, Any] = {
        f"{PREFIX}{code}": forms.IntegerField(
            label=capfirst(reason_words({"code": code})),
            required=False,
            min_value=-LARGEST_WEIGHT,
            max_value=LARGEST_WEIGHT,
            help_text=_("%(points)s points unless changed") % {"points": default},
        )
        for code, default in DEFAULT_WEIGHTS.items()
    }
    return type("ScoreWeightsFormWithPoints", (ScoreWeightsForm,), fields)


@admin.register(ScoreWeights)
class ScoreWeightsAdmin(ServiceAdmin):
    list_title = gettext_lazy("Priority score")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one row: its form is the page."""
        return HttpResponseRedirect(reverse("admin:tickets_scoreweights_change", args=[1]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ScoreWeights | None:
        """The row, or the defaults as long as nobody has changed them."""
        if object_id != "1":
            return None
        return ScoreWeights.objects.filter(pk=1).first() or ScoreWeights(pk=1)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if self.has_change_permission(request, obj):
            kwargs["form"] = _form_class()
            kwargs["fields"] = None
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if not self.has_change_permission(request, obj):
            return ((None, {"fields": ("value_attribute", "value_from")}),)
        worth = _("A number that your CRM sends as an attribute of the customer; from the amount below on it counts.")
        value = (_("What the customer is worth"), {"fields": ("value_attribute", "value_from"), "description": worth})
        points = [(title, {"fields": tuple(_fields(starts))}) for title, starts in _GROUPS]
        return (*points, value)

    def save_model(self, request: HttpRequest, obj: ScoreWeights, form: forms.ModelForm, change: bool) -> None:
        obj.save()
        call_on_commit(mark_everything)


def _fields(starts: tuple[str, ...]) -> list[str]:
    return [f"{PREFIX}{code}" for code in DEFAULT_WEIGHTS if code.startswith(starts)]
