"""Setting rules: what is refused and where, their order, and that a change counts at once."""

import pytest

from helpdesk.common.errors import InvalidInput, NotVisible
from tests.factories import make_team
from tickets.models import RoutingDecision, RoutingRule, Trigger
from tickets.selectors.routing import active_rules
from tickets.services.actors import Actor
from tickets.services.rule_presets import PRESETS, add_preset
from tickets.services.rules import RuleInput, delete_rule, move_rule, save_rule, switch_rule

pytestmark = pytest.mark.django_db
URGENT = {"do": "set_priority", "to": "urgent"}
SYSTEM = Actor.system()


def given(**fields):
    return RuleInput(**{"name": "Refunds", "triggers": ["created"], "actions": [URGENT]} | fields)


def save(rule_id=None, position=None, **fields):
    return save_rule(actor=SYSTEM, rule_id=rule_id, given=given(**fields), position=position)


def names():
    return list(RoutingRule.objects.values_list("name", "position"))


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"triggers": []}, "triggers"),
        ({"triggers": ["full moon"]}, "triggers"),
        ({"actions": []}, "actions"),
        ({"actions": [URGENT, {"do": "set_priority", "to": "x"}]}, "actions.1.to"),
        ({"actions": [URGENT, {"do": "assign_team", "to": 4711}]}, "actions.1.to"),
        ({"conditions": {"all": [{"field": "text", "test": "matches", "value": ["("]}]}}, "conditions.all.0.value"),
        ({"conditions": ["x"]}, "conditions"),
        ({"triggers": ["time"], "since": "opened_at"}, "after_seconds"),
        ({"triggers": ["time"], "since": "opened_at", "after_seconds": 59}, "after_seconds"),
        ({"triggers": ["time"], "since": "birth", "after_seconds": 3600}, "since"),
    ],
)
def test_fault_is_named_with_its_place(fields, place):
    with pytest.raises(InvalidInput) as refusal:
        save(**fields)
    assert list(refusal.value.fields) == [place]
    assert not RoutingRule.objects.exists()


def test_name_is_taken_once_in_any_case():
    save()
    with pytest.raises(InvalidInput) as refusal:
        save(name="REFUNDS")
    assert list(refusal.value.fields) == ["name"]


def test_rules_keep_one_order():
    first, second, third = (save(name=name) for name in ("A", "B", "C"))
    move_rule(rule_id=third.pk, position=0, actor=SYSTEM)
    assert names() == [("C", 0), ("A", 1), ("B", 2)]
    save(rule_id=first.pk, name="A", position=99)
    delete_rule(rule_id=second.pk, actor=SYSTEM)
    assert names() == [("C", 0), ("A", 1)]
    with pytest.raises(NotVisible):
        move_rule(rule_id=second.pk, position=0, actor=SYSTEM)


def test_change_counts_at_once_in_this_process():
    assert not active_rules()
    rule = save()
    assert [one.name for one in active_rules()] == ["Refunds"]
    switch_rule(rule_id=rule.pk, is_active=False, actor=SYSTEM)
    assert not active_rules()


def test_time_belongs_to_its_occasion_alone():
    rule = save(triggers=["created"], after_seconds=3600, since="opened_at")
    assert (rule.after_seconds, rule.since) == (None, "")
    rule = save(rule_id=rule.pk, triggers=["time", "created"], after_seconds=3600, since="opened_at")
    assert (rule.triggers, rule.after_seconds) == (["created", "time"], 3600)


def test_action_may_name_what_there_is():
    team = make_team("Billing")
    rule = save(actions=[{"do": "assign_team", "to": str(team.pk)}])
    assert rule.actions == [{"do": "assign_team", "to": team.pk}]


def test_examples_are_added_switched_off_and_can_be_added_again():
    for code in PRESETS:
        for _time in range(2):
            rule = add_preset(code=code, actor=SYSTEM)
            assert not rule.is_active
            assert set(rule.triggers) <= set(Trigger.values)
    assert RoutingRule.objects.count() == 2 * len(PRESETS)
    assert not RoutingDecision.objects.exists()
