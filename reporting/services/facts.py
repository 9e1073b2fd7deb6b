"""Keeping the facts in step with the event log, and making them anew from it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import F

from helpdesk.common.failpoints import failpoint
from reporting.models import ContactFact, ResponseFact, TicketFact, TrafficSlot
from reporting.policies.traffic import Contribution, read_traffic
from reporting.services.fact_rows import make_rows
from tickets.models import FollowerPosition, Ticket, TicketEvent
from tickets.services.following import read_new_events

FOLLOWER = "facts"
BATCH = 2000
CHUNK = 500
_COLUMNS = [field.name for field in TicketFact._meta.concrete_fields if not field.primary_key]


def refresh_facts() -> int:
    """Follow the event log to its end; returns how many events were read.

    Facts, traffic and the position behind the batch commit together, so that a kill repeats the batch and counts nothing twice.
    """
    handled = 0
    while True:
        with read_new_events(name=FOLLOWER, limit=BATCH) as events:
            _apply(events)
            failpoint("facts.before_position")
        handled += len(events)
        if len(events) < BATCH:
            return handled


def rebuild_facts(*, since: datetime | None = None) -> int:
    """Make the facts anew from the log; returns how many events or, with ``since``, tickets were read.

    Without ``since`` everything is read again from the first event, in the same batches as ever: it can be cut off anywhere
    and goes on with the next run; until it is through, the traffic per day grows anew. With ``since``, the tickets opened
    from then on are folded again and the rest stays.
    """
    if since is not None:
        return _refold_since(since)
    with transaction.atomic():
        _hold_position()
        TrafficSlot.objects.all().delete()
        FollowerPosition.objects.filter(name=FOLLOWER).update(xid=0, event_id=0)
    return refresh_facts()


def remove_demo_figures() -> int:
    """Forget the demo traffic (facts go with their tickets); returns how many rows went."""
    return TrafficSlot.objects.filter(is_demo=True).delete()[0]


def _refold_since(since: datetime) -> int:
    handled = last_id = 0
    while True:
        with transaction.atomic():
            # The follower waits: whoever of us read the log later must also be the one who writes later.
            _hold_position()
            tickets = Ticket.objects.filter(opened_at__gte=since, pk__gt=last_id).order_by("pk")
            ids = list(tickets.values_list("pk", flat=True)[:CHUNK])
            _write_facts(_logs_of(ids))
        handled += len(ids)
        if len(ids) < CHUNK:
            return handled
        last_id = ids[-1]


def _hold_position() -> None:
    FollowerPosition.objects.get_or_create(name=FOLLOWER)
    FollowerPosition.objects.select_for_update().get(name=FOLLOWER)


def _apply(events: Collection[TicketEvent]) -> None:
    new = {(event.ticket_id, event.sequence) for event in events}
    logs = _logs_of({event.ticket_id for event in events})
    demo = _write_facts(logs)
    traffic = [
        (contribution, ticket_id in demo)
        for ticket_id, log in logs.items()
        for contribution in read_traffic(log)
        if (ticket_id, contribution.sequence) in new
    ]
    _add_traffic(traffic)


def _logs_of(ticket_ids: Iterable[int]) -> dict[int, list[TicketEvent]]:
    events = TicketEvent.objects.filter(ticket_id__in=list(ticket_ids)).order_by("ticket_id", "sequence")
    return {ticket_id: list(log) for ticket_id, log in groupby(events, key=lambda event: event.ticket_id)}


def _write_facts(logs: dict[int, list[TicketEvent]]) -> set[int]:
    """Replace the facts of these tickets; returns which of the tickets are demo."""
    rows = make_rows(logs)
    TicketFact.objects.bulk_create(
        rows.tickets, update_conflicts=True, unique_fields=["ticket"], update_fields=_COLUMNS, batch_size=1000
    )
    ResponseFact.objects.filter(ticket__in=logs).delete()
    ResponseFact.objects.bulk_create(rows.waits, batch_size=1000)
    ContactFact.objects.filter(ticket__in=logs).delete()
    ContactFact.objects.bulk_create(rows.contacts, batch_size=1000)
    return rows.demo


def _add_traffic(traffic: Iterable[tuple[Contribution, bool]]) -> None:
    sums: dict[tuple[datetime, int, int | None, bool], list[int]] = {}
    for it, is_demo in traffic:
        total = sums.setdefault((it.slot_at, it.channel_id, it.team_id, is_demo), [0, 0])
        total[0] += it.received
        total[1] += it.sent
    for (slot_at, channel_id, team_id, is_demo), (received, sent) in sums.items():
        # One writer at a time: the follower's position is locked.
        slots = TrafficSlot.objects.filter(starts_at=slot_at, channel_id=channel_id, is_demo=is_demo)
        slots = slots.filter(team=None) if team_id is None else slots.filter(team_id=team_id)
        changed = slots.update(received_count=F("received_count") + received, sent_count=F("sent_count") + sent)
        if not changed:
            TrafficSlot.objects.create(
                starts_at=slot_at,
                channel_id=channel_id,
                team_id=team_id,
                is_demo=is_demo,
                received_count=received,
                sent_count=sent,
            )
