"""One ticket becomes two: chosen messages open a ticket of their own."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.errors import Conflict, InvalidInput
from helpdesk.common.text import clean_text, one_line
from tickets.models import Message, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_ticket
from tickets.services.moving import Load, choose_load, lock_conversations, refuse_closed, transfer, undo_move
from tickets.services.recounting import is_reply

__all__ = ["split_ticket", "undo_move"]


@transaction.atomic
def split_ticket(
    *,
    ticket_id: int,
    message_ids: Collection[int],
    actor: Actor,
    subject: str = "",
    expected_version: int | None = None,
) -> Ticket:
    """Make a new ticket of the chosen messages; returns it. It was opened when the first of them was sent.

    It has the customer, team, owner, priority and language of the old one, and ``subject`` or the old one's. A conversation goes along
    when the customer's last message in it does. ``undo_move`` takes it back. Raises InvalidInput ("no_messages", "only_notes"),
    Conflict ("ticket_closed", "still_sending", "nothing_left"), Stale.
    """
    lock_conversations([ticket_id], message_ids)
    source = TicketChange(lock_ticket(ticket_id, expected_version=expected_version), actor)
    refuse_closed(source.ticket)
    load = choose_load(source.ticket, message_ids)
    target = TicketChange(_new_ticket(source.ticket, load, subject), actor)
    _tell_opening(target, source.ticket)
    transfer(source, target, load, why="split")
    source.save()
    target.save()
    return target.ticket


def split_behind(ticket_id: int) -> tuple[int, int]:
    """(the ticket from which this one was split off, the sequence of the event there). Raises Conflict "not_split"."""
    opened = TicketEvent.objects.filter(ticket_id=ticket_id, kind="ticket.opened").first()
    origin = opened.data.get("split_from") if opened is not None else None
    given = TicketEvent.objects.filter(kind="messages.given", data__other=ticket_id, data__why="split")
    found = given.filter(ticket_id=origin).first() if origin is not None else None
    if found is None:
        raise Conflict("not_split", _("This ticket was not split off from another."))
    return found.ticket_id, found.sequence


def _new_ticket(ticket: Ticket, load: Load, subject: str) -> Ticket:
    spoken = [message for message in load.messages if message.kind == Message.Kind.MESSAGE]
    if not spoken:
        text = _("Notes alone make no ticket. Choose a message as well.")
        raise InvalidInput("only_notes", text, fields={"messages": "notes"})
    is_answered = any(is_reply(message) and message.author == Message.Author.AGENT for message in spoken)
    first = min(message.sort_at for message in spoken)
    made: Ticket = Ticket.objects.create(
        subject=one_line(clean_text(subject)).strip()[:500] or ticket.subject,
        customer_id=ticket.customer_id,
        channel_id=spoken[0].channel_id or ticket.channel_id,
        status=Ticket.Status.OPEN if is_answered else Ticket.Status.NEW,
        priority=ticket.priority,
        priority_score=ticket.priority_score,
        team_id=ticket.team_id,
        assignee_id=ticket.assignee_id,
        opened_by_agent=all(message.author != Message.Author.CUSTOMER for message in spoken),
        is_demo=ticket.is_demo,
        opened_at=first,
        last_message_at=first,
        language=ticket.language,
    )
    made.tags.set(ticket.tags.all())
    return Ticket.objects.select_for_update().get(pk=made.pk)


def _tell_opening(change: TicketChange, origin: Ticket) -> None:
    ticket = change.ticket
    data = {
        "channel": ticket.channel_id,
        "customer": ticket.customer_id,
        "opened_by": "agent" if ticket.opened_by_agent else "customer",
        "status": ticket.status,
        "split_from": origin.pk,
    }
    change.tell("ticket.opened", data, at=ticket.opened_at)
    if ticket.team_id or ticket.assignee_id:
        owner = {"from_assignee": None, "to_assignee": ticket.assignee_id, "from_team": None, "to_team": ticket.team_id}
        change.tell("ticket.assigned", owner)
