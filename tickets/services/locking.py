"""Taking rows in the one order that cannot deadlock: conversations (ascending id), then tickets (ascending id)."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from helpdesk.common.errors import NotVisible, Stale
from helpdesk.common.rows import columns, fetch, read
from tickets.models import Conversation, Ticket
from tickets.services.timers import remember_standing

_LOCK_TICKET = f"SELECT {columns(Ticket, 't')} FROM tickets_ticket t WHERE t.id = %s FOR UPDATE"  # noqa: S608  names of the model


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


def lock_active_conversations(ticket_ids: Iterable[int]) -> list[Conversation]:
    """The conversations whose active ticket is one of these, locked. Call before ``lock_ticket``."""
    return list(Conversation.objects.select_for_update().filter(active_ticket_id__in=list(ticket_ids)).order_by("id"))
