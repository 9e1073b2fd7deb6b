"""What business hours mean now: open or closed, the next days as a picture, and a calculator for time limits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.clock import now
from helpdesk.common.forms import DateTimeInput, DurationField, duration_words
from tickets.models import BusinessHours
from tickets.policies.business_time import Week, add_business_seconds, is_open, next_closing, next_opening
from tickets.policies.opening_days import OpenDay, open_days, open_stretches
from tickets.policies.opening_rules import write_day
from tickets.selectors.hours import SpecialDay, next_special_days, users_of, week_of

_DAYS_SHOWN = 7
_SPECIAL_DAYS_SHOWN = 8
_STRETCHES_SHOWN = 15


@dataclass(frozen=True, kw_only=True)
class ShownDay:
    """A row of the picture; ``spans`` is the same in words."""

    day: OpenDay
    spans: str
    name: str = ""


class LocalTimeField(forms.DateTimeField):
    """A time by the clock of the hours, so without a zone; any that their clock may show."""

    default_error_messages = {"years": gettext_lazy("Give a time between 1970 and 2200.")}
    widget = DateTimeInput

    def to_python(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        if not 1970 <= found.year <= 2200:
            raise ValidationError(self.error_messages["years"], code="years")
        return found.replace(tzinfo=None)


class CalculatorForm(forms.Form):
    """When a message comes, and how long the limit is."""

    at = LocalTimeField(label=gettext_lazy("A message at"))
    limit = DurationField(
        label=gettext_lazy("with a limit of"),
        initial=timedelta(hours=8),
        help_text=gettext_lazy("Opening hours, such as 8 h, 90 min or 2 d (a day is 24 of them)."),
    )


@dataclass(frozen=True, kw_only=True)
class Answer:
    """``due`` in words; ``counted``: each stretch that was counted and how long it is. ``wait``: the same by the wall clock."""

    at: str
    limit: str
    due: str = ""
    wait: str = ""
    counted: list[tuple[str, str]]
    is_cut: bool = False


def meaning_of(hours: BusinessHours) -> dict[str, Any]:
    """What the panel shows, of this moment."""
    week, moment = week_of(hours), now()
    local = moment.astimezone(week.zone)
    special = next_special_days(hours, after=local.date(), number=_SPECIAL_DAYS_SHOWN)
    names = {day.on: day.name for day in special}
    return {
        "is_open": is_open(week, at=moment),
        "state": state_words(week, moment),
        "local": date_format(local, "l, H:i"),
        "zone": str(week.zone),
        "days": [
            ShownDay(day=day, spans=_bar_words(day), name=names.get(day.on, ""))
            for day in open_days(week, now=moment, days=_DAYS_SHOWN)
        ],
        "special": [(day, _special_words(day)) for day in special],
        "users": users_of(hours),
        "calculator": CalculatorForm(initial={"at": local.replace(tzinfo=None, second=0, microsecond=0)}),
    }


def state_words(week: Week, moment: datetime) -> str:
    """Open until when, or closed until when."""
    if is_open(week, at=moment):
        closes = next_closing(week, at=moment)
        return _("Open until %(time)s") % {"time": _when(week, closes)} if closes else _("Open, and never closes")
    opens = next_opening(week, at=moment)
    return _("Closed, opens %(time)s") % {"time": _when(week, opens)} if opens else _("Closed, and never opens")


def calculated(week: Week, *, at: datetime, limit: timedelta) -> Answer:
    """When a limit that begins at a local time (without a zone) runs out, and which opening hours it uses up."""
    begins = at.replace(tzinfo=week.zone)
    due = add_business_seconds(week, at=begins, seconds=limit.total_seconds())
    words = {"at": _when(week, begins), "limit": duration_words(limit)}
    if due is None:
        return Answer(at=words["at"], limit=words["limit"], counted=[])
    stretches = list(islice(open_stretches(week, start=begins, end=due), _STRETCHES_SHOWN + 1))
    counted = [
        (f"{_when(week, opens)} – {_end(week, opens, closes)}", duration_words(closes - opens))
        for opens, closes in stretches[:_STRETCHES_SHOWN]
    ]
    return Answer(
        **words,
        due=_when(week, due),
        wait=duration_words(due - begins),
        counted=counted,
        is_cut=len(stretches) > _STRETCHES_SHOWN,
    )


def _when(week: Week, at: datetime) -> str:
    return date_format(at.astimezone(week.zone), "D j M Y, H:i")


def _end(week: Week, opens: datetime, closes: datetime) -> str:
    is_same_day = opens.astimezone(week.zone).date() == closes.astimezone(week.zone).date()
    return date_format(closes.astimezone(week.zone), "H:i" if is_same_day else "D H:i")


def _bar_words(day: OpenDay) -> str:
    ends = [(bar.start, bar.start + bar.length) for bar in day.bars]
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in ends) or _("closed")


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _special_words(day: SpecialDay) -> str:
    return write_day(day.spans).replace("-", "–") or _("closed")
