"""The form of a time limit policy: whom it is for, and a grid of limits by metric and priority."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from helpdesk.common.errors import InvalidInput
from helpdesk.common.forms import DurationField
from tickets.admin.rule_builder import ActionsField, ConditionsField
from tickets.models import Clock, Metric, SLAPolicy, Ticket
from tickets.policies.sla import DEFAULT_PAUSES, POLICY_FIELDS
from tickets.services.actors import Actor
from tickets.services.sla_policies import TargetInput, save_policy, targets_of

ANY = "any"
# The most urgent first, as the eye reads the row; "any" stands for every priority without a limit of its own.
COLUMNS = (ANY, *reversed(Ticket.Priority.values))
_PAUSES = [
    (Ticket.Status.PENDING, gettext_lazy("we wait for the customer")),
    (Ticket.Status.ON_HOLD, gettext_lazy("it is on hold")),
]
METRIC_HELP: dict[str, str | Promise] = {
    "first_response": gettext_lazy("From the customer's first message to the first answer of a person."),
    "next_response": gettext_lazy("From each later message of the customer to our next answer."),
    "update": gettext_lazy("From each answer of ours to the next one, so that nobody is left without news."),
    "resolution": gettext_lazy("From the opening until it is resolved; anew when it is reopened."),
}


@dataclass(frozen=True, kw_only=True)
class GridRow:
    """One metric as the template prints it."""

    metric: str
    label: str
    help_text: str | Promise
    limits: list[BoundField]
    warn: BoundField
    clock: BoundField
    pauses: BoundField


def _grid_fields() -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for metric in Metric.values:
        for column in COLUMNS:
            label = str(_priority_label(column))
            field = DurationField(required=False, label=label)
            field.widget.attrs |= {"placeholder": "–", "autocomplete": "off", "size": 8}
            fields[f"limit-{metric}-{column}"] = field
        fields[f"clock-{metric}"] = forms.ChoiceField(
            choices=Clock.choices, initial=Clock.CALENDAR, required=False, label=gettext_lazy("counts")
        )
        warn = DurationField(required=False, label=gettext_lazy("warn before"))
        warn.widget.attrs |= {"placeholder": "–", "autocomplete": "off", "size": 8}
        fields[f"warn-{metric}"] = warn
        fields[f"pauses-{metric}"] = forms.MultipleChoiceField(
            choices=_PAUSES,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=list(DEFAULT_PAUSES[metric]),
            label=gettext_lazy("stands still while"),
        )
    return fields


def _priority_label(column: str) -> str | Promise:
    if column == ANY:
        return gettext_lazy("every priority")
    return Ticket.Priority(column).label


class GridForm(forms.Form):
    """The limits alone, as the preview reads them while somebody types."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= _grid_fields()

    def targets(self) -> list[TargetInput]:
        """The limits that can be read; what is wrong is left out."""
        return read_targets(self.cleaned_data)


def read_targets(values: Mapping[str, Any]) -> list[TargetInput]:
    """The limits of the grid. Clock, warning and pauses are those of the metric's row."""
    targets = []
    for metric in Metric.values:
        warn = values.get(f"warn-{metric}")
        for column in COLUMNS:
            limit = values.get(f"limit-{metric}-{column}")
            if limit is None:
                continue
            targets.append(
                TargetInput(
                    metric=metric,
                    priority="" if column == ANY else column,
                    seconds=int(limit.total_seconds()),
                    clock=values.get(f"clock-{metric}") or Clock.CALENDAR,
                    warn_before_seconds=int(warn.total_seconds()) if warn else None,
                    pauses=tuple(values.get(f"pauses-{metric}") or ()),
                )
            )
    return targets


def grid_initial(targets: list[TargetInput]) -> dict[str, Any]:
    """The grid as the form shows these targets; of a row's clock, warning and pauses the first target's."""
    initial: dict[str, Any] = {}
    for target in targets:
        initial[f"limit-{target.metric}-{target.priority or ANY}"] = timedelta(seconds=target.seconds)
        if f"clock-{target.metric}" in initial:
            continue
        warn = target.warn_before_seconds
        initial[f"clock-{target.metric}"] = target.clock
        initial[f"warn-{target.metric}"] = timedelta(seconds=warn) if warn else None
        initial[f"pauses-{target.metric}"] = list(target.pauses)
    return initial


class PolicyForm(forms.ModelForm):
    """Saving is the service's: ``clean`` calls it, so that what it refuses stands beside the field that is to blame.

    The admin validates and saves a form in one transaction, and once. ``actor`` is set by the page on a subclass.
    """

    actor: Actor
    saved: SLAPolicy

    conditions = ConditionsField(fields=POLICY_FIELDS, with_events=False, label=gettext_lazy("Which tickets"))
    warning_actions = ActionsField(label=gettext_lazy("When a limit comes near"))
    breach_actions = ActionsField(label=gettext_lazy("When a limit is missed"))

    class Meta:
        model = SLAPolicy
        fields = ("name", "description", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("conditions", "warning_actions", "breach_actions"):
                self.initial.setdefault(name, getattr(self.instance, name))
            self.initial.update(grid_initial(targets_of(self.instance)))

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not self.errors:
            targets = read_targets(values)
            try:
                with transaction.atomic():
                    self.saved = self._save(values, targets)
            except InvalidInput as error:
                self._tell(error, targets)
        return values

    def _save(self, values: Mapping[str, Any], targets: list[TargetInput]) -> SLAPolicy:
        return save_policy(
            actor=self.actor,
            policy_id=self.instance.pk,
            name=values["name"],
            description=values["description"],
            is_active=values["is_active"],
            conditions=values["conditions"] or {},
            targets=targets,
            warning_actions=values["warning_actions"] or [],
            breach_actions=values["breach_actions"] or [],
            position=None,
        )

    def _tell(self, error: InvalidInput, targets: list[TargetInput]) -> None:
        """Put the service's refusal beside the field in which it can be mended."""
        for place, text in (error.fields or {"": error.message}).items():
            self.add_error(self._field_at(place, targets), text)

    def _field_at(self, place: str, targets: list[TargetInput]) -> str | None:
        head, _dot, rest = place.partition(".")
        number, _dot, what = rest.partition(".")
        if head == "targets" and number.isdigit():
            target = targets[int(number)]
            rows = {"warn_before_seconds": "warn", "clock": "clock", "pauses": "pauses"}
            if what in rows:
                return f"{rows[what]}-{target.metric}"
            return f"limit-{target.metric}-{target.priority or ANY}"
        return head if head in self.fields else None

    def validate_unique(self) -> None:
        """The service has looked at the name."""

    def save(self, commit: bool = True) -> SLAPolicy:
        return self.saved

    def save_m2m(self) -> None:
        """There is nothing of that kind."""

    def grid(self) -> list[GridRow]:
        """The grid for the template."""
        return [
            GridRow(
                metric=metric,
                label=capfirst(str(label)),
                help_text=METRIC_HELP[metric],
                limits=[self[f"limit-{metric}-{column}"] for column in COLUMNS],
                warn=self[f"warn-{metric}"],
                clock=self[f"clock-{metric}"],
                pauses=self[f"pauses-{metric}"],
            )
            for metric, label in Metric.choices
        ]


def policy_form_class(actor: Actor) -> type[PolicyForm]:
    """The form class for somebody who saves. The admin wants every field declared on the class, so they are."""
    return type("PolicyFormOfActor", (PolicyForm,), {**_grid_fields(), "actor": actor})
