"""Set-up has changed that running clocks stand on: the tickets it touches are counted anew in the background, once.

The doors' services call these in the transaction of their change. See services/recounting_clocks.py for the work itself.
"""

from typing import Any

from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from tickets.models import SLARecomputation
from tickets.selectors.sla import active_hours, active_policies


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


def customer_changed(*, customer_id: int) -> None:
    """What policies ask of a customer has changed: VIP, organisation, attributes."""
    if active_policies():
        _recount({"customer": customer_id}, "customer")


def _recount(scope: dict[str, Any], reason: str) -> None:
    waiting = SLARecomputation.objects.filter(scope=scope, started_at=None, ended_at=None)
    if not waiting.exists():
        SLARecomputation.objects.create(scope=scope, reason=reason, created_at=now())
    ring_on_commit("tickets.tasks.recount_time_limits")
