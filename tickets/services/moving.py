"""Messages change their ticket: moved to another one of the same customer, and back again.

Every move is told on both tickets: ``messages.given`` where they were, ``messages.taken`` where they are. The second carries what the
figures need to know of each message, so that both logs, read alone, give the facts of what each ticket holds.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from tickets.models import Call, Conversation, InformationRequest, Message, Ticket, TicketEvent, WorkInterval
from tickets.services.actors import Actor
from tickets.services.changes import TicketChange
from tickets.services.locking import lock_ticket
from tickets.services.recounting import is_reply, is_silent, recount
from tickets.services.work_recording import work_data

Why = Literal["move", "split", "undo"]
_ON_ITS_WAY = (Message.DeliveryState.QUEUED, Message.DeliveryState.SENDING)


@dataclass(frozen=True, kw_only=True)
class Load:
    """What changes its ticket: messages in the order of their ids, and the conversations that go along."""

    messages: Sequence[Message]
    conversations: Sequence[int]

    @property
    def ids(self) -> list[int]:
        return [message.pk for message in self.messages]


@transaction.atomic
def move_messages(*, ticket_id: int, message_ids: Collection[int], into_ticket_id: int, actor: Actor) -> Ticket:
    """Move messages and notes to another ticket of the same customer; returns that ticket.

    A conversation goes along when the customer's last message in it does. Raises InvalidInput ("same_ticket", "other_customer",
    "no_messages"), NotVisible, Conflict ("ticket_closed", "ticket_resolved", "still_sending", "nothing_left").
    """
    if ticket_id == into_ticket_id:
        raise InvalidInput("same_ticket", _("The messages are on this ticket already."), fields={"into": "same"})
    lock_conversations([ticket_id, into_ticket_id], message_ids)
    locked = {pk: lock_ticket(pk) for pk in sorted({ticket_id, into_ticket_id})}
    source, target = TicketChange(locked[ticket_id], actor), TicketChange(locked[into_ticket_id], actor)
    if source.ticket.customer_id != target.ticket.customer_id:
        text = _("Ticket %(number)s is another customer's.") % {"number": target.ticket.number}
        raise InvalidInput("other_customer", text, fields={"into": "other customer"})
    for change in (source, target):
        refuse_closed(change.ticket)
    if target.ticket.status == Ticket.Status.RESOLVED:
        text = _("Ticket %(number)s is resolved. Reopen it first.") % {"number": target.ticket.number}
        raise Conflict("ticket_resolved", text)
    transfer(source, target, choose_load(source.ticket, message_ids), why="move")
    source.save()
    target.save()
    return target.ticket


@transaction.atomic
def undo_move(*, ticket_id: int, sequence: int, actor: Actor) -> Ticket:
    """Take back the move or split that the event ``sequence`` of the ticket tells; returns the ticket.

    What was written since stays where it was written. A ticket that was split off ceases to be, which is refused once
    anything new stands on it. Raises NotVisible, Conflict ("undone_already", "moved_further", "goes_on", "ticket_closed").
    """
    event = TicketEvent.objects.filter(ticket_id=ticket_id, sequence=sequence, kind="messages.given").first()
    if event is None:
        raise NotVisible("event_not_found", _("There is nothing to take back."))
    other_id, ids = event.data["other"], event.data["messages"]
    lock_conversations([ticket_id, other_id], ids)
    locked = {pk: lock_ticket(pk) for pk in sorted({ticket_id, other_id})}
    home, away = TicketChange(locked[ticket_id], actor), TicketChange(locked[other_id], actor)
    if TicketEvent.objects.filter(ticket_id=ticket_id, kind="messages.taken", data__undoes=sequence).exists():
        raise Conflict("undone_already", _("This was taken back already."))
    refuse_closed(home.ticket)
    messages = list(_rows(Q(pk__in=ids, ticket=other_id)))
    if len(messages) < len(ids):
        raise Conflict("moved_further", _("Some of the messages were moved further meanwhile. Move them one by one."))
    _refuse_sending(messages)
    is_split = event.data["why"] == "split"
    if is_split and _goes_on(away.ticket, ids):
        raise Conflict("goes_on", _("Something new stands on the other ticket. Merge the two instead."))
    came_along = Conversation.objects.filter(pk__in=event.data["conversations"], active_ticket=other_id)
    load = Load(messages=messages, conversations=list(came_along.order_by("pk").values_list("pk", flat=True)))
    transfer(away, home, load, why="undo", undoes=sequence)
    if is_split:
        _end(away, into=home.ticket)
    away.save()
    home.save()
    return home.ticket


def lock_conversations(ticket_ids: Collection[int], message_ids: Collection[int]) -> None:
    """Lock every conversation that a move may touch; call before the tickets are locked."""
    of_messages = Message.objects.filter(pk__in=message_ids, conversation__isnull=False).values("conversation_id")
    wanted = Q(active_ticket_id__in=ticket_ids) | Q(pk__in=of_messages)
    list(Conversation.objects.select_for_update().filter(wanted).order_by("pk").values_list("pk", flat=True))


def refuse_closed(ticket: Ticket) -> None:
    """Raise Conflict where nothing may change any more."""
    if ticket.status == Ticket.Status.CLOSED:
        raise Conflict("ticket_closed", _("Ticket %(number)s is closed.") % {"number": ticket.number})


def choose_load(ticket: Ticket, message_ids: Collection[int]) -> Load:
    """The chosen messages of the ticket, the files that belong to them, and the conversations that follow them."""
    wanted = set(message_ids)
    messages = list(_rows(Q(ticket=ticket) & (Q(pk__in=wanted) | Q(part_of__in=wanted))))
    if not wanted or wanted - {message.pk for message in messages}:
        raise InvalidInput("no_messages", _("Choose messages of this ticket."), fields={"messages": "unknown"})
    if any(message.part_of_id and message.part_of_id not in wanted for message in messages):
        text = _("These files belong to an answer. Choose the answer itself.")
        raise InvalidInput("part_of_answer", text, fields={"messages": "part"})
    _refuse_sending(messages)
    staying = Message.objects.filter(ticket=ticket, kind=Message.Kind.MESSAGE).exclude(pk__in=[m.pk for m in messages])
    if not staying.exists():
        raise Conflict("nothing_left", _("Nothing would be left on this ticket. Merge it instead."))
    return Load(messages=messages, conversations=_following(ticket, messages))


def _rows(condition: Q) -> Any:
    return Message.objects.filter(condition).order_by("pk")


def _refuse_sending(messages: Sequence[Message]) -> None:
    if any(message.delivery_state in _ON_ITS_WAY for message in messages):
        raise Conflict("still_sending", _("One of the messages is still being sent. Try again in a moment."))


def _following(ticket: Ticket, messages: Sequence[Message]) -> list[int]:
    """The conversations active on the ticket whose last message of the customer here is among these; rising."""
    moved = {message.pk for message in messages}
    active = Conversation.objects.filter(
        active_ticket=ticket, pk__in={message.conversation_id for message in messages if message.conversation_id}
    )
    following = []
    for pk in active.order_by("pk").values_list("pk", flat=True):
        of_it = Message.objects.filter(ticket=ticket, conversation=pk)
        last = of_it.order_by("direction", "-pk").values_list("pk", flat=True).first()
        if last in moved:
            following.append(pk)
    return following


def transfer(source: TicketChange, target: TicketChange, load: Load, *, why: Why, undoes: int | None = None) -> None:
    """Give the load from one locked ticket to another and count both anew; the caller saves both changes."""
    unread = _unread_among(source.ticket, load)
    Message.objects.filter(pk__in=load.ids).update(ticket=target.ticket)
    Conversation.objects.filter(pk__in=load.conversations).update(active_ticket=target.ticket)
    InformationRequest.objects.filter(message__in=load.ids).update(ticket=target.ticket)
    source.set(unread_count=source.ticket.unread_count - unread)
    target.set(unread_count=target.ticket.unread_count + unread)
    recount(source)
    recount(target)
    data: dict[str, Any] = {"messages": load.ids, "conversations": list(load.conversations), "why": why}
    if undoes is not None:
        data["undoes"] = undoes
    source.tell("messages.given", data | {"other": target.ticket.pk, "contacts": source.ticket.contact_number})
    data |= {
        "other": source.ticket.pk,
        "contacts": target.ticket.contact_number,
        "entries": entries_of(load.messages),
    }
    target.tell("messages.taken", data)


def entries_of(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """What figures need of messages that come from another ticket, in their order, each with the call that it stands for."""
    entries = [entry for entry in map(entry_of, messages) if entry is not None]
    _add_calls(entries, [message.pk for message in messages])
    return entries


def entry_of(message: Message) -> dict[str, Any] | None:
    """What figures need of a message that comes from another ticket; None for what no figure counts."""
    entry = {"message": message.pk, "at": message.sort_at.isoformat()}
    if message.author == Message.Author.CUSTOMER:
        return entry | {"kind": "received", "is_auto_reply": is_silent(message)}
    if is_reply(message):
        return entry | {"kind": "replied", "agent": message.author_agent_id}
    return None


def _add_calls(entries: Sequence[dict[str, Any]], ids: Collection[int]) -> None:
    """Who answered a call, when it ended and the work on it go with its line."""
    work: dict[int, list[dict[str, Any]]] = {}
    rows = WorkInterval.objects.filter(call__message__in=ids, ended_at__isnull=False).select_related("call")
    for row in rows.order_by("pk"):
        work.setdefault(row.call_id or 0, []).append(work_data(row) | {"agent": row.agent_id})
    calls = {call.message_id: call for call in Call.objects.filter(message__in=ids)}
    for entry in entries:
        call = calls.get(entry["message"])
        if call is not None:
            entry["call"] = {
                "answered_at": call.answered_at.isoformat() if call.answered_at else None,
                "agent": call.agent_id,
                "ended_at": call.ended_at.isoformat() if call.ended_at else None,
                "work": work.get(call.pk, []),
            }


def _unread_among(ticket: Ticket, load: Load) -> int:
    """How many of the team's unread messages go: the newest ones of the customer are those that nobody has opened."""
    incoming = Message.objects.filter(ticket=ticket, direction=Message.Direction.IN).order_by("-pk")
    unread = set(incoming.values_list("pk", flat=True)[: ticket.unread_count])
    return len(unread & set(load.ids))


def _goes_on(ticket: Ticket, ids: Collection[int]) -> bool:
    return Message.objects.filter(ticket=ticket).exclude(pk__in=ids).exists()


def _end(change: TicketChange, *, into: Ticket) -> None:
    """The split-off ticket was a mistake: it is closed, leads to where its messages are, and leaves every figure."""
    Conversation.objects.filter(active_ticket=change.ticket).update(active_ticket=into)
    change.tell("ticket.unsplit", {"into": into.pk, "from": change.ticket.status})
    change.set(status=Ticket.Status.CLOSED, merged_into_id=into.pk, waiting_since=None)
