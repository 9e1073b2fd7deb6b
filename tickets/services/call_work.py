"""Talk, hold and wrap-up of calls as work intervals, from the calls' own events. Callers hold the call's row locked."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from tickets.models import Call, Ticket, TicketEvent, WorkInterval
from tickets.policies.call_work import Mark, Stretch, work_of
from tickets.services.locking import lock_ticket
from tickets.services.work_recording import record_work

# Work after a call counts when it follows the call; beyond this the agent is at something else.
LONGEST_WRAP_UP = timedelta(minutes=10)
BATCH = 200
MOST_MARKS = 200
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


def add_mark(call: Call, mark: Mark, *, ticket: Ticket) -> None:
    """Keep a moment of the call and bring its work up to date; nothing where the moment is known. Changes ``call``, unsaved."""
    line = call.message
    kept = line.details.get("marks", [])
    written = [mark.name, mark.at.isoformat(), mark.agent, mark.talk_seconds]
    if written in kept or len(kept) >= MOST_MARKS:
        return
    line.details = {**line.details, "marks": [*kept, written]}
    line.save(update_fields=["details"])
    _rewrite(call, work_of(_read(one) for one in line.details["marks"]), ticket)


def _read(written: Sequence[Any]) -> Mark:
    name, at, agent, seconds = written
    return Mark(name=name, at=datetime.fromisoformat(at), agent=agent, talk_seconds=seconds)


def _rewrite(call: Call, stretches: Sequence[Stretch], ticket: Ticket) -> None:
    wanted = {(stretch.kind, stretch.started_at): stretch for stretch in stretches}
    known = {
        (row.kind, row.started_at): row
        for row in WorkInterval.objects.filter(call=call, kind__in=[Kind.TALK, Kind.HOLD])
    }
    for key in known.keys() - wanted.keys():
        _forget(known[key], ticket)
    agents = {address: agent_at(call, address) for address in {stretch.agent for stretch in stretches}}
    for key, stretch in wanted.items():
        row = known.get(key) or WorkInterval(call=call, kind=stretch.kind, started_at=stretch.started_at)
        told = (row.agent_id, row.ended_at)
        row.ticket, row.contact_number = ticket, call.message.contact_number
        row.agent, row.ended_at = agents[stretch.agent], stretch.ended_at
        row.save()
        if row.ended_at is not None and (row.agent_id, row.ended_at) != told:
            record_work(ticket, row)
    _sum_up(call, stretches)
    if stretches:
        named = [stretch.agent for stretch in stretches if stretch.agent]
        call.answered_at = stretches[0].started_at
        call.agent_address = named[-1][:120] if named else ""
        call.agent = agents[named[-1]] if named else None


def _forget(row: WorkInterval, ticket: Ticket) -> None:
    """A late mark has told it otherwise; what the log says of the stretch is taken back."""
    if row.ended_at is not None:
        row.ended_at = row.started_at
        record_work(ticket, row)
    row.delete()


def _sum_up(call: Call, stretches: Sequence[Stretch]) -> None:
    """The seconds of what is over; NULL where nobody talked."""
    over = [
        (one.kind, (one.ended_at - one.started_at).total_seconds()) for one in stretches if one.ended_at is not None
    ]
    if over:
        call.talk_seconds = round(sum(seconds for kind, seconds in over if kind == "talk"))
        call.hold_seconds = round(sum(seconds for kind, seconds in over if kind == "hold"))


def agent_at(call: Call, address: str) -> User | None:
    """The user whose telephone this is, as the channel's settings say."""
    for line in call.channel.config.get("agents", []):
        telephone, _space, username = str(line).strip().partition(" ")
        if address and telephone == address and username.strip():
            found: User | None = User.objects.filter(username=username.strip(), is_active=True).first()
            return found
    return None


def settle_wrap_ups() -> int:
    """Give calls that ended their wrap-up (sweep); returns how many were settled.

    Work after the contact runs from the end of the call to the agent's next word on the status of that ticket, else to the last
    thing he did there within ten minutes. 0 where he did nothing. Any number of workers may run it at once.
    """
    waiting = Call.objects.filter(agent__isnull=False, ended_at__isnull=False, wrap_up_seconds__isnull=True)
    return sum(_settle(pk) for pk in list(waiting.order_by("ended_at").values_list("pk", flat=True)[:BATCH]))


@transaction.atomic
def _settle(call_id: int) -> bool:
    free = Call.objects.select_for_update(of=("self",), skip_locked=True).select_related("message")
    call = free.filter(pk=call_id).first()
    if call is None or call.ended_at is None or call.wrap_up_seconds is not None:
        return False
    until = call.ended_at + LONGEST_WRAP_UP
    done = _done_after(call, until)
    ending = done.filter(kind__in=_ENDING).first()
    if ending is None and now() < until:
        return False
    last = ending or done.filter(kind__in=_WORKING).last()
    call.wrap_up_seconds = round((last.at - call.ended_at).total_seconds()) if last is not None else 0
    call.save(update_fields=["wrap_up_seconds"])
    if last is not None:
        interval, is_new = WorkInterval.objects.get_or_create(
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
        if is_new:
            record_work(lock_ticket(interval.ticket_id), interval)
    return True


def _done_after(call: Call, until: datetime) -> Any:
    """What the agent did on the ticket after the call; not what the call itself did there in his name."""
    events = TicketEvent.objects.filter(ticket_id=call.message.ticket_id).order_by("sequence")
    end = events.filter(kind="call.ended", data__message=call.message_id).last()
    done = events.filter(actor_id=call.agent_id, at__gt=call.ended_at, at__lte=until)
    return done.filter(sequence__gt=end.sequence) if end is not None else done
