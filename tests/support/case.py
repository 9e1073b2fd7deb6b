"""What tests of moved messages compare: everything that a ticket says of itself."""

from typing import Any

from tickets.models import Conversation, InformationRequest, Ticket

COLUMNS = (
    "status", "merged_into", "assignee", "team", "opened_at", "first_response_at", "waiting_since", "agent_reply_count",
    "contact_number", "contact_ends_at", "last_message_at", "last_message_is_inbound", "preview", "unread_count",
    "missing_count", "reopen_count", "resolution_count",
)  # fmt: skip


def picture(ticket: Ticket) -> dict[str, Any]:
    """The ticket's row without its version, its messages with their contacts, its conversations, what is asked for."""
    return Ticket.objects.filter(pk=ticket.pk).values(*COLUMNS).get() | {
        "messages": list(ticket.messages.order_by("pk").values_list("pk", "contact_number")),
        "conversations": list(
            Conversation.objects.filter(active_ticket=ticket).order_by("pk").values_list("pk", flat=True)
        ),
        "requests": list(InformationRequest.objects.filter(ticket=ticket).order_by("pk").values_list("pk", flat=True)),
    }
