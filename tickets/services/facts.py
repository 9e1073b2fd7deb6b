"""What conditions may ask of a ticket, looked up only when one asks."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from channels_app.models import Channel
from helpdesk.common.clock import now
from tickets.models import Conversation, Customer, CustomerEvent, Message, Ticket
from tickets.policies.business_time import is_open
from tickets.selectors.sla import active_hours


class TicketFacts:
    """A mapping from the fields of policies/conditions.py to values. ``message``: what is asked about, the customer's last one by default.

    ``known``: facts that the caller has in hand. Every other fact costs at most one query, once.
    """

    def __init__(
        self,
        ticket: Ticket,
        *,
        message: Message | None = None,
        known: Mapping[str, Any] | None = None,
        at: datetime | None = None,
    ) -> None:
        self.ticket = ticket
        self.at = at or now()
        self._message = message
        self._is_message_looked_up = message is not None
        self._values: dict[str, Any] = dict(known or {})

    def get(self, field: str, default: Any = None) -> Any:
        """The value of a field; None for one that nobody knows."""
        if field not in self._values:
            self._values[field] = self._look_up(field)
        value = self._values[field]
        return default if value is None else value

    def _look_up(self, field: str) -> Any:
        if field.startswith("crm."):
            return self.customer.attributes.get(field[4:])
        if field.startswith("event."):
            return self._seconds_since_event(field[6:])
        look_up = _LOOK_UPS.get(field)
        return look_up(self) if look_up is not None else None

    @property
    def customer(self) -> Customer:
        """The ticket's customer."""
        return self.ticket.customer

    @property
    def message(self) -> Message | None:
        """The message that is asked about."""
        if not self._is_message_looked_up:
            theirs = Message.objects.filter(ticket_id=self.ticket.pk, author=Message.Author.CUSTOMER)
            self._message = theirs.select_related("author_identity").order_by("-sort_at", "-id").first()
            self._is_message_looked_up = True
        return self._message

    def _seconds_since_event(self, kind: str) -> float | None:
        told = CustomerEvent.objects.filter(customer_id=self.ticket.customer_id, kind=kind).order_by("-occurred_at")
        at = told.values_list("occurred_at", flat=True).first()
        return (self.at - at).total_seconds() if at is not None else None


def _channel(facts: TicketFacts) -> Channel:
    return facts.ticket.channel


def _visibility(facts: TicketFacts) -> str:
    is_public = Conversation.objects.filter(
        active_ticket_id=facts.ticket.pk, visibility=Conversation.Visibility.PUBLIC
    ).exists()
    return Conversation.Visibility.PUBLIC if is_public else Conversation.Visibility.PRIVATE


def _is_open(facts: TicketFacts) -> bool:
    hours = active_hours()
    chosen = hours.for_ticket(facts.ticket)
    return chosen is None or is_open(hours.weeks[chosen], at=facts.at)


def _sender(facts: TicketFacts) -> str:
    identity = facts.message.author_identity if facts.message is not None else None
    return identity.address if identity is not None else ""


def _waiting_seconds(facts: TicketFacts) -> float | None:
    since = facts.ticket.waiting_since
    return (facts.at - since).total_seconds() if since is not None else None


_LOOK_UPS: dict[str, Callable[[TicketFacts], Any]] = {
    "channel": lambda facts: facts.ticket.channel_id,
    "channel_kind": lambda facts: _channel(facts).kind,
    "visibility": _visibility,
    "team": lambda facts: facts.ticket.team_id,
    "assignee": lambda facts: facts.ticket.assignee_id,
    "topic": lambda facts: facts.ticket.topic_id,
    "status": lambda facts: facts.ticket.status,
    "priority": lambda facts: facts.ticket.priority,
    "language": lambda facts: facts.ticket.language,
    "sentiment": lambda facts: facts.ticket.sentiment,
    "customer": lambda facts: facts.ticket.customer_id,
    "organization": lambda facts: facts.customer.organization_id,
    "is_vip": lambda facts: facts.customer.is_vip,
    "tags": lambda facts: frozenset(facts.ticket.tags.values_list("name", flat=True)),
    "subject": lambda facts: facts.ticket.subject,
    "text": lambda facts: facts.message.reply_text if facts.message is not None else "",
    "sender": _sender,
    "priority_score": lambda facts: facts.ticket.priority_score,
    "waiting_seconds": _waiting_seconds,
    "age_seconds": lambda facts: (facts.at - facts.ticket.opened_at).total_seconds(),
    "reopen_count": lambda facts: facts.ticket.reopen_count,
    "contact_number": lambda facts: facts.ticket.contact_number,
    "is_open_hours": _is_open,
    "is_auto_reply": lambda facts: facts.message.is_auto_reply if facts.message is not None else False,
    "has_attachment": lambda facts: facts.message.attachments.exists() if facts.message is not None else False,
}
