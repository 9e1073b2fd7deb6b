"""The routing rules that are in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk.common.remembered import Remembered
from tickets.models import RoutingRule


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule as it is carried out. ``pk`` is 0 for one that is only tried."""

    pk: int
    name: str
    triggers: tuple[str, ...]
    after_seconds: int
    since: str
    conditions: Mapping[str, Any]
    actions: Sequence[Mapping[str, Any]]
    stops: bool
    is_dry_run: bool


def rule_of(row: RoutingRule) -> Rule:
    """A stored rule, or one that is only in memory."""
    return Rule(
        pk=row.pk or 0,
        name=row.name,
        triggers=tuple(row.triggers),
        after_seconds=row.after_seconds or 0,
        since=row.since,
        conditions=row.conditions,
        actions=row.actions,
        stops=row.stops,
        is_dry_run=row.is_dry_run,
    )


def _load_rules() -> tuple[Rule, ...]:
    return tuple(rule_of(row) for row in RoutingRule.objects.filter(is_active=True).order_by("position", "id"))


active_rules = Remembered(_load_rules)
active_rules.forget_on_change(RoutingRule)


def rules_for(triggers: Sequence[str]) -> list[Rule]:
    """The active rules that listen to one of these, in their order."""
    return [rule for rule in active_rules() if not set(rule.triggers).isdisjoint(triggers)]


def is_awaited(trigger: str) -> bool:
    """Whether an active rule listens to this."""
    return any(trigger in rule.triggers for rule in active_rules())
