"""Looking at what has just happened on a ticket: topic, rules, score, bot, assignment - in this order, in one transaction a ticket.

What has happened waits as TriageItem rows, written in the transaction of the change, so that a fault here never touches intake and
nothing is forgotten. The process that filed a message looks at its ticket at once; a sweep finds the rest.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from helpdesk.common.failpoints import failpoint
from tickets.models import Message, RoutingDecision, Ticket, TriageItem
from tickets.services.actors import Actor
from tickets.services.auto_assignment import assign_step
from tickets.services.bot_step import bot_step
from tickets.services.changes import TicketChange
from tickets.services.facts import TicketFacts
from tickets.services.locking import lock_active_conversations, lock_ticket
from tickets.services.routing import rules_step
from tickets.services.scoring import score_step
from tickets.services.topics import find_topic_step

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
RETRY_AFTER = timedelta(seconds=30)
SWEEP_BATCH = 200
# An item this fresh is still being looked at by the process that wrote it.
SWEEP_AFTER = timedelta(seconds=10)


@dataclass
class Case:
    """One ticket being looked at. Steps change it through ``change``; ``decisions`` are written at the end."""

    change: TicketChange
    items: Sequence[TriageItem]
    decisions: list[RoutingDecision] = field(default_factory=list)

    @property
    def ticket(self) -> Ticket:
        """The ticket, its row locked."""
        return self.change.ticket

    @property
    def triggers(self) -> tuple[str, ...]:
        """What has happened, oldest first."""
        return tuple(item.trigger for item in self.items)

    @cached_property
    def messages(self) -> list[Message]:
        """The messages that are to be looked at, oldest first."""
        ids = [item.message_id for item in self.items if item.message_id is not None]
        if not ids:
            return []
        wanted = Message.objects.select_related("author_identity", "conversation").filter(pk__in=ids)
        return list(wanted.order_by("id"))

    @property
    def message(self) -> Message | None:
        """The newest message that is to be looked at; None where none came."""
        return self.messages[-1] if self.messages else None

    @cached_property
    def facts(self) -> TicketFacts:
        """What conditions may ask. Call ``forget_facts`` after a change."""
        known: dict[str, Any] = {}
        if len(self.messages) > 1:
            # What was said in one breath is asked about as a whole.
            known["text"] = "\n".join(message.reply_text for message in self.messages)
        metrics = [item.data["metric"] for item in self.items if "metric" in item.data]
        if metrics:
            known["sla_metric"] = metrics[-1]
        return TicketFacts(self.ticket, message=self.message, known=known)

    def forget_facts(self) -> None:
        """The ticket has changed: look everything up anew."""
        self.__dict__.pop("facts", None)

    def decide(self, kind: str, data: dict[str, Any], **fields: Any) -> RoutingDecision:
        """Write down a decision with its reasons."""
        decision = RoutingDecision(ticket=self.ticket, kind=kind, at=now(), data=data, **fields)
        self.decisions.append(decision)
        return decision


Step = Callable[[Case], None]
# In this order; each looks at the case as the ones before it have left it.
STEPS: list[Step] = [find_topic_step, rules_step, score_step, bot_step, assign_step]


def triage_ticket(*, ticket_id: int) -> int:
    """Look at everything that waits on one ticket; returns how many items. Somebody else's turn is left to him."""
    try:
        return _triage(ticket_id)
    except Exception as error:
        logger.exception("triage of ticket %s failed", ticket_id)
        TriageItem.objects.filter(ticket_id=ticket_id, attempts__lt=MOST_ATTEMPTS).update(
            attempts=F("attempts") + 1, next_try_at=now() + RETRY_AFTER, error=str(error)[:500]
        )
        return 0


@transaction.atomic
def _triage(ticket_id: int) -> int:
    # The bot writes into a conversation: it is locked before the ticket, as everywhere.
    lock_active_conversations([ticket_id])
    ticket = lock_ticket(ticket_id)
    waiting = TriageItem.objects.filter(ticket=ticket, attempts__lt=MOST_ATTEMPTS).order_by("id")
    items = list(waiting.select_for_update(skip_locked=True))
    if not items:
        return 0
    if ticket.status != Ticket.Status.CLOSED:
        case = Case(change=TicketChange(ticket, Actor.system()), items=items)
        for step in STEPS:
            step(case)
        case.change.save()
        RoutingDecision.objects.bulk_create(case.decisions, ignore_conflicts=True)
    failpoint("triage.before_commit")
    TriageItem.objects.filter(pk__in=[item.pk for item in items]).delete()
    return len(items)


def triage_waiting_tickets() -> int:
    """Look at what the processes that filed it did not get to (sweep); returns how many items."""
    moment = now()
    due = TriageItem.objects.filter(
        Q(next_try_at__isnull=True, created_at__lte=moment - SWEEP_AFTER) | Q(next_try_at__lte=moment),
        attempts__lt=MOST_ATTEMPTS,
    )
    tickets = due.order_by("ticket_id").distinct("ticket_id").values_list("ticket_id", flat=True)[:SWEEP_BATCH]
    return sum(triage_ticket(ticket_id=ticket_id) for ticket_id in list(tickets))


@transaction.atomic
def run_triage_again(*, item_ids: Collection[int], actor: Actor) -> int:
    """Let items be looked at again that were given up or wait for another try; returns how many."""
    items = TriageItem.objects.filter(pk__in=item_ids)
    tickets = set(items.values_list("ticket_id", flat=True))
    count = items.update(attempts=0, next_try_at=None, error="")
    for ticket_id in sorted(tickets):
        ring_on_commit("tickets.tasks.process_triage", ticket_id)
    return count
