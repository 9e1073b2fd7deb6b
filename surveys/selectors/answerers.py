"""Whom a vote is about: the agent who answered last in what the customer was asked about."""

from typing import Any

from django.db.models import Q

from surveys.policies.occasions import contact_number, resolution_number
from tickets.models import Call, Message, Ticket, TicketEvent


def answerer_of(ticket: Ticket, occasion: str) -> int | None:
    """The agent who answered last, in writing or on the phone; None where no agent is known to have done so. At most three queries.

    In a contact: in that contact. Up to a resolution: before it, else who resolved the ticket then. For an occasion that
    somebody asked for: on the ticket so far.
    """
    if number := contact_number(occasion):
        return _last_answerer(ticket, Q(contact_number=number), Q(message__contact_number=number))
    resolved = _resolution(ticket, resolution_number(occasion))
    if resolved is None:
        return _last_answerer(ticket, Q(), Q())
    answerer = _last_answerer(ticket, Q(sort_at__lte=resolved.at), Q(answered_at__lte=resolved.at))
    return answerer or resolved.actor_id


def _resolution(ticket: Ticket, number: int) -> TicketEvent | None:
    """The resolution with this number, counted from 1; None for 0 and for one that the log does not have."""
    if not number:
        return None
    events = TicketEvent.objects.filter(ticket=ticket, kind="ticket.resolved").only("at", "actor")
    return events.order_by("sequence")[number - 1 : number].first()


def _last_answerer(ticket: Ticket, of_messages: Q, of_calls: Q) -> int | None:
    """The later of the last written answer and the last call that was taken; those of unknown people count for nobody."""
    written = Message.objects.filter(of_messages, ticket=ticket, author_agent__isnull=False).filter(
        kind=Message.Kind.MESSAGE, author=Message.Author.AGENT
    )
    kept = written.exclude(delivery_state=Message.DeliveryState.CANCELLED)
    taken = Call.objects.filter(of_calls, message__ticket=ticket, agent__isnull=False, answered_at__isnull=False)
    last: list[tuple[Any, int]] = [
        *kept.order_by("-sort_at", "-id").values_list("sort_at", "author_agent_id")[:1],
        *taken.order_by("-answered_at", "-id").values_list("answered_at", "agent_id")[:1],
    ]
    return max(last)[1] if last else None
