"""Business hours: spans of the week, the public calendar, holidays and exceptions."""

from datetime import time
from typing import Any

import holidays
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin, state_badge
from helpdesk.common.clock import now
from helpdesk.core.models import check_time_zone
from helpdesk.core.services import read_site_settings
from tickets.models import BusinessHours, BusinessHoursSpan, Holiday
from tickets.policies.business_time import is_open, next_closing, next_opening
from tickets.selectors.hours import week_of


class TimeInput(forms.TimeInput):
    """The browser's own time picker."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class BusinessHoursForm(forms.ModelForm):
    class Meta:
        model = BusinessHours
        fields = ("name", "time_zone", "country", "region", "channels", "is_default")

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        check_time_zone(zone)
        return zone

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        country = cleaned["country"] = str(cleaned.get("country", "")).upper()
        region = cleaned["region"] = str(cleaned.get("region", "")).upper()
        known = holidays.list_supported_countries()
        if country and country not in known:
            raise ValidationError({"country": _("Two letters such as DE. There is no calendar for this country.")})
        if region and region not in known.get(country, []):
            regions = ", ".join(known.get(country, [])[:20]) or "-"
            raise ValidationError({"region": _("Known regions of this country: %(regions)s") % {"regions": regions}})
        return cleaned


USUAL_WEEK = [{"weekday": day, "starts_at": time(9), "ends_at": time(17)} for day in range(5)]


class SpanForm(forms.ModelForm):
    def has_changed(self) -> bool:
        """A span that was proposed and left as it was is wanted all the same."""
        is_proposed = self.instance.pk is None and bool(self.data.get(self.add_prefix("starts_at")))
        return super().has_changed() or is_proposed


class SpansFormSet(BaseInlineFormSet):
    """Spans of one day must not overlap: nobody could say when it closes. New hours begin with the usual week."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("instance") is None or kwargs["instance"].pk is None:
            kwargs.setdefault("initial", USUAL_WEEK)
        super().__init__(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        taken: dict[int, list[tuple[Any, Any]]] = {}
        for form in self.forms:
            values = getattr(form, "cleaned_data", {})
            if not values or values.get("DELETE") or values.get("starts_at") is None or values.get("ends_at") is None:
                continue
            start, end = values["starts_at"], values["ends_at"]
            for other_start, other_end in taken.get(values["weekday"], []):
                ends, other_ends = end if end > start else None, other_end if other_end > other_start else None
                if (other_ends is None or start < other_ends) and (ends is None or other_start < ends):
                    form.add_error("starts_at", _("This span overlaps another one of the day."))
            taken.setdefault(values["weekday"], []).append((start, end))


class SpanInline(admin.TabularInline):
    model = BusinessHoursSpan
    form = SpanForm
    formset = SpansFormSet
    max_num = 50

    def get_extra(self, request: HttpRequest, obj: BusinessHours | None = None, **kwargs: Any) -> int:
        return len(USUAL_WEEK) if obj is None else 0

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("starts_at", "ends_at"):
            kwargs["widget"] = TimeInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class HolidayInline(admin.TabularInline):
    model = Holiday
    extra = 0
    max_num = 400

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("starts_at", "ends_at"):
            kwargs["widget"] = TimeInput()
        if db_field.name == "on":
            kwargs["widget"] = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(BusinessHours)
class BusinessHoursAdmin(ServiceAdmin):
    form = BusinessHoursForm
    list_display = ("name", "state", "time_zone", "is_default")
    search_fields = ("name",)
    ordering = ("name",)
    sortable_by = ("name",)
    autocomplete_fields = ("channels",)
    inlines = (SpanInline, HolidayInline)
    is_deletable = True
    empty_title = gettext_lazy("No business hours yet.")
    empty_text = gettext_lazy("Without them every channel counts as always open.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BusinessHours]:
        return super().get_queryset(request).prefetch_related("spans", "holidays")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"time_zone": read_site_settings().time_zone, "is_default": not BusinessHours.objects.exists()}

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
