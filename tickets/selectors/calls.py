"""The calls and call backs of a ticket, as the panel beside it shows them."""

from tickets.models import Call, CallbackRequest, Ticket

SHOWN_CALLS = 5


def open_callback(ticket: Ticket) -> CallbackRequest | None:
    """The call that this ticket's customer waits for; None where he waits for none."""
    waiting = CallbackRequest.objects.filter(ticket=ticket, state=CallbackRequest.State.OPEN)
    found: CallbackRequest | None = waiting.select_related("requested_by").first()
    return found


def calls_of_ticket(ticket: Ticket) -> list[Call]:
    """The newest calls on the ticket, newest first."""
    calls = Call.objects.filter(message__ticket=ticket).select_related("agent", "deflected_to", "recording")
    return list(calls.order_by("-started_at", "-id")[:SHOWN_CALLS])
