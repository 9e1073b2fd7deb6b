"""Work in the workspace as intervals: beats of the browser keep them running, leaving or silence ends them.

Times are the server's. An agent is at one ticket at a time, in however many windows; two agents in one ticket both work.
"""

from datetime import datetime

from django.db import transaction

from helpdesk.common.clock import now
from helpdesk.core.services import count_and_check
from tickets.models import Ticket, WorkInterval
from tickets.policies.work import IDLE_AFTER, SHORTEST, ended_at, goes_on, kind_of_work, kind_when_over
from tickets.services.locking import lock_ticket
from tickets.services.work_recording import record_work

MOST_BEGINNINGS_A_MINUTE = 60
BATCH = 200
_DONE = (Ticket.Status.RESOLVED, Ticket.Status.CLOSED)


def beat(*, ticket: Ticket, agent_id: int, is_writing: bool) -> None:
    """The agent is at work in the ticket right now, as he was within the last minute. One statement while nothing changes.

    Where he was elsewhere, has paused, or does something else than before, the stretch before is ended and one begins. Raises
    TooManyRequests beyond 60 beginnings a minute.
    """
    moment = now()
    kind = kind_of_work(
        is_done=ticket.status in _DONE,
        is_waiting=ticket.waiting_since is not None,
        has_answered=ticket.agent_reply_count > 0,
        is_writing=is_writing,
    )
    running = WorkInterval.objects.filter(agent_id=agent_id, call=None, ended_at=None)
    same = running.filter(ticket=ticket, contact_number=ticket.contact_number, kind=kind)
    if same.filter(seen_at__gte=moment - IDLE_AFTER).update(seen_at=moment):
        return
    count_and_check(f"work:{agent_id}", limit=MOST_BEGINNINGS_A_MINUTE, window_seconds=60)
    for before in list(running):
        assert before.seen_at is not None, "work from the workspace has a last sign of life"
        is_followed = before.ticket_id == ticket.pk and goes_on(seen_at=before.seen_at, at=moment)
        _end(before, at=moment if is_followed else before.seen_at, following=kind if is_followed else None)
    # Two windows may begin at once: the constraint "agent_works_at_one_ticket" keeps one of them.
    WorkInterval.objects.bulk_create(
        [
            WorkInterval(
                ticket=ticket,
                contact_number=ticket.contact_number,
                agent_id=agent_id,
                kind=kind,
                started_at=moment,
                seen_at=moment,
            )
        ],
        ignore_conflicts=True,
    )


def leave(*, ticket_id: int, agent_id: int, is_idle: bool) -> None:
    """The agent has left the ticket; ``is_idle``: he had stopped working before. Nothing happens where he was elsewhere already."""
    moment = now()
    for running in WorkInterval.objects.filter(ticket=ticket_id, agent_id=agent_id, call=None, ended_at=None):
        assert running.seen_at is not None, "work from the workspace has a last sign of life"
        _end(running, at=ended_at(seen_at=running.seen_at, at=moment, is_idle=is_idle), following=None)


def end_idle_work() -> int:
    """End what was not heard of for a minute, with its last beat (sweep). Safe from several workers; returns how many ended."""
    silent = WorkInterval.objects.filter(call=None, ended_at=None, seen_at__lt=now() - IDLE_AFTER)
    return sum(
        _end(interval, at=interval.seen_at, following=None)
        for interval in silent.order_by("seen_at")[:BATCH]
        if interval.seen_at is not None
    )


@transaction.atomic
def _end(interval: WorkInterval, *, at: datetime, following: str | None) -> bool:
    """End a stretch and tell the log, or forget it where it was too short. Conditional: a beat or another worker may be faster."""
    ticket = lock_ticket(interval.ticket_id)
    # A merge meanwhile has taken it along: it is ended there, with the next beat or sweep.
    standing = WorkInterval.objects.filter(pk=interval.pk, ticket=ticket, ended_at=None, seen_at=interval.seen_at)
    if at - interval.started_at < SHORTEST:
        return bool(standing.delete()[0])
    kind = kind_when_over(interval.kind, following=following)
    if not standing.update(ended_at=at, kind=kind):
        return False
    interval.kind, interval.ended_at = kind, at
    record_work(ticket, interval)
    return True
