"""What conditions may ask of many tickets, looked up for all of them at once: a query for each kind of fact, not for each ticket."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.db.models.functions import Left

from tickets.models import Attachment, Conversation, CustomerEvent, Message, SLATimer, Ticket
from tickets.policies.conditions import LONGEST_TEXT
from tickets.services.facts import TicketFacts

Known = dict[int, dict[str, Any]]
_OF_MESSAGE: dict[str, Any] = {"text": "", "sender": "", "is_auto_reply": False, "has_attachment": False}


def facts_of(
    tickets: Sequence[Ticket], fields: Collection[str], *, at: datetime, of_first_message: bool = False
) -> dict[int, TicketFacts]:
    """Key of the ticket -> its facts, with all of ``fields`` in hand. The tickets were read with their customer and channel.

    Texts are those of the customer's last message, or of his first; at most the 20,000 characters that conditions look at.
    """
    known: Known = {ticket.pk: {} for ticket in tickets}
    if not _OF_MESSAGE.keys().isdisjoint(fields):
        _know_messages(known, of_first_message)
    for field, look_up in _IN_BULK.items():
        if field in fields:
            look_up(known)
    for field in fields:
        if field.startswith("event."):
            _know_events(known, tickets, field, at)
    return {ticket.pk: TicketFacts(ticket, known=known[ticket.pk], at=at) for ticket in tickets}


def _know_messages(known: Known, of_first_message: bool) -> None:
    order = ("sort_at", "id") if of_first_message else ("-sort_at", "-id")
    has_file = Exists(Attachment.objects.filter(message_id=OuterRef("pk")))
    theirs = Message.objects.filter(ticket_id__in=known, author=Message.Author.CUSTOMER)
    rows = theirs.order_by("ticket_id", *order).distinct("ticket_id")
    found = {
        ticket_id: {"text": text, "sender": sender or "", "is_auto_reply": is_auto_reply, "has_attachment": has_file}
        for ticket_id, text, sender, is_auto_reply, has_file in rows.values_list(
            "ticket_id", Left("reply_text", LONGEST_TEXT), "author_identity__address", "is_auto_reply", has_file
        )
    }
    for ticket_id, values in known.items():
        values.update(found.get(ticket_id, _OF_MESSAGE))


def _know_tags(known: Known) -> None:
    names: dict[int, set[str]] = {ticket_id: set() for ticket_id in known}
    rows = Ticket.tags.through.objects.filter(ticket_id__in=known).values_list("ticket_id", "tag__name")
    for ticket_id, name in rows:
        names[ticket_id].add(name)
    for ticket_id, values in known.items():
        values["tags"] = frozenset(names[ticket_id])


def _know_visibility(known: Known) -> None:
    public = Conversation.objects.filter(active_ticket_id__in=known, visibility=Conversation.Visibility.PUBLIC)
    ids = set(public.values_list("active_ticket_id", flat=True))
    for ticket_id, values in known.items():
        values["visibility"] = "public" if ticket_id in ids else "private"


def _know_metric(known: Known) -> None:
    late = SLATimer.objects.filter(ticket_id__in=known, warned_at__isnull=False).order_by("ticket_id", "-id")
    metrics = dict(late.distinct("ticket_id").values_list("ticket_id", "metric"))
    for ticket_id, values in known.items():
        values["sla_metric"] = metrics.get(ticket_id)


def _know_events(known: Known, tickets: Sequence[Ticket], field: str, at: datetime) -> None:
    ids = {ticket.customer_id for ticket in tickets}
    told = CustomerEvent.objects.filter(customer_id__in=ids, kind=field.removeprefix("event."))
    newest = told.order_by("customer_id", "-occurred_at").distinct("customer_id")
    happened = dict(newest.values_list("customer_id", "occurred_at"))
    for ticket in tickets:
        since = happened.get(ticket.customer_id)
        known[ticket.pk][field] = (at - since).total_seconds() if since is not None else None


_IN_BULK: dict[str, Callable[[Known], None]] = {
    "tags": _know_tags,
    "visibility": _know_visibility,
    "sla_metric": _know_metric,
}
