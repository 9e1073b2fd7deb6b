"""The clocks of one ticket, brought into line with the ticket in the transaction of every change.

``settle`` looks at where the ticket stands and makes its clocks agree: started, paused, resumed, met, missed, cancelled, counted anew.
It can run any number of times. The rules are in policies/sla.py; due clocks are found by services/enforcement.py.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from helpdesk.common.clock import now
from helpdesk.common.rows import Batch, columns, fetch_all, read
from tickets.models import SLATimer, Ticket, Trigger
from tickets.policies.conditions import holds
from tickets.policies.sla import Standing, first_match
from tickets.selectors.sla import active_policies, unfinished
from tickets.services.facts import TicketFacts
from tickets.services.settling import Settled, Settling

_TIMERS = f"SELECT {columns(SLATimer, 't')} FROM tickets_slatimer t WHERE t.ticket_id = %s ORDER BY t.id"  # noqa: S608  names of the model
# Only where a rule listens: nobody else looks at it.
_TRIAGE = (
    "INSERT INTO tickets_triageitem (ticket_id, trigger, data, created_at, attempts, error) "
    "SELECT %s, %s, jsonb_build_object('timer', %s::bigint), %s, 0, '' "
    "WHERE EXISTS (SELECT FROM tickets_routingrule WHERE is_active AND triggers ? %s)"
)


def standing_of(ticket: Ticket) -> Standing:
    """What of the ticket decides on its clocks."""
    return Standing(
        status=ticket.status,
        is_out=ticket.is_spam or ticket.merged_into_id is not None,
        opened_by_agent=ticket.opened_by_agent,
        opened_at=ticket.opened_at,
        waiting_since=ticket.waiting_since,
        first_response_at=ticket.first_response_at,
        agent_reply_count=ticket.agent_reply_count,
        resolution_count=ticket.resolution_count,
        last_resolved_at=ticket.last_resolved_at,
        priority=ticket.priority,
        chosen_by=(ticket.team_id, ticket.topic_id, ticket.language, ticket.customer_id),
    )


def remember_standing(ticket: Ticket) -> None:
    """Note where a ticket stands when its row is locked, so that a change which touches no clock costs nothing."""
    ticket.__dict__["_standing"] = standing_of(ticket)


def is_moved(ticket: Ticket) -> bool:
    """Whether something that decides on clocks has changed since ``remember_standing``, or may have."""
    return bool(ticket.__dict__.get("_standing") != standing_of(ticket))


def status_before(ticket: Ticket) -> str | None:
    """The status that ``remember_standing`` has seen; None where it was not called."""
    standing = ticket.__dict__.get("_standing")
    return standing.status if standing is not None else None


def settle(
    ticket: Ticket,
    *,
    at: datetime | None = None,
    batch: Batch | None = None,
    known: Mapping[str, Any] | None = None,
    is_new: bool = False,
    why: str = "",
    is_recount: bool = False,
    finds_late: bool = False,
) -> Settled:
    """Bring the clocks of a ticket, whose row the caller holds locked, into line with it; sets ``next_due_at`` and ``sla_policy_id``.

    The caller saves these two columns. ``batch``: put the rows there rather than writing them now. ``known``: facts for the policies'
    conditions; ``is_new``: the ticket has no row and no clocks yet; ``why``: a word for the history; ``is_recount``: set-up has changed
    and nothing else, so what is late by that is written down as missed without waking anybody (``finds_late``: whatever is late).
    """
    standing = standing_of(ticket)
    remember_standing(ticket)
    policies = active_policies()
    if not policies and ticket.sla_policy_id is None:
        return Settled()
    moment = at or now()
    if is_new:
        known = {"tags": frozenset(), **(known or {})}
    facts = TicketFacts(ticket, known=known, at=moment)
    policy = first_match(policies, lambda conditions: holds(conditions, facts))
    if policy is None and ticket.sla_policy_id is None:
        return Settled()
    timers = [] if is_new else [read(row, SLATimer)[0] for row in fetch_all(_TIMERS, [ticket.pk])]
    settling = Settling(
        ticket=ticket,
        standing=standing,
        policy=policy,
        timers=timers,
        at=moment,
        why=why,
        is_new=is_new,
        is_recount=is_recount,
        finds_late=finds_late,
    )
    writing = batch if batch is not None else Batch()
    settled = settling.run(writing)
    for timer in settled.breached:
        if timer.met_at is None and not is_recount:
            trigger = Trigger.SLA_BREACHED
            writing.add(_TRIAGE, [ticket.pk, trigger, timer.pk, moment, trigger])
    if batch is None:
        writing.run()
    ticket.sla_policy_id = policy.pk if policy is not None else None
    due = [timer.due_at for timer in timers if unfinished(timer) and timer.due_at is not None]
    ticket.next_due_at = min(due, default=None)
    return settled
