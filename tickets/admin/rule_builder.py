"""Form fields for conditions and actions, edited as rows; without scripting as the JSON that is stored.

    conditions = ConditionsField(fields=["channel", "tags"])      # None: everything that can be asked
    actions = ActionsField(allowed=["add_tags", "notify"])        # None: everything that can be done

Both give the checked value (services take it as it is). A fault is shown at its row. The form's media carry the script and the look.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from helpdesk.common.errors import InvalidInput
from tickets.policies.actions import ACTIONS, check_actions
from tickets.policies.conditions import FIELDS, TESTS, check_conditions
from tickets.rule_words import TEST_WORDS, TIMES
from tickets.selectors.rule_choices import choices_of

LONGEST_JSON = 200_000


class RuleRows(forms.Widget):
    """Rows made by static/tickets/rule_builder.js out of a textarea with JSON, which stays what is posted."""

    template_name = "tickets/rule_builder.html"

    class Media:
        css = {"all": ["tickets/rule_builder.css"]}
        js = ["tickets/rule_builder.js"]

    def __init__(
        self, make_spec: Callable[[Any], dict[str, Any]], empty: Any, attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs)
        self._make_spec = make_spec
        self._empty = empty
        # Place -> what is wrong there; set when the field has looked at what was posted.
        self.faults: Mapping[str, str] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> "RuleRows":
        copied = type(self)(self._make_spec, self._empty, dict(self.attrs))
        memo[id(self)] = copied
        return copied

    def format_value(self, value: Any) -> str:
        """The JSON, laid out for people; what was posted and cannot be read stays as it is."""
        if isinstance(value, str):
            return value
        return json.dumps(value if value is not None else self._empty, indent=1, ensure_ascii=False)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["spec"] = json.dumps(self._make_spec(_read(value)))
        context["faults"] = json.dumps(dict(self.faults))
        return context

    def id_for_label(self, id_: str | None) -> str:
        """The rows have labels of their own; the field's is the name of their group."""
        return ""

    def use_required_attribute(self, initial: Any) -> bool:
        """A textarea that is hidden cannot be filled in when the browser asks for it."""
        return False


