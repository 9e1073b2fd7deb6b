"""The form fields for conditions and actions: what is offered, what comes out, and where faults are shown."""

import json

import pytest
from django import forms

from tests.factories import make_channel, make_team
from tickets.admin.rule_builder import ActionsField, ConditionsField

pytestmark = pytest.mark.django_db


class RuleForm(forms.Form):
    conditions = ConditionsField(fields=["channel", "text", "waiting_seconds"])
    actions = ActionsField(allowed=["assign_team", "add_tags"], required=True)


def form(conditions=None, actions=None):
    data = {"conditions": conditions, "actions": actions}
    return RuleForm({name: value if isinstance(value, str) else json.dumps(value) for name, value in data.items()})


def spec(bound):
    return bound.field.widget.get_context(bound.html_name, bound.value(), {})


def test_valid_rows_come_out_in_their_one_form():
    filled = form(
        {"all": [{"field": "text", "test": "contains", "value": "refund"}]}, [{"do": "add_tags", "tags": ["a"]}]
    )
    assert filled.is_valid()
    assert filled.cleaned_data["conditions"] == {"all": [{"field": "text", "test": "contains", "value": ["refund"]}]}
    assert filled.cleaned_data["actions"] == [{"do": "add_tags", "tags": ["a"]}]


def test_nothing_is_no_condition_but_required_actions_are_asked_for():
    empty = form("", "")
    assert not empty.is_valid()
    assert empty.cleaned_data == {"conditions": {}}
    assert "actions" in empty.errors


@pytest.mark.parametrize("text", ["{", "[" * 5000, '"all"', "[1]", '{"none": []}'])
def test_what_cannot_be_read_is_refused_and_stays_as_it_was_typed(text):
    broken = form(text, [{"do": "add_tags", "tags": ["a"]}])
    assert not broken.is_valid()
    assert broken["conditions"].value() == text
    assert "<textarea" in str(broken["conditions"])


def test_fault_reaches_its_row():
    faulty = form({"all": [{"field": "text", "test": "is_set"}, {"field": "text", "test": "contains"}]}, [])
    assert faulty.errors["conditions"] == ["Row 2: Choose at least one value."]
    assert json.loads(spec(faulty["conditions"])["faults"]) == {"all.1.value": "Choose at least one value."}
    # Another form of the same class is free of it.
    assert json.loads(spec(form({}, [])["conditions"])["faults"]) == {}


def test_choices_come_from_the_database_and_what_is_gone_keeps_its_place():
    channel, team = make_channel(name="Support <b>"), make_team("Billing")
    filled = form({"all": [{"field": "channel", "test": "is", "value": [4711]}]}, [{"do": "assign_team", "to": 815}])
    offered = json.loads(spec(filled["conditions"])["spec"])
    assert offered["choices"]["channels"] == [[str(channel.pk), "Support <b>"], ["4711", "4711 (gone)"]]
    assert set(offered["fields"]) == {"channel", "text", "waiting_seconds", "crm.", "event."}
    actions = json.loads(spec(filled["actions"])["spec"])
    assert actions["choices"]["teams"] == [[str(team.pk), "Billing"], ["815", "815 (gone)"]]
    assert set(actions["actions"]) == {"assign_team", "add_tags"}
    assert "<b>" not in str(filled["conditions"])


def test_same_value_in_another_layout_is_no_change():
    field = ActionsField()
    assert not field.has_changed([{"do": "unassign"}], '[ {"do":"unassign"} ]')
    assert field.has_changed([], '[{"do": "unassign"}]')
