"""Changing a ticket: columns and events collected, then written together in two statements."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tickets.models import Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.events import breach_data, new_event
from tickets.services.reminder_plan import reminder_columns
from tickets.services.rule_triggers import Chain, queue_for_rules, status_item
from tickets.services.timers import is_moved, settle, status_before


class TicketChange:
    """What one verb does to one ticket. The caller holds the ticket's row locked and calls ``save`` once, in that transaction.

    ``set`` changes columns, ``tell`` adds an event to the log; both take effect on ``ticket`` in memory at once, so that a later
    step of the same verb sees them.
    """

    def __init__(self, ticket: Ticket, actor: Actor) -> None:
        self.ticket = ticket
        self.actor = actor
        self._columns: set[str] = set()
        self._events: list[TicketEvent] = []
        # Set by whoever changes something beside the columns that time limits may ask for, such as the tags.
        self.moves_clocks = False
        self.why = ""
        # Set by rules: which of them have led to this change.
        self.chain: Chain | None = None

    def set(self, **values: Any) -> None:
        """Give columns new values (by attribute name: ``assignee_id`` rather than ``assignee``)."""
        for name, value in values.items():
            setattr(self.ticket, name, value)
            self._columns.add(name.removesuffix("_id"))

    def tell(self, kind: str, data: Mapping[str, Any] | None = None, *, at: datetime | None = None) -> None:
        """Add one event, in the order of the calls; ``at`` is when it happened, now unless said otherwise."""
        self._events.append(new_event(ticket=self.ticket, kind=kind, actor=self.actor, data=data, at=at))

    def has_changed(self, *columns: str) -> bool:
        """Whether one of these columns was given a value."""
        return not self._columns.isdisjoint(columns)

    def told(self, kind: str) -> TicketEvent | None:
        """The newest event of this kind that is not saved yet."""
        return next((event for event in reversed(self._events) if event.kind == kind), None)

    def mark(self) -> dict[str, Any]:
        """Where the change stands, for ``back_to``."""
        names = [field.attname for field in Ticket._meta.concrete_fields]
        return {
            "ticket": {name: getattr(self.ticket, name) for name in names},
            "columns": set(self._columns),
            "events": [(event, dict(event.data)) for event in self._events],
            "moves_clocks": self.moves_clocks,
        }

    def back_to(self, mark: Mapping[str, Any]) -> None:
        """Forget all since ``mark``: a part of the verb has failed. What it wrote, the caller's savepoint takes back."""
        for name, value in mark["ticket"].items():
            setattr(self.ticket, name, value)
        self._columns, self.moves_clocks = mark["columns"], mark["moves_clocks"]
        self._events = [event for event, _data in mark["events"]]
        for event, data in mark["events"]:
            event.data = data

    def save(self) -> None:
        """Write it: the version is raised once, however many events there are."""
        if not self._columns and not self._events:
            return
        waiting = status_item(self.ticket, before=status_before(self.ticket), chain=self.chain)
        if self.moves_clocks or is_moved(self.ticket):
            self.set(**reminder_columns(self.ticket, status_before=status_before(self.ticket)))
            self._settle_clocks()
        self.ticket.version += 1
        self.ticket.save(update_fields=[*self._columns, "version", "event_sequence"])
        TicketEvent.objects.bulk_create(self._events)
        queue_for_rules(waiting)

    def recount_clocks(self, *, why: str, at: datetime | None = None, finds_late: bool = False) -> bool:
        """Nothing has happened on the ticket, but the set-up of its clocks has changed; in place of ``save``. Whether it changed any."""
        ticket = self.ticket
        before = (ticket.next_due_at, ticket.sla_policy_id)
        settled = settle(ticket, at=at, why=why, is_recount=True, finds_late=finds_late)
        if not settled.has_changed and before == (ticket.next_due_at, ticket.sla_policy_id):
            return False
        for timer in settled.breached:
            self.tell("sla.breached", breach_data(timer), at=timer.breached_at)
        ticket.version += 1
        ticket.save(update_fields=["version", "event_sequence", "next_due_at", "sla_policy"])
        TicketEvent.objects.bulk_create(self._events)
        return True

    def _settle_clocks(self) -> None:
        for timer in settle(self.ticket, why=self.why).breached:
            self.tell("sla.breached", breach_data(timer), at=timer.breached_at)
        self._columns |= {"next_due_at", "sla_policy"}
