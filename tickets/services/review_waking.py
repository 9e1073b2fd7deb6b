"""What a changed review does to its ticket."""

from helpdesk.common.clock import now
from helpdesk.common.text import preview
from tickets.models import Conversation, Ticket
from tickets.policies.contacts import contact_after
from tickets.policies.lifecycle import next_status
from tickets.policies.review_versions import Version
from tickets.services.changes import TicketChange
from tickets.services.message_filing import PREVIEW_LENGTH


def wake_ticket(change: TicketChange, conversation: Conversation, version: Version) -> str:
    """Do to the ticket what a message of the customer would: unread, waiting, reopened; returns the outcome. It is open or resolved."""
    ticket, moment = change.ticket, min(version.at, now())
    number, ends_at = contact_after(
        number=ticket.contact_number,
        ends_at=ticket.contact_ends_at,
        message_at=moment,
        session_gap=conversation.channel.session_gap,
    )
    change.set(
        unread_count=ticket.unread_count + 1,
        contact_number=number,
        contact_ends_at=ends_at,
        snoozed_until=None,
        waiting_since=min(filter(None, (ticket.waiting_since, moment))),
        last_message_at=max(ticket.last_message_at, moment),
        last_message_is_inbound=True,
        preview=preview(version.text or version.title, PREVIEW_LENGTH),
    )
    after = next_status(ticket.status, "customer_message")
    if after is None or after == ticket.status:
        return "changed"
    before = ticket.status
    change.set(status=after)
    if before == Ticket.Status.RESOLVED:
        change.set(reopen_count=ticket.reopen_count + 1, closes_at=None)
        change.tell("ticket.reopened", {"by_message": True})
        return "reopened"
    change.tell("ticket.status_changed", {"from": before, "to": after})
    return "changed"
