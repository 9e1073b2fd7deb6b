"""Incentives in the admin: what may be given to make good, what is left of it, and its form."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin, state_badge
from surveys.admin.incentive_codes import codes_view, export_view, import_view, withdraw_view
from surveys.admin.incentive_words import budget_bar, figures_of, left_badge, spent_words
from surveys.models import Incentive
from surveys.policies.incentives import is_currency
from surveys.selectors.incentives import pools
from surveys.services.incentive_pools import FIELDS, save_incentive
from tickets.services.actors import Actor


class IncentiveForm(forms.ModelForm):
    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].strip().upper()
        if not is_currency(currency):
            raise ValidationError(_("Three letters, such as EUR."))
        return currency

    def clean_valid_for(self) -> Any:
        valid_for = self.cleaned_data["valid_for"]
        if valid_for is not None and not valid_for:
            raise ValidationError(_("Longer than nothing, or empty."))
        return valid_for


@admin.register(Incentive)
class IncentiveAdmin(ServiceAdmin):
    """Pools are switched off rather than deleted: what was given stays known."""

    form = IncentiveForm
    change_form_template = "admin/surveys/incentive/form.html"
    list_display = ("name", "kind", "left", "given_shown", "redeemed_shown", "spent_shown", "state")
    list_filter = ("kind", "is_active")
    search_fields = ("name",)
    search_help_text = gettext_lazy("Name")
    ordering = ("-is_active", "name")
    sortable_by = ()
    actions = None
    fieldsets = (
        (None, {"fields": ("name", "kind", "description", "is_active")}),
        (gettext_lazy("What it may cost"), {"fields": (("cost", "currency"), "approval_above", "budget")}),
        (
            gettext_lazy("How long a code is good"),
            {
                "fields": ("valid_for", "expires_on"),
                "description": gettext_lazy("Whichever comes first; both may stay empty."),
            },
        ),
    )
    empty_title = gettext_lazy("Nothing to give yet.")
    empty_text = gettext_lazy(
        "Add a coupon, a discount or a free sample, then bring in the codes of your shop. Recovery cases give each customer one."
    )

    class Media:
        css = {"all": ("surveys/remedies.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incentive]:
        return pools().order_by(*self.get_ordering(request))

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> URLPattern:
            def bound(request: HttpRequest, **keys: int) -> HttpResponse:
                return view(self, request, **keys)

            return path(route, self.admin_site.admin_view(bound), name=f"surveys_incentive_{name}")

        return [
            own("<int:object_id>/codes/", codes_view, "codes"),
            own("<int:object_id>/codes/import/", import_view, "import"),
            own("<int:object_id>/codes/export/", export_view, "export"),
            own("<int:object_id>/codes/<int:code_id>/withdraw/", withdraw_view, "withdraw"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        pool = kwargs.get("obj")
        if pool is not None:
            context |= figures_of(pool) | {"may_change": self.has_change_permission(request, pool)}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Incentive, form: forms.ModelForm, change: bool) -> None:
        values = {name: value for name, value in form.cleaned_data.items() if name in FIELDS}
        saved = save_incentive(
            incentive_id=obj.pk if change else None,
            values=values,
            actor=Actor.agent(request.user),  # type: ignore[arg-type]  # the admin lets nobody else in
        )
        obj.pk = saved.pk

    def response_add(self, request: HttpRequest, obj: Incentive, post_url_continue: str | None = None) -> HttpResponse:
        """A pool without codes gives nothing: the way goes on to bringing them in."""
        pressed = {"_popup", "_addanother", "_continue"} & set(request.POST)
        answer = super().response_add(request, obj, post_url_continue)
        if not pressed:
            answer.headers["Location"] = reverse("admin:surveys_incentive_import", args=[obj.pk])
        return answer

    # The columns -------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("codes left"))
    def left(self, pool: Any) -> SafeString:
        address = reverse("admin:surveys_incentive_codes", args=[pool.pk])
        badge = left_badge(pool) if pool.is_active else ""
        return format_html('<a href="{}">{}</a> {}', address, pool.free, badge)

    @admin.display(description=gettext_lazy("given"))
    def given_shown(self, pool: Any) -> int:
        given: int = pool.given
        return given

    @admin.display(description=gettext_lazy("redeemed"))
    def redeemed_shown(self, pool: Any) -> str:
        if not pool.given:
            return "0"
        return f"{pool.redeemed} ({round(100 * pool.redeemed / pool.given)} %)"

    @admin.display(description=gettext_lazy("spent"))
    def spent_shown(self, pool: Any) -> SafeString:
        return format_html('<span class="hd-nowrap">{}</span>{}', spent_words(pool), budget_bar(pool))

    @admin.display(description=gettext_lazy("state"))
    def state(self, pool: Incentive) -> SafeString:
        return state_badge(_("on"), "success") if pool.is_active else state_badge(_("off"), "quiet")
