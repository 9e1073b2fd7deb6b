"""Where the ticket that a question was about is today."""

from tickets.models import Ticket


def ticket_of_today(ticket_id: int) -> int:
    """The ticket that this one was merged into, and that one in turn; itself where it stands alone. One query each."""
    into = Ticket.objects.filter(pk=ticket_id).values_list("merged_into_id", flat=True).first()
    return ticket_id if into is None else ticket_of_today(into)
