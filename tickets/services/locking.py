"""Taking rows in the one order that cannot deadlock: conversations (ascending id), then tickets (ascending id)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from helpdesk.common.errors import NotVisible, Stale
from helpdesk.common.rows import columns, fetch, fetch_all, read
from tickets.models import Conversation, Ticket
from tickets.services.timers import remember_standing

_LOCK_TICKET = f"SELECT {columns(Ticket, 't')} FROM tickets_ticket t WHERE t.id = %s FOR UPDATE"  # noqa: S608  names of the model
_LOCK_TICKETS = f"SELECT {columns(Ticket, 't')} FROM tickets_ticket t WHERE t.id = ANY(%s) ORDER BY t.id FOR UPDATE"  # noqa: S608  names of the model
_LOCK_CONVERSATIONS = (
    f"SELECT {columns(Conversation, 'c')} FROM tickets_conversation c "  # noqa: S608  names of the model
    "WHERE c.active_ticket_id = ANY(%s) ORDER BY c.id FOR UPDATE"
)


def lock_ticket(ticket_id: int, *, expected_version: int | None = None) -> Ticket:
    """The ticket, its row locked until the transaction ends.

    Raises NotVisible when there is none, Stale when ``expected_version`` is given and somebody has changed it since.
    """
    row = fetch(_LOCK_TICKET, [ticket_id])
    if row is None:
        raise NotVisible("ticket_not_found", _("There is no such ticket."))
    ticket: Ticket = read(row, Ticket)[0]
    if expected_version is not None and ticket.version != expected_version:
        raise Stale(
            "stale_version", _("Somebody has changed this ticket meanwhile. Load it again and repeat the change.")
        )
    remember_standing(ticket)
    return ticket


def lock_tickets(ticket_ids: Iterable[int]) -> dict[int, Ticket]:
    """Those of the tickets that exist, by id, their rows locked in the one order until the transaction ends; one query."""
    found: dict[int, Ticket] = {}
    for row in fetch_all(_LOCK_TICKETS, [list(ticket_ids)]):
        ticket: Ticket = read(row, Ticket)[0]
        remember_standing(ticket)
        found[ticket.pk] = ticket
    return found


def lock_active_conversations(ticket_ids: Iterable[int]) -> list[Conversation]:
    """The conversations whose active ticket is one of these, locked. Call before ``lock_ticket``."""
    return [read(row, Conversation)[0] for row in fetch_all(_LOCK_CONVERSATIONS, [list(ticket_ids)])]
