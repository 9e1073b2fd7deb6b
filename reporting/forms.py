"""What a figure may be asked for in an address: one reading for the page and the API."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.metrics.metric import COMMON_GROUPS
from reporting.metrics.question import FILTERS, MESSAGING, NONE, PHONE, GroupBy, Question
from reporting.policies.period import LONGEST_DAYS, Period
from tickets.models import Metric as Limit
from tickets.models import Ticket

DEFAULT_DAYS = 30
EARLIEST = date(2000, 1, 1)


def _check_reference(text: str) -> None:
    if text != NONE and not (text.isascii() and text.isdigit() and len(text) < 19):
        raise forms.ValidationError(_("Give an id, or “none”."))


class QuestionForm(forms.Form):
    """``from`` and ``to`` are days of the site, both included; without them the last 30 days. ``groups``: those of the metric."""

    to = forms.DateField(required=False, input_formats=["%Y-%m-%d"], label=_("to"))
    group_by = forms.ChoiceField(
        required=False,
        label=_("by"),
        choices=[
            (GroupBy.NOTHING, _("nothing")),
            (GroupBy.CHANNEL, _("channel")),
            (GroupBy.TEAM, _("team")),
            (GroupBy.AGENT, _("agent")),
            (GroupBy.DAY, _("day")),
            (GroupBy.WEEK, _("week")),
            (GroupBy.MONTH, _("month")),
            (GroupBy.HOUR, _("hour of the day")),
            (GroupBy.TOPIC, _("topic")),
            (GroupBy.PRIORITY, _("priority")),
            (GroupBy.LIMIT, _("limit")),
            (GroupBy.MEDIUM, _("messaging or phone")),
            (GroupBy.CAUSE, _("root cause")),
        ],
    )
    channel = forms.SlugField(required=False, allow_unicode=True)
    team = forms.CharField(required=False, validators=[_check_reference])
    agent = forms.CharField(required=False, validators=[_check_reference])
    topic = forms.CharField(required=False, validators=[_check_reference])
    priority = forms.ChoiceField(required=False, choices=Ticket.Priority.choices)
    limit = forms.ChoiceField(required=False, choices=Limit.choices)
    medium = forms.ChoiceField(required=False, choices=[(MESSAGING, _("Messaging")), (PHONE, _("Phone"))])
    cause = forms.CharField(required=False, validators=[_check_reference])
    include_demo = forms.ChoiceField(required=False, choices=[("true", "true"), ("false", "false")])

    def __init__(
        self, data: Mapping[str, Any], *, at: datetime, zone: ZoneInfo, groups: Sequence[GroupBy] = COMMON_GROUPS
    ) -> None:
        super().__init__(data)
        chosen: Any = self.fields["group_by"]
        chosen.choices = [choice for choice in chosen.choices if choice[0] in groups]
        self.zone = zone
        self.today = at.astimezone(zone).date()
        # The parameter's name is a word of the language and cannot be an attribute of a class.
        self.fields["from"] = forms.DateField(required=False, input_formats=["%Y-%m-%d"], label=_("from"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        to_on = cleaned["to"] or max(self.today, cleaned["from"] or self.today)
        if to_on < EARLIEST:
            raise forms.ValidationError({"to": _("There are no figures of that time.")})
        from_on = cleaned["from"] or max(EARLIEST, to_on - timedelta(days=DEFAULT_DAYS - 1))
        if from_on > to_on:
            raise forms.ValidationError({"from": _("The first day lies behind the last.")})
        if from_on < EARLIEST or to_on.year > self.today.year + 1:
            raise forms.ValidationError({"from": _("There are no figures of that time.")})
        if (to_on - from_on).days >= LONGEST_DAYS:
            raise forms.ValidationError({"from": _("At most five years at once.")})
        cleaned["period"] = Period(from_on=from_on, to_on=to_on, zone=self.zone)
        return cleaned

    def question(self, user: Any, *, only_demo: bool = False, subset: str = "") -> Question:
        """The question of a valid form."""
        cleaned = self.cleaned_data
        return Question(
            user=user,
            period=cleaned["period"],
            group_by=GroupBy(cleaned["group_by"]),
            include_demo=cleaned["include_demo"] == "true",
            only_demo=only_demo,
            **{name: cleaned[name] for name in FILTERS},
            subset=subset,
        )
