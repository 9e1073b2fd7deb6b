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

from django.db import connection, transaction
from django.db.models import F, Q

from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from helpdesk.common.failpoints import failpoint
from helpdesk.common.rows import columns, fetch_all, read
from tickets.models import Conversation, CustomerIdentity, Message, RoutingDecision, Ticket, TriageItem
from tickets.selectors.bots import bots_at_work
from tickets.selectors.routing import active_rules
from tickets.selectors.topics import topic_matcher
from tickets.services.actors import Actor
from tickets.services.auto_assignment import assign_step, assigning_teams
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
_TAKE = (
    f"SELECT {columns(TriageItem, 'i')} FROM tickets_triageitem i "  # noqa: S608  names of the model
    "WHERE i.ticket_id = %s AND i.attempts < %s ORDER BY i.id FOR UPDATE SKIP LOCKED"
)
_MESSAGES = (
    f"SELECT {columns(Message, 'm')}, {columns(CustomerIdentity, 'i')}, {columns(Conversation, 'c')} "  # noqa: S608  names of the models
    "FROM tickets_message m LEFT JOIN tickets_customeridentity i ON i.id = m.author_identity_id "
    "LEFT JOIN tickets_conversation c ON c.id = m.conversation_id WHERE m.id = ANY(%s) ORDER BY m.id"
)
_DROP = "DELETE FROM tickets_triageitem WHERE ticket_id = %s AND attempts < %s"


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
        return [_message(row) for row in fetch_all(_MESSAGES, [ids])]

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


def _message(row: Sequence[Any]) -> Message:
    message, identity, conversation = read(row, Message, CustomerIdentity, Conversation)
    message.author_identity = identity if identity.pk is not None else None
    message.conversation = conversation if conversation.pk is not None else None
    found: Message = message
    return found


Step = Callable[[Case], None]
# In this order; each looks at the case as the ones before it have left it.
STEPS: list[Step] = [find_topic_step, rules_step, score_step, bot_step, assign_step]


def triage_ticket(*, ticket_id: int) -> int:
    """Look at everything that waits on one ticket; returns how many items. Somebody else's turn is left to him."""
    try:
        return _triage(ticket_id) if _is_anything_set_up() else _drop(ticket_id)
    except Exception as error:
        logger.exception("triage of ticket %s failed", ticket_id)
        TriageItem.objects.filter(ticket_id=ticket_id, attempts__lt=MOST_ATTEMPTS).update(
            attempts=F("attempts") + 1, next_try_at=now() + RETRY_AFTER, error=str(error)[:500]
        )
        return 0


def _is_anything_set_up() -> bool:
    """Whether any step could do something; the score counts what the others have changed."""
    return bool(topic_matcher() or active_rules() or bots_at_work() or assigning_teams())


def _drop(ticket_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [ticket_id, MOST_ATTEMPTS])
        return int(cursor.rowcount)


@transaction.atomic
def _triage(ticket_id: int) -> int:
    # The bot writes into a conversation: it is locked before the ticket, as everywhere.
    lock_active_conversations([ticket_id])
    ticket = lock_ticket(ticket_id)
    items = [read(row, TriageItem)[0] for row in fetch_all(_TAKE, [ticket_id, MOST_ATTEMPTS])]
    if not items:
        return 0
    if ticket.status != Ticket.Status.CLOSED:
        case = Case(change=TicketChange(ticket, Actor.system()), items=items)
        for step in STEPS:
            step(case)
        case.change.save()
        if case.decisions:
            RoutingDecision.objects.bulk_create(case.decisions, ignore_conflicts=True)
    failpoint("triage.before_commit")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tickets_triageitem WHERE id = ANY(%s)", [[item.pk for item in items]])
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
