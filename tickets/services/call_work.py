"""Talk, hold and wrap-up of calls as work intervals, from the calls' own events. Callers hold the call's row locked."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Sum

from helpdesk.common.clock import now
from tickets.models import Call, Ticket, TicketEvent, WorkInterval

# Work after a call counts when it follows the call; beyond this the agent is at something else.
LONGEST_WRAP_UP = timedelta(minutes=10)
BATCH = 200
_ENDING = ("ticket.resolved", "ticket.status_changed")
_WORKING = (
    "ticket.noted",
    "ticket.replied",
    "ticket.tags_changed",
    "ticket.priority_changed",
    "ticket.assigned",
    *_ENDING,
)
Kind = WorkInterval.Kind


def open_work(call: Call, *, ticket: Ticket, at: datetime, kind: Kind = Kind.TALK) -> None:
    """Begin an interval of the call; nothing where the same one is there."""
    WorkInterval.objects.get_or_create(
        call=call,
        kind=kind,
        started_at=at,
        defaults={"ticket": ticket, "agent_id": call.agent_id, "contact_number": call.message.contact_number},
    )


def close_work(call: Call, *, at: datetime) -> None:
    """End what runs; an end that comes late never lies before its start."""
    for running in WorkInterval.objects.filter(call=call, ended_at__isnull=True):
        running.ended_at = max(at, running.started_at)
        running.save(update_fields=["ended_at"])


def hold_work(call: Call, *, ticket: Ticket, at: datetime) -> None:
    """The caller is put on hold: talking ends, holding begins."""
    _change_work(call, ticket=ticket, at=at, kind=Kind.HOLD)


def resume_work(call: Call, *, ticket: Ticket, at: datetime) -> None:
    """The agent is back: holding ends, talking begins."""
    _change_work(call, ticket=ticket, at=at, kind=Kind.TALK)


def _change_work(call: Call, *, ticket: Ticket, at: datetime, kind: Kind) -> None:
    running = WorkInterval.objects.filter(call=call, ended_at__isnull=True).first()
    # A repetition, or a step that came after the end: nothing runs that it could change.
    if running is None or running.kind == kind or running.started_at > at:
        return
    close_work(call, at=at)
    open_work(call, ticket=ticket, at=at, kind=kind)


def sum_up_work(call: Call) -> None:
    """Write the seconds of the finished intervals on the call; NULL where nobody talked."""
    spent = WorkInterval.objects.filter(call=call, ended_at__isnull=False).values("kind")
    seconds = {
        row["kind"]: row["all"].total_seconds() for row in spent.annotate(all=Sum(F("ended_at") - F("started_at")))
    }
    if Kind.TALK in seconds:
        call.talk_seconds = round(seconds[Kind.TALK])
        call.hold_seconds = round(seconds.get(Kind.HOLD, 0))


def settle_wrap_ups() -> int:
    """Give calls that ended their wrap-up (sweep); returns how many were settled.

    Work after the contact runs from the end of the call to the agent's next word on the status of that ticket, else to the last
    thing he did there within ten minutes. 0 where he did nothing. Any number of workers may run it at once.
    """
    waiting = Call.objects.filter(agent__isnull=False, ended_at__isnull=False, wrap_up_seconds__isnull=True)
    return sum(_settle(pk) for pk in list(waiting.order_by("ended_at").values_list("pk", flat=True)[:BATCH]))


@transaction.atomic
def _settle(call_id: int) -> bool:
    call = (
        Call.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("message")
        .filter(pk=call_id)
        .first()
    )
    if call is None or call.ended_at is None or call.wrap_up_seconds is not None:
        return False
    until = call.ended_at + LONGEST_WRAP_UP
    done = TicketEvent.objects.filter(
        ticket_id=call.message.ticket_id, actor_id=call.agent_id, at__gt=call.ended_at, at__lte=until
    ).order_by("sequence")
    ending = done.filter(kind__in=_ENDING).first()
    if ending is None and now() < until:
        return False
    last = ending or done.filter(kind__in=_WORKING).last()
    call.wrap_up_seconds = round((last.at - call.ended_at).total_seconds()) if last is not None else 0
    call.save(update_fields=["wrap_up_seconds"])
    if last is not None:
        WorkInterval.objects.get_or_create(
            call=call,
            kind=Kind.WRAP_UP,
            started_at=call.ended_at,
            defaults={
                "ticket_id": call.message.ticket_id,
                "agent_id": call.agent_id,
                "contact_number": call.message.contact_number,
                "ended_at": last.at,
            },
        )
    return True
