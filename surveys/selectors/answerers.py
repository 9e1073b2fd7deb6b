"""Whom a vote is about: the agent who answered last in what the customer was asked about."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from surveys.policies.occasions import contact_number, resolution_number
from tickets.models import Call, Message, Ticket, TicketEvent

# A ticket and the number of a contact on it.
ContactKey = tuple[int, int]


def answerer_of(ticket: Ticket, occasion: str) -> int | None:
    """The agent who answered last, in writing or on the phone; None where no agent is known to have done so. At most three queries.

    In a contact: in that contact. Up to a resolution: before it, else who resolved the ticket then. For an occasion that
    somebody asked for: on the ticket so far.
    """
    if number := contact_number(occasion):
        return answerers_of_contacts([ticket.pk]).get((ticket.pk, number))
    resolved = _resolution(ticket, resolution_number(occasion))
    if resolved is None:
        return _last_answerer(Q(ticket=ticket), Q(message__ticket=ticket))
    answerer = _last_answerer(
        Q(ticket=ticket, sort_at__lte=resolved.at), Q(message__ticket=ticket, answered_at__lte=resolved.at)
    )
    return answerer or resolved.actor_id


def _resolution(ticket: Ticket, number: int) -> TicketEvent | None:
    """The resolution with this number, counted from 1; None for 0 and for one that the log does not have."""
    if not number:
        return None
    events = TicketEvent.objects.filter(ticket=ticket, kind="ticket.resolved").only("at", "actor")
    return events.order_by("sequence")[number - 1 : number].first()


def answerers_of_contacts(ticket_ids: Iterable[int | None]) -> dict[ContactKey, int]:
    """(ticket, number of a contact) -> who answered last in it. Two statements for however many tickets."""
    written, taken = _answers(Q(ticket__in=ticket_ids), Q(message__ticket__in=ticket_ids))
    last = written.order_by("ticket_id", "contact_number", "-sort_at", "-id").distinct("ticket_id", "contact_number")
    answered: list[tuple[int, int, Any, int]] = [
        *last.values_list("ticket_id", "contact_number", "sort_at", "author_agent_id"),
        *taken.values_list("message__ticket_id", "message__contact_number", "answered_at", "agent_id"),
    ]
    return {(ticket, number): agent for ticket, number, _at, agent in sorted(answered, key=lambda row: row[2])}


def _last_answerer(of_messages: Q, of_calls: Q) -> int | None:
    """The later of the last written answer and the last call that was taken."""
    written, taken = _answers(of_messages, of_calls)
    last: list[tuple[Any, int]] = [
        *written.order_by("-sort_at", "-id").values_list("sort_at", "author_agent_id")[:1],
        *taken.order_by("-answered_at", "-id").values_list("answered_at", "agent_id")[:1],
    ]
    return max(last)[1] if last else None


def _answers(of_messages: Q, of_calls: Q) -> tuple[QuerySet[Message], QuerySet[Call]]:
    """What agents wrote, and the calls that they took; those of unknown people count for nobody."""
    written = Message.objects.filter(of_messages, author_agent__isnull=False).filter(
        kind=Message.Kind.MESSAGE, author=Message.Author.AGENT
    )
    kept = written.exclude(delivery_state=Message.DeliveryState.CANCELLED)
    return kept, Call.objects.filter(of_calls, agent__isnull=False, answered_at__isnull=False)
