"""Form fields that several apps use."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_duration
from django.utils.translation import gettext_lazy as _

_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]+)", re.IGNORECASE)
_UNIT_SECONDS = {
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
_LONGEST = timedelta(days=3650)


def duration_words(duration: timedelta) -> str:
    """The duration as it can be typed again, in the signs that every language has: "7 d", "1 h 30 min"."""
    seconds = int(duration.total_seconds())
    days, seconds = divmod(seconds, 86400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 min"


def read_duration(text: str) -> timedelta | None:
    """The duration that somebody typed ("7 days", "1h 30m", "90 min", "12:00:00", "0"); None for what is none."""
    text = text.strip()
    if text == "0":  # nothing is nothing in every unit
        return timedelta(0)
    parts = _PART.findall(text)
    if parts and not _PART.sub("", text).strip(" ,"):
        units = [unit.lower() for _amount, unit in parts]
        if all(unit in _UNIT_SECONDS for unit in units):
            seconds = [
                float(amount.replace(",", ".")) * _UNIT_SECONDS[unit]
                for (amount, _u), unit in zip(parts, units, strict=True)
            ]
            return timedelta(seconds=sum(seconds))
    return parse_duration(text) if ":" in text else None


class DateTimeInput(forms.DateTimeInput):
    """The browser's own picker, in one labelled field."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class DurationField(forms.DurationField):
    """A length of time that people can read and type: 7 d instead of 7 00:00:00."""

    default_error_messages = {"invalid": _("Write it like 7 d, 12 h or 90 min.")}

    def prepare_value(self, value: Any) -> Any:
        return duration_words(value) if isinstance(value, timedelta) else value

    def to_python(self, value: Any) -> timedelta | None:
        if value in self.empty_values:
            return None
        if isinstance(value, timedelta):
            return value
        try:
            duration = read_duration(str(value))
        except OverflowError:
            duration = None
        if duration is None or not timedelta(0) <= duration <= _LONGEST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return duration

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True
