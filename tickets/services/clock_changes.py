"""Set-up has changed that running clocks stand on: the tickets it touches are counted anew in the background, once.

The doors' services call these in the transaction of their change. See services/recounting_clocks.py for the work itself.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models.functions import Now

from tickets.models import SLARecomputation
from tickets.policies.conditions import fields_of
from tickets.selectors.sla import active_hours, active_policies

_OF_CUSTOMER = frozenset({"is_vip", "organization"})


def policies_changed() -> None:
    """A policy or one of its targets was added, changed, moved or removed."""
    active_policies.forget()
    _recount({"policies": True}, "policy")


def business_hours_changed(*, hours_id: int) -> None:
    """Spans, holidays, zone or channels of business hours have changed, or they are the default now."""
    active_hours.forget()
    _recount({"hours": hours_id}, "business_hours")


def team_hours_changed(*, team_id: int) -> None:
    """A team counts by other business hours."""
    active_hours.forget()
    _recount({"team": team_id}, "team_hours")


def customer_changed(*, customer_id: int, fields: Iterable[str]) -> None:
    """These columns of a customer have changed; counted anew only where a policy asks for them."""
    changed = set(fields)
    asked = {name for policy in active_policies() for name in fields_of(policy.conditions)}
    has_attributes = "attributes" in changed and any(name.startswith("crm.") for name in asked)
    if has_attributes or asked & changed & _OF_CUSTOMER:
        _recount({"customer": customer_id}, "customer")


def customers_merged(*, customer_ids: Iterable[int]) -> None:
    """Tickets have another customer now, who may be promised something else."""
    if active_policies():
        for customer_id in sorted(set(customer_ids)):
            _recount({"customer": customer_id}, "customer")


def _recount(scope: dict[str, Any], reason: str) -> None:
    # One that has not begun covers this change as well, but not before every process has heard of it. The update also keeps it from
    # beginning before we commit.
    waiting = SLARecomputation.objects.filter(scope=scope, started_at=None, ended_at=None)
    if not waiting.update(created_at=Now()):
        SLARecomputation.objects.create(scope=scope, reason=reason, created_at=Now())
