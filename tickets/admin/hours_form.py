"""The form of business hours: a line for each weekday, the public calendar, exceptions. What is allowed the service decides."""

from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.dates import WEEKDAYS
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets.models import BusinessHours, Holiday
from tickets.policies.opening_rules import ExceptionDay, WeekSpan, read_day, write_day, wrong_days
from tickets.selectors.public_holidays import known_countries, known_regions
from tickets.services.hours import GivenHours, hours_as_given, problems_of, tidied

DAY_FIELDS = tuple(f"day_{weekday}" for weekday in range(7))
_USUAL_DAYS = range(5)
_USUAL_SPANS = [(time(9), time(17))]


class DayInput(forms.TextInput):
    """The line of a day; ``copies`` are buttons that a script shows: (words, the days that get the same)."""

    copies: tuple[tuple[Any, str], ...] = ()

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        line = super().render(name, value, attrs, renderer)
        buttons = format_html_join(
            "",
            '<button type="button" class="hd-button hd-button-small" data-hd-copy-day="{}" hidden>{}</button>',
            ((days, words) for words, days in self.copies),
        )
        return format_html('<span class="hd-day-line">{}{}</span>', line, buttons)


class MondayInput(DayInput):
    copies = (
        (gettext_lazy("Copy to Tue–Fri"), "1 2 3 4"),
        (gettext_lazy("Copy to every day"), "1 2 3 4 5 6"),
    )


class DayField(forms.CharField):
    """The spans of a weekday in one line; the value is the list of (start, end)."""

    def __init__(self, weekday: int) -> None:
        placeholder = {"placeholder": gettext_lazy("closed"), "autocomplete": "off", "class": "vTextField"}
        widget = (MondayInput if weekday == 0 else DayInput)(attrs=placeholder)
        super().__init__(label=WEEKDAYS[weekday], required=False, max_length=300, widget=widget)

    def prepare_value(self, value: Any) -> Any:
        return write_day(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_day(text)
        except ValueError as error:
            raise ValidationError(str(error), code="unreadable") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ListedInput(forms.TextInput):
    """A text with proposals that the browser shows while it is typed."""

    def __init__(self, proposals: Any = ()) -> None:
        super().__init__(attrs={"class": "vTextField", "autocomplete": "off"})
        self.proposals = proposals

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        known = f"hd-known-{name}"
        line = super().render(name, value, {**(attrs or {}), "list": known}, renderer)
        options = format_html_join("", '<option value="{}">{}</option>', self.proposals)
        return format_html('{}<datalist id="{}">{}</datalist>', line, known, options)


class TimeInput(forms.TimeInput):
    """The browser's own time picker."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class BusinessHoursForm(forms.ModelForm):
    """``given_hours`` is what it says; that it can be kept is checked by the service, whose words it shows at the fields."""

    day_0, day_1, day_2, day_3, day_4, day_5, day_6 = (DayField(weekday) for weekday in range(7))
    country = forms.CharField(
        label=gettext_lazy("Country"), required=False, help_text=gettext_lazy("Its public holidays count as closed.")
    )
    region = forms.CharField(
        label=gettext_lazy("Region"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Its code or name, such as BY or Bayern; empty for what holds in the whole country."),
    )

    class Meta:
        model = BusinessHours
        fields = ("name", "time_zone", "country", "region", "channels", "is_default")
        help_texts = {
            "time_zone": gettext_lazy("The place by whose clock the team works, such as Europe/Berlin."),
            "is_default": gettext_lazy(
                "Counts wherever a channel or team has no hours of its own. There is one default: these take the place of the last."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = self.instance
        spans: dict[int, list[tuple[time, time]]] = dict.fromkeys(_USUAL_DAYS, _USUAL_SPANS)
        if hours.pk is not None:
            spans = {}
            for span in hours_as_given(hours).spans:
                spans.setdefault(span.weekday, []).append((span.starts_at, span.ends_at))
        for weekday, name in enumerate(DAY_FIELDS):
            self.initial.setdefault(name, spans.get(weekday, []))
        if "time_zone" in self.fields:
            self._offer_places()

    def _offer_places(self) -> None:
        country = str(self.data.get("country") or self.initial.get("country") or "").upper()
        countries = [(code, f"{name} ({code})") for code, name in known_countries().items()]
        regions = [(code, name) for code, name in known_regions(country).items()]
        self.fields["time_zone"].widget = ListedInput([(zone, "") for zone in sorted(available_timezones())])
        self.fields["country"].widget = forms.Select(choices=[("", _("No public holidays")), *countries])
        self.fields["region"].widget = ListedInput(regions)

    def clean(self) -> dict[str, Any]:
        """The service's own objections at the fields they are about, before anything is written."""
        cleaned: dict[str, Any] = self.cleaned_data
        given = self.given_hours()
        for problem in problems_of(given, hours_id=self.instance.pk):
            field = problem.field
            if field.startswith("spans."):
                field = f"day_{given.spans[int(field.removeprefix('spans.'))].weekday}"
            if field not in self.errors:
                self.add_error(field if field in self.fields else None, problem.message)
        tidy = tidied(given)
        return cleaned | {name: getattr(tidy, name) for name in ("country", "region") if name in cleaned}

    def given_hours(self, days: tuple[ExceptionDay, ...] = ()) -> GivenHours:
        """The hours that the form says, with the exceptions that stand below it."""
        values = self.cleaned_data
        return GivenHours(
            name=values.get("name", ""),
            time_zone=values.get("time_zone", ""),
            country=values.get("country", ""),
            region=values.get("region", ""),
            is_default=values.get("is_default", False),
            channel_ids=tuple(channel.pk for channel in values.get("channels") or ()),
            spans=tuple(
                WeekSpan(weekday=weekday, starts_at=start, ends_at=end)
                for weekday, name in enumerate(DAY_FIELDS)
                for start, end in values.get(name) or ()
            ),
            holidays=days,
        )


class HolidayForm(forms.ModelForm):
    class Meta:
        model = Holiday
        fields = ("on", "name", "starts_at", "ends_at")
        widgets = {
            "on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "starts_at": TimeInput(),
            "ends_at": TimeInput(),
        }

    def clean(self) -> dict[str, Any]:
        """The days are stored as a whole, so a day is judged beside the others and not against the stored ones."""
        return self.cleaned_data


class HolidaysFormSet(BaseInlineFormSet):
    """Several spans of one day are several lines."""

    def clean(self) -> None:
        forms_of_days = self._kept_forms()
        for place, (_code, text) in wrong_days([_as_day(form) for form in forms_of_days]).items():
            forms_of_days[place].add_error("starts_at", text)

    def days(self) -> tuple[ExceptionDay, ...]:
        """The exceptions that are to be kept."""
        return tuple(_as_day(form) for form in self._kept_forms())

    def _kept_forms(self) -> list[Any]:
        filled = [form for form in self.forms if getattr(form, "cleaned_data", None) and form.cleaned_data.get("on")]
        return [form for form in filled if not form.cleaned_data.get("DELETE")]


def _as_day(form: Any) -> ExceptionDay:
    values = form.cleaned_data
    day = ExceptionDay(on=values["on"], name=values.get("name") or "")
    return replace(day, starts_at=values.get("starts_at"), ends_at=values.get("ends_at"))