class _RuleField(ABC, forms.Field):
    """Reads the JSON, checks it by the policy, and keeps the place of the fault for the rows."""

    widget: Any = RuleRows
    empty: Any = None

    def __init__(self, *, make_spec: Callable[[Any], dict[str, Any]], **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault("widget", RuleRows(make_spec, self.empty))
        super().__init__(**options)

    @abstractmethod
    def check(self, value: Any) -> Any:
        """The value in its valid form. Raises InvalidInput with the places of what is wrong."""

    def to_python(self, value: Any) -> Any:
        if value in (None, ""):
            return self.empty
        if not isinstance(value, str):
            return value
        if len(value) > LONGEST_JSON:
            raise ValidationError(_("This is too long."), code="too_long")
        try:
            return json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValidationError(_("This is no valid JSON."), code="invalid") from error

    def clean(self, value: Any) -> Any:
        self.widget.faults = {}
        parsed = self.to_python(value)
        try:
            checked = self.check(parsed)
        except InvalidInput as error:
            self.widget.faults = error.fields
            text = "; ".join(f"{place_words(place)}: {told}" for place, told in error.fields.items())
            raise ValidationError(text, code=error.code) from error
        if self.required and not checked:
            raise ValidationError(self.error_messages["required"], code="required")
        return checked

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as values, not as text."""
        try:
            return bool(self.to_python(data) != (initial if initial is not None else self.empty))
        except ValidationError:
            return True


class ConditionsField(_RuleField):
    """``fields``: the only ones that may be asked for, with attributes of the CRM; None: all. ``with_events``: its events, too."""

    empty: Any = {}

    def __init__(self, *, fields: Sequence[str] | None = None, with_events: bool = True, **options: Any) -> None:
        self._fields = fields
        super().__init__(make_spec=lambda value: conditions_spec(value, fields, with_events=with_events), **options)

    def check(self, value: Any) -> Any:
        """The conditions in their valid form."""
        return check_conditions(value, fields=self._fields)


class ActionsField(_RuleField):
    """``allowed``: the only ones that may be used; None: all."""

    empty: Any = []

    def __init__(self, *, allowed: Collection[str] | None = None, **options: Any) -> None:
        self._allowed = allowed
        super().__init__(make_spec=lambda value: actions_spec(value, allowed), **options)

    def check(self, value: Any) -> Any:
        """The actions in their valid form."""
        return check_actions(value, allowed=self._allowed)


def place_words(place: str) -> str:
    """ "all.2.value" as people count: "Row 3"."""
    numbers = [part for part in place.split(".") if part.isdigit()]
    return _("Row %(number)s") % {"number": int(numbers[0]) + 1} if numbers else _("Rows")


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def conditions_spec(value: Any, fields: Sequence[str] | None, *, with_events: bool = True) -> dict[str, Any]:
    """What the script needs to draw rows of conditions."""
    offered = {name: field for name, field in FIELDS.items() if fields is None or name in fields}
    spec: dict[str, Any] = {"kind": "conditions", "words": _words()}
    spec["fields"] = {
        name: {
            "label": capfirst(str(field.label)),
            "type": "time" if name in TIMES else field.type,
            "source": field.source,
        }
        for name, field in offered.items()
    }
    spec["fields"]["crm."] = {"label": _("Customer's attribute (CRM)"), "type": "attribute", "source": ""}
    if with_events:
        label = _("Time since an event of the customer (CRM)")
        spec["fields"]["event."] = {"label": label, "type": "event", "source": ""}
    number = [(test, str(TEST_WORDS[test])) for test in TESTS["number"]]
    spec["tests"] = {kind: [(test, str(TEST_WORDS[test])) for test in tests] for kind, tests in TESTS.items()}
    spec["tests"] |= {
        "time": [(test, text) for test, text in number if test != "is"],
        "event": [(test, text) for test, text in number if test != "is"],
        "attribute": spec["tests"]["text"] + [(test, str(TEST_WORDS[test])) for test in ("greater", "less")],
    }
    chosen = _chosen_in_conditions(value)
    sources = {field.source for field in offered.values() if field.source}
    spec["choices"] = {source: choices_of(source, chosen=chosen.get(source, ())) for source in sorted(sources)}
    return spec


def _chosen_in_conditions(value: Any) -> dict[str, list[Any]]:
    chosen: dict[str, list[Any]] = {}
    groups = [value.get("all"), value.get("any")] if isinstance(value, Mapping) else []
    for entry in [entry for group in groups if isinstance(group, list) for entry in group]:
        field = FIELDS.get(str(entry.get("field"))) if isinstance(entry, Mapping) else None
        if field is not None and field.source:
            chosen.setdefault(field.source, []).extend(_list(entry.get("value")))
    return chosen


def actions_spec(value: Any, allowed: Collection[str] | None) -> dict[str, Any]:
    """What the script needs to draw rows of actions."""
    spec: dict[str, Any] = {"kind": "actions", "words": _words()}
    offered = {name: kind for name, kind in ACTIONS.items() if allowed is None or name in allowed}
    spec["actions"] = {
        name: {
            "label": capfirst(str(kind.label)),
            "parameters": {
                key: {
                    "label": capfirst(str(parameter.label)),
                    "type": parameter.type,
                    "source": parameter.source,
                    "isKey": parameter.is_key,
                    "isRequired": parameter.is_required,
                }
                for key, parameter in kind.parameters.items()
            },
        }
        for name, kind in offered.items()
    }
    chosen = _chosen_in_actions(value)
    sources = {parameter.source for kind in offered.values() for parameter in kind.parameters.values()} - {""}
    spec["choices"] = {source: choices_of(source, chosen=chosen.get(source, ())) for source in sorted(sources)}
    return spec


def _chosen_in_actions(value: Any) -> dict[str, list[Any]]:
    chosen: dict[str, list[Any]] = {}
    for entry in value if isinstance(value, list) else []:
        kind = ACTIONS.get(str(entry.get("do"))) if isinstance(entry, Mapping) else None
        for key, parameter in kind.parameters.items() if kind is not None else ():
            if parameter.source and parameter.type != "names":
                chosen.setdefault(parameter.source, []).extend(_list(entry.get(key)))
    return chosen


def _list(value: Any) -> list[Any]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str | int) and one != ""]


def _words() -> dict[str, str]:
    """The script's own words."""
    return {
        "addCondition": _("Add a condition"),
        "addAction": _("Add an action"),
        "all": _("All of these hold"),
        "any": _("And at least one of these holds"),
        "noneAll": _("No condition: it is for every ticket."),
        "noneAny": _("None. Add some where one of several is enough."),
        "noneActions": _("Nothing is done yet."),
        "field": _("What is looked at"),
        "test": _("Test"),
        "value": _("Value"),
        "action": _("Action"),
        "choose": _("Choose …"),
        "chooseSome": _("Choose one or more …"),
        "find": _("Find in the list"),
        "nothing": _("Nothing to choose from yet."),
        "lines": _("One word or phrase a line; one of them is enough"),
        "pattern": _("A regular expression (RE2), such as order\\s+\\d+"),
        "names": _("Separated by commas"),
        "keys": _("Numbers, separated by commas"),
        "attribute": _("Name of the attribute, such as plan"),
        "event": _("Kind of event, such as order"),
        "yes": _("yes"),
        "no": _("no"),
        "minutes": _("minutes"),
        "hours": _("hours"),
        "days": _("days"),
        "unit": _("Unit"),
        "up": _("Move up"),
        "down": _("Move down"),
        "remove": _("Remove"),
        "row": _("Row"),
        "added": _("Row added"),
        "removed": _("Row removed"),
        "moved": _("Row moved"),
        "more": _("more"),
    }
