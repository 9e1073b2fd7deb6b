"""Writing the event log: one row per change, in the transaction of the change."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from helpdesk.common.clock import now
from tickets.models import SLATimer, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.timers import is_moved, settle

# The closed registry: kind -> the keys its data may have (data_version 1). Ids, numbers, states and times only.
EVENT_KINDS: dict[str, frozenset[str]] = {
    "ticket.opened": frozenset({"channel", "customer", "opened_by", "follow_up_of", "split_from", "status"}),
    "message.received": frozenset({"message", "sort_at", "contact", "is_auto_reply", "late", "channel"}),
    "message.changed": frozenset({"message", "change"}),
    "message.echoed": frozenset({"message"}),
    "ticket.replied": frozenset({"message", "contact", "conversation"}),
    "ticket.noted": frozenset({"message"}),
    "message.queued": frozenset({"message", "purpose"}),
    "message.cancelled": frozenset({"message"}),
    "message.delivery_changed": frozenset({"message", "state", "code"}),
    "ticket.assigned": frozenset({"from_assignee", "to_assignee", "from_team", "to_team", "to_lead"}),
    "ticket.status_changed": frozenset({"from", "to"}),
    "ticket.resolved": frozenset({"contact", "from", "reason"}),
    "ticket.reopened": frozenset({"by_message", "is_undo"}),
    "ticket.closed": frozenset({"why"}),
    "ticket.handed_over": frozenset({"conversation", "waiting_since"}),
    "ticket.merged": frozenset({"into", "from"}),
    # entries as in messages.taken; work: the stretches in the workspace of the other ticket, as in work.recorded, with their agent.
    "ticket.absorbed": frozenset({"other", "messages", "conversations", "call_backs", "entries", "work"}),
    "ticket.released": frozenset({"other"}),
    "ticket.unmerged": frozenset({"from", "status"}),
    "messages.given": frozenset({"other", "messages", "conversations", "contacts", "why", "undoes"}),
    # entries: what the figures need of each message, see services.moving.entry_of.
    "messages.taken": frozenset({"other", "messages", "entries", "conversations", "contacts", "why", "undoes"}),
    "ticket.unsplit": frozenset({"into", "from"}),
    "conversation.linked": frozenset({"conversation", "other"}),
    "conversation.unlinked": frozenset({"conversation", "other"}),
    "ticket.redirected": frozenset({"conversation", "to_conversation", "channel", "message"}),
    "ticket.closing_line": frozenset({"conversation", "message"}),
    "information.asked": frozenset({"request", "message", "what"}),
    "information.received": frozenset({"request", "message", "what"}),
    "information.cancelled": frozenset({"request", "what"}),
    "ticket.marked_spam": frozenset({"from"}),
    "ticket.unmarked_spam": frozenset({"status"}),
    "ticket.priority_changed": frozenset({"from", "to"}),
    "ticket.subject_changed": frozenset(),
    "ticket.tags_changed": frozenset({"added", "removed"}),
    "customer.changed": frozenset({"customer", "fields"}),
    "customer.merged": frozenset({"merge", "winner", "loser", "undone"}),
    "customer.reach_changed": frozenset({"identity", "is_reachable", "reason"}),
    "customer.address_changed": frozenset({"identity", "to_identity", "is_taken"}),
    "review.received": frozenset({"review", "message", "stars"}),
    "review.changed": frozenset({"review", "message", "stars", "previous"}),
    "review.deleted": frozenset({"review", "message", "is_waiting"}),
    "review.answered_elsewhere": frozenset({"review", "message"}),
    "review.answer_removed": frozenset({"review"}),
    "call.answered": frozenset({"message", "contact"}),
    "call.ended": frozenset({"message", "talk_seconds", "hold_seconds", "is_missed"}),
    "call.deflected": frozenset({"message", "conversation", "channel", "has_words"}),
    "call.recorded": frozenset({"message"}),
    "callback.requested": frozenset({"callback", "due_at"}),
    "callback.done": frozenset({"callback"}),
    "callback.cancelled": frozenset({"callback"}),
    "ticket.topic_changed": frozenset({"from", "to", "source"}),
    "ticket.snoozed": frozenset({"until", "is_over", "why"}),
    "ticket.reminded": frozenset({"message"}),
    "sla.warned": frozenset({"timer", "metric", "cycle", "due_at", "detected_at"}),
    "sla.breached": frozenset({"timer", "metric", "cycle", "due_at", "detected_at"}),
    "rule.applied": frozenset({"rule", "decision", "trigger"}),
    "macro.run": frozenset({"macro"}),
    "bot.started": frozenset({"bot", "conversation", "is_delegated"}),
    "bot.handed_off": frozenset({"bot", "conversation", "reason", "turns", "waiting_since"}),
    "bot.returned": frozenset({"bot", "conversation", "result"}),
    "survey.planned": frozenset({"invitation"}),
    "survey.sent": frozenset({"invitation", "message"}),
    "survey.suppressed": frozenset({"invitation", "reason"}),
    "survey.answered": frozenset({"invitation", "score", "previous", "has_comment", "scale", "rating"}),
    "survey.explained": frozenset({"invitation", "choices"}),
    # What a customer said in answer to a question of ours; it asks nothing of anybody.
    "survey.received": frozenset({"invitation", "message"}),
    "survey.reminded": frozenset({"invitation", "message"}),
    "recovery.opened": frozenset({"case", "source"}),
    "recovery.stage_changed": frozenset({"case", "from", "to", "step", "is_skipped"}),
    "recovery.customer_told": frozenset({"case", "step", "action", "message"}),
    "recovery.incentive_given": frozenset({"case", "incentive", "code"}),
    "recovery.closed": frozenset({"case", "outcome"}),
    # seconds of one stretch of work on the ticket, kind talk, hold, wrap_up or active; written when it is over, and again where
    # a late word of its call (message) corrects it.
    "work.recorded": frozenset({"interval", "contact", "kind", "started_at", "seconds", "message"}),
}


def new_event(
    *, ticket: Ticket, kind: str, actor: Actor, data: Mapping[str, Any] | None = None, at: datetime | None = None
) -> TicketEvent:
    """The next event of a ticket whose row the caller holds locked; not saved, and ``ticket.event_sequence`` is raised.

    The caller saves both in one transaction. Raises ValueError for a kind or key outside the registry.
    """
    unknown = set(data or ()) - EVENT_KINDS.get(kind, frozenset())
    if kind not in EVENT_KINDS or unknown:
        raise ValueError(f"{kind} {sorted(unknown)} is not in the registry of events")
    ticket.event_sequence += 1
    return TicketEvent(
        ticket_id=ticket.pk,
        sequence=ticket.event_sequence,
        at=at or now(),
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.user_id,
        data=dict(data or {}),
    )


def write_event(
    *, ticket: Ticket, kind: str, actor: Actor, data: Mapping[str, Any] | None = None, at: datetime | None = None
) -> TicketEvent:
    """Write one event and the ticket's raised sequence and version. The caller holds the ticket's row lock."""
    event = new_event(ticket=ticket, kind=kind, actor=actor, data=data, at=at)
    event.save(force_insert=True)
    ticket.version += 1
    columns = ["event_sequence", "version"]
    if is_moved(ticket):
        columns += ["next_due_at", "sla_policy"]
        late = settle(ticket).breached
        TicketEvent.objects.bulk_create(
            new_event(ticket=ticket, kind="sla.breached", actor=actor, data=breach_data(timer), at=timer.breached_at)
            for timer in late
        )
    ticket.save(update_fields=columns)
    return event


def breach_data(timer: SLATimer) -> dict[str, Any]:
    """What the log keeps of a clock that was missed or comes near."""
    return {
        "timer": timer.pk,
        "metric": timer.metric,
        "cycle": timer.cycle,
        "due_at": timer.due_at.isoformat() if timer.due_at else None,
        "detected_at": timer.detected_at.isoformat() if timer.detected_at else None,
    }
