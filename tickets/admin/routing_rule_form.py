"""The form of a routing rule. Saving and trying are the services'."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy

from helpdesk.common.errors import InvalidInput
from helpdesk.common.forms import DurationField
from tickets.admin.rule_builder import ActionsField, ConditionsField, place_words
from tickets.models import RoutingRule, Trigger
from tickets.selectors.routing import Rule
from tickets.services.actors import Actor
from tickets.services.rules import RuleInput, rule_to_try, save_rule
from tickets.services.waiting_rules import SINCE


class RuleForm(forms.ModelForm):
    """``clean`` calls the service, so that what it refuses stands beside the field that is to blame. ``actor``: set on a subclass."""

    actor: Actor
    saved: RoutingRule

    triggers = forms.MultipleChoiceField(
        choices=Trigger.choices,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("What happens"),
        initial=[Trigger.CREATED],
    )
    after = DurationField(
        required=False, label=gettext_lazy("How long"), help_text=gettext_lazy("Such as 24 h, 30 min or 2 d.")
    )
    since = forms.ChoiceField(
        required=False, label=gettext_lazy("Since"), choices=[(key, since.label) for key, since in SINCE.items()]
    )
    conditions = ConditionsField(label=gettext_lazy("Conditions"))
    actions = ActionsField(label=gettext_lazy("Actions"))

    class Meta:
        model = RoutingRule
        fields = ("name", "is_active", "triggers", "since", "conditions", "actions", "stops", "is_dry_run")
        help_texts = {
            "stops": gettext_lazy("When this rule matches, the rules below it are not asked."),
            "is_dry_run": gettext_lazy("What it would do stands in the list of decisions; nothing is done."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["after"].widget.attrs |= {"autocomplete": "off", "size": 10, "placeholder": "24 h"}
        if self.instance.after_seconds:
            self.initial["after"] = timedelta(seconds=self.instance.after_seconds)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.finish(self.given(values))
            except InvalidInput as error:
                self._tell(error)
        return values

    def finish(self, given: RuleInput) -> None:
        """Save it."""
        with transaction.atomic():
            self.saved = save_rule(actor=self.actor, rule_id=self.instance.pk, given=given)

    @staticmethod
    def given(values: dict[str, Any]) -> RuleInput:
        """What was typed, as services take it."""
        after = values.get("after")
        is_timed = Trigger.TIME in values["triggers"]
        return RuleInput(
            name=values["name"],
            triggers=values["triggers"],
            conditions=values["conditions"],
            actions=values["actions"],
            after_seconds=int(after.total_seconds()) if after is not None and is_timed else None,
            since=values["since"] if is_timed else "",
            stops=values["stops"],
            is_active=values["is_active"],
            is_dry_run=values["is_dry_run"],
        )

    def _tell(self, error: InvalidInput) -> None:
        for place, text in (error.fields or {"": error.message}).items():
            head, _dot, rest = place.partition(".")
            name = {"after_seconds": "after"}.get(head, head)
            if name in ("conditions", "actions") and rest:
                self.fields[name].widget.faults = {rest: text}
                text = f"{place_words(rest)}: {text}"
            self.add_error(name if name in self.fields else None, text)

    def validate_unique(self) -> None:
        """The service has looked at the name."""

    def save(self, commit: bool = True) -> RoutingRule:
        return self.saved

    def save_m2m(self) -> None:
        """There is nothing of that kind."""


class TrialForm(RuleForm):
    """The same form, read for a dry run: nothing is saved."""

    rule: Rule

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A rule without a name yet can be tried as well.
        self.fields["name"].required = False

    def clean_name(self) -> str:
        """A stand-in where there is none."""
        return self.cleaned_data["name"] or "–"

    def finish(self, given: RuleInput) -> None:
        """Read it as a rule."""
        self.rule = rule_to_try(given)


def rule_form_class(actor: Actor) -> type[RuleForm]:
    """The form class for somebody who saves."""
    return type("RuleFormOfActor", (RuleForm,), {"actor": actor})
