"""Telling the rules that a status has changed, and how far from a person's or a customer's act that is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from tickets.models import Ticket, TriageItem, Trigger
from tickets.selectors.routing import is_awaited


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Rules that set off rules: how many levels deep, and which have acted since the message or the click that began it."""

    depth: int = 0
    rules: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def of(cls, items: Iterable[TriageItem]) -> "Chain":
        """The longest of the chains that lead to these items."""
        told = [item.data for item in items]
        return cls(
            depth=max((data.get("depth", 0) for data in told), default=0),
            rules=frozenset(pk for data in told for pk in data.get("rules", ())),
        )

    def as_data(self) -> dict[str, Any]:
        """For TriageItem.data; the next level."""
        return {"depth": self.depth + 1, "rules": sorted(self.rules)}


def status_item(ticket: Ticket, *, before: str | None, chain: Chain | None = None) -> TriageItem | None:
    """What waits for the rules after a change of status; None where no rule listens, or nobody may act any more. Not saved."""
    if before is None or before == ticket.status or ticket.status == Ticket.Status.CLOSED:
        return None
    if not is_awaited(Trigger.STATUS):
        return None
    data = {"from": before, "to": ticket.status} | (chain.as_data() if chain is not None else {})
    return TriageItem(ticket_id=ticket.pk, trigger=Trigger.STATUS, data=data, created_at=now())


def queue_for_rules(item: TriageItem | None) -> None:
    """Save it, and ring for it on commit; the sweep finds what the bell misses."""
    if item is None:
        return
    item.save(force_insert=True)
    ring_on_commit("tickets.tasks.process_triage", item.ticket_id)


def queue_created(ticket: Ticket) -> None:
    """A person has opened this ticket: rules for new tickets look at it as well."""
    if is_awaited(Trigger.CREATED):
        queue_for_rules(TriageItem(ticket_id=ticket.pk, trigger=Trigger.CREATED, created_at=now()))
