"""Business hours: spans of the week, the public calendar, holidays and exceptions, and what they mean now."""

from dataclasses import fields
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin, state_badge
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict
from helpdesk.core.services import read_site_settings
from tickets.admin.doors import AgentRequest
from tickets.admin.hours_form import DAY_FIELDS, BusinessHoursForm, HolidayForm, HolidaysFormSet
from tickets.admin.hours_meaning import CalculatorForm, calculated, meaning_of
from tickets.models import BusinessHours, Holiday
from tickets.policies.business_time import is_open, next_closing, next_opening
from tickets.policies.opening_rules import MOST_DAYS
from tickets.selectors.hours import week_of
from tickets.services.actors import Actor
from tickets.services.hours import create_hours, delete_hours, require_unused, update_hours

_PLACE = ("name", "time_zone")
_PUBLIC = ("country", "region")
_USERS = ("channels", "is_default")


class HolidayInline(admin.TabularInline):
    model = Holiday
    form = HolidayForm
    formset = HolidaysFormSet
    template = "tickets/hours_days_inline.html"
    extra = 0
    max_num = MOST_DAYS
    verbose_name = gettext_lazy("holiday or exception")
    verbose_name_plural = gettext_lazy("Holidays and exceptions of your own")


@admin.register(BusinessHours)
class BusinessHoursAdmin(ServiceAdmin):
    form = BusinessHoursForm
    list_display = ("name", "state", "time_zone", "is_default")
    search_fields = ("name",)
    ordering = ("name",)
    sortable_by = ("name",)
    autocomplete_fields = ("channels",)
    inlines = (HolidayInline,)
    is_deletable = True
    change_form_template = "tickets/hours_form.html"
    empty_title = gettext_lazy("No business hours yet.")
    empty_text = gettext_lazy("Without them every channel counts as always open.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BusinessHours]:
        return super().get_queryset(request).prefetch_related("spans", "holidays")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"time_zone": read_site_settings().time_zone, "is_default": not BusinessHours.objects.exists()}

    def get_fieldsets(self, request: HttpRequest, obj: BusinessHours | None = None) -> Any:
        may_write = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        if not may_write:
            return [(None, {"fields": (*_PLACE, *_PUBLIC, *_USERS)})]
        how = _(
            "Write the hours as you would say them: 9-17, or 9-12, 13-17 with a lunch break. 22-6 goes on into the next day, "
            "24h is the whole day, an empty line is closed."
        )
        return [
            (None, {"fields": _PLACE}),
            (_("Opening hours"), {"fields": DAY_FIELDS, "description": how, "classes": ("hd-week-lines",)}),
            (_("Public holidays"), {"fields": _PUBLIC}),
            (_("Who is answered in these hours"), {"fields": _USERS}),
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Hours are deleted one at a time, where nobody has them any more."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_urls(self) -> list[URLPattern]:
        calculator = self.admin_site.admin_view(self.calculator)
        name = "tickets_businesshours_calculator"
        return [path("<path:object_id>/calculator/", calculator, name=name), *super().get_urls()]

    def calculator(self, request: AgentRequest, object_id: str) -> HttpResponse:
        """When a message would be due, worked out by the function that sets the real time limits."""
        hours = self.get_object(request, object_id)
        if hours is None:
            raise Http404
        if not self.has_view_or_change_permission(request, hours):
            raise PermissionDenied
        meaning = meaning_of(hours)
        answer = None
        if request.GET:
            form = meaning["calculator"] = CalculatorForm(request.GET)
            if form.is_valid():
                answer = calculated(week_of(hours), at=form.cleaned_data["at"], limit=form.cleaned_data["limit"])
        context = {
            **admin.site.each_context(request),
            "title": _("What “%(name)s” means") % {"name": hours},
            "opts": self.opts,
            "hours": hours,
            "meaning": meaning,
            "answer": answer,
        }
        return render(request, "tickets/hours_calculator.html", context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        stored = kwargs.get("obj")
        context["meaning"] = meaning_of(stored) if stored is not None else None
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: BusinessHours, form: Any, change: bool) -> None:
        """Nothing yet: hours and exceptions are one change, see ``save_related``."""

    def save_related(self, request: AgentRequest, form: Any, formsets: Any, change: bool) -> None:  # type: ignore[override]
        """The service stores everything at once; the formsets only note for the log what was changed."""
        days = tuple(day for formset in formsets for day in formset.days())
        for formset in formsets:
            formset.save(commit=False)
        given, actor = form.given_hours(days), Actor.agent(request.user)
        if change:
            changes = {field.name: getattr(given, field.name) for field in fields(given)}
            update_hours(hours_id=form.instance.pk, changes=changes, actor=actor)
            return
        form.instance.pk = create_hours(given=given, actor=actor).pk
        form.instance._state.adding = False

    def delete_model(self, request: AgentRequest, obj: BusinessHours) -> None:  # type: ignore[override]
        delete_hours(hours_id=obj.pk, actor=Actor.agent(request.user))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Hours in use are not even asked about: who has them is said at once."""
        hours = self.get_object(request, object_id)
        try:
            if hours is not None and self.has_delete_permission(request, hours):
                require_unused(hours)
            return super().delete_view(request, object_id, extra_context)
        except Conflict as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(reverse("admin:tickets_businesshours_change", args=[object_id]))

    @admin.display(description=gettext_lazy("now"))
    def state(self, hours: BusinessHours) -> SafeString:
        week, moment = week_of(hours), now()
        if is_open(week, at=moment):
            closes = next_closing(week, at=moment)
            until = date_format(closes.astimezone(week.zone), "H:i") if closes else ""
            return state_badge(_("open until %(time)s") % {"time": until} if until else _("open"), "success")
        opens = next_opening(week, at=moment)
        if opens is None:
            return state_badge(_("never open"), "warning")
        return state_badge(_("opens %(time)s") % {"time": date_format(opens.astimezone(week.zone), "D H:i")}, "quiet")
