"""Setting routing rules. The admin's form and the API both change them through here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from helpdesk.common.errors import InvalidInput, NotVisible
from helpdesk.common.text import clean_text, one_line
from tickets.models import RoutingRule, Trigger
from tickets.policies.actions import ACTIONS, check_actions
from tickets.policies.conditions import check_conditions
from tickets.selectors.routing import Rule
from tickets.selectors.rule_choices import choices_of
from tickets.services.actors import Actor
from tickets.services.waiting_rules import SINCE

MOST_RULES = 500
LONGEST_AFTER = 366 * 86_400
SHORTEST_AFTER = 60


@dataclass(frozen=True, kw_only=True)
class RuleInput:
    """A rule as it is given. ``after_seconds`` and ``since`` (a key of SINCE) are needed for the trigger "time" alone."""

    name: str
    triggers: Sequence[str]
    conditions: Mapping[str, Any] = field(default_factory=dict)
    actions: Sequence[Mapping[str, Any]] = ()
    after_seconds: int | None = None
    since: str = ""
    stops: bool = False
    is_active: bool = True
    is_dry_run: bool = False


def checked_rule(given: RuleInput) -> RuleInput:
    """The rule in its one valid form. Raises InvalidInput with the place: "triggers", "conditions.all.0.value", "actions.1.to"."""
    name = one_line(clean_text(given.name)).strip()
    if not 0 < len(name) <= 100:
        raise _fault("name", _("Give it a name of at most 100 characters."))
    triggers = given.triggers
    if not isinstance(triggers, list | tuple) or not triggers or any(one not in Trigger.values for one in triggers):
        raise _fault("triggers", _("Choose at least one occasion."))
    # In the order of the choices, each once.
    ordered = tuple(one for one in Trigger.values if one in triggers)
    after, since = _checked_time(given) if Trigger.TIME in ordered else (None, "")
    conditions = _placed("conditions", lambda: check_conditions(given.conditions))
    actions = _placed("actions", lambda: check_actions(_as_list(given.actions)))
    if not actions:
        raise _fault("actions", _("Say what is to be done."))
    _require_named(actions)
    return replace(
        given, name=name, triggers=ordered, conditions=conditions, actions=actions, after_seconds=after, since=since
    )


def rule_to_try(given: RuleInput) -> Rule:
    """A rule that is not stored, for a dry run. Raises what ``checked_rule`` raises."""
    rule = checked_rule(given)
    return Rule(
        pk=0, name=rule.name, triggers=tuple(rule.triggers), after_seconds=rule.after_seconds or 0, since=rule.since,
        conditions=rule.conditions, actions=rule.actions, stops=rule.stops, is_dry_run=rule.is_dry_run,
    )  # fmt: skip


@transaction.atomic
def save_rule(*, actor: Actor, rule_id: int | None, given: RuleInput, position: int | None = None) -> RoutingRule:
    """Create (``rule_id`` None) or change a rule; it counts for what happens from now on, in other processes within 10 s.

    ``position`` counts from 0; None: where it is, a new one last. A rule that waits for time looks anew at every ticket it has not
    acted on. Raises NotVisible, Conflict, and what ``checked_rule`` raises.
    """
    _lock_rules()
    rule = _existing(rule_id) if rule_id is not None else RoutingRule(position=RoutingRule.objects.count())
    checked = checked_rule(given)
    if RoutingRule.objects.filter(name__iexact=checked.name).exclude(pk=rule.pk).exists():
        raise _fault("name", _("Another rule has this name."))
    if rule.pk is None and rule.position >= MOST_RULES:
        raise _fault("name", _("There are %(most)s rules already.") % {"most": MOST_RULES})
    rule.name, rule.triggers = checked.name, list(checked.triggers)
    rule.after_seconds, rule.since = checked.after_seconds, checked.since
    rule.conditions, rule.actions = dict(checked.conditions), list(checked.actions)
    rule.stops, rule.is_active, rule.is_dry_run = checked.stops, checked.is_active, checked.is_dry_run
    rule.swept = {}
    rule.save()
    if position is not None:
        _put(rule, position)
    return rule


@transaction.atomic
def move_rule(*, rule_id: int, position: int, actor: Actor) -> RoutingRule:
    """Put a rule at a place in the order (from 0; behind the end is the end). Raises NotVisible."""
    _lock_rules()
    rule = _existing(rule_id)
    _put(rule, position)
    return rule


@transaction.atomic
def switch_rule(*, rule_id: int, is_active: bool, actor: Actor) -> RoutingRule:
    """Switch a rule on or off. Raises NotVisible."""
    _lock_rules()
    rule = _existing(rule_id)
    if rule.is_active != is_active:
        rule.is_active, rule.swept = is_active, {}
        rule.save(update_fields=["is_active", "swept", "updated_at"])
    return rule


@transaction.atomic
def delete_rule(*, rule_id: int, actor: Actor) -> None:
    """Delete a rule. What it has decided stays, with its name. Raises NotVisible."""
    _lock_rules()
    _existing(rule_id).delete()
    for place, other in enumerate(RoutingRule.objects.order_by("position", "pk")):
        _place(other, place)


def _checked_time(given: RuleInput) -> tuple[int, str]:
    after = given.after_seconds
    if isinstance(after, bool) or not isinstance(after, int) or not SHORTEST_AFTER <= after <= LONGEST_AFTER:
        raise _fault("after_seconds", _("Give a time between a minute and a year."))
    if given.since not in SINCE:
        raise _fault("since", _("Say from when the time counts."))
    return after, given.since


def _placed(name: str, check: Any) -> Any:
    try:
        return check()
    except InvalidInput as error:
        fields = {name if place == name else f"{name}.{place}": text for place, text in error.fields.items()}
        raise InvalidInput(error.code, error.message, fields=fields) from error


def _as_list(actions: Any) -> Any:
    return list(actions) if isinstance(actions, tuple) else actions


def _require_named(actions: Sequence[Mapping[str, Any]]) -> None:
    """What an action names must be there when the rule is saved; later it may go, and the action is skipped."""
    for place, action in enumerate(actions):
        for key, parameter in ACTIONS[action["do"]].parameters.items():
            if not parameter.is_key or key not in action:
                continue
            if str(action[key]) not in {value for value, _label in choices_of(parameter.source)}:
                raise _fault(f"actions.{place}.{key}", _("There is no such one any more. Choose another."))


def _existing(rule_id: int) -> RoutingRule:
    rule: RoutingRule | None = RoutingRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise NotVisible("rule_not_found", _("There is no such rule."))
    return rule


def _put(rule: RoutingRule, position: int) -> None:
    others = list(RoutingRule.objects.exclude(pk=rule.pk).order_by("position", "pk"))
    others.insert(max(0, position), rule)
    for place, other in enumerate(others):
        _place(other, place)


def _place(rule: RoutingRule, place: int) -> None:
    if rule.position != place:
        rule.position = place
        rule.save(update_fields=["position"])


def _lock_rules() -> None:
    """One at a time: names and places are compared with those of the other rules."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('routing_rules', 0))")


def _fault(place: str, text: str) -> InvalidInput:
    return InvalidInput("invalid_rule", text, fields={place: text})
