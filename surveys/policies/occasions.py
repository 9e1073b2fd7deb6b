"""Which contacts of a ticket are a reason to ask, and when each of them ended. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

# The events that can change a plan; all others leave it as it is.
PLANNING_KINDS = frozenset(
    {
        "message.received",
        "ticket.replied",
        "message.cancelled",
        "ticket.resolved",
        "ticket.reopened",
        "ticket.merged",
        "ticket.unmerged",
        "ticket.marked_spam",
        "ticket.unmarked_spam",
    }
)


class LoggedEvent(Protocol):
    """What is read of a TicketEvent."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(kw_only=True)
class _Contact:
    first_at: datetime
    last_at: datetime
    is_answered: bool = False
    resolved_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Occasions:
    """``ends_at``: contact number -> when it ended or will end unless somebody writes; answered contacts only.

    ``refusal`` is "spam" or "merged" where nobody may be asked about this ticket at all, else "".
    """

    ends_at: Mapping[int, datetime] = field(default_factory=dict)
    refusal: str = ""


def contact_key(number: int) -> str:
    """The occasion of the contact with this number, as stored on an invitation."""
    return f"contact:{number}"


def read_occasions(events: Iterable[LoggedEvent], *, session_gap: timedelta) -> Occasions:
    """Read the log of one ticket, in the order of its sequence.

    A contact counts when a human or the bot answered something that the customer had written: a second reply to a silent
    customer, an undone reply, a note and an automatic mail of his make no occasion. It ends when the ticket is resolved
    in it, when the next contact begins, or ``session_gap`` after its last message.
    """
    log = list(events)
    undone = {event.data.get("message") for event in log if event.kind == "message.cancelled"}
    contacts: dict[int, _Contact] = {}
    is_customer_waiting = is_reopening = False
    refusals: dict[str, bool] = {}
    for event in log:
        match event.kind:
            case "message.received" if not event.data.get("is_auto_reply"):
                contact = _add_message(contacts, event)
                is_customer_waiting = True
                if is_reopening:
                    contact.resolved_at, is_reopening = None, False
            case "ticket.replied" if event.data["message"] not in undone:
                contact = _add_message(contacts, event)
                contact.is_answered = contact.is_answered or is_customer_waiting
                is_customer_waiting = False
            case "ticket.resolved" if event.data.get("contact") in contacts:
                contacts[event.data["contact"]].resolved_at = event.at
            case "ticket.reopened" if event.data.get("by_message"):
                # The message itself is logged right behind and says whether it is in the same contact.
                is_reopening = True
            case "ticket.reopened" if contacts:
                contacts[max(contacts)].resolved_at = None
            case "ticket.merged" | "ticket.marked_spam":
                refusals[event.kind.removeprefix("ticket.").removeprefix("marked_")] = True
            case "ticket.unmerged":
                refusals["merged"] = False
            case "ticket.unmarked_spam":
                refusals["spam"] = False
    refusal = next((name for name, is_set in refusals.items() if is_set), "")
    return Occasions(ends_at=_ends(contacts, session_gap), refusal=refusal)


def _add_message(contacts: dict[int, _Contact], event: LoggedEvent) -> _Contact:
    """Take one message into its contact. A message that came late never shortens the contact."""
    said_at = datetime.fromisoformat(event.data["sort_at"]) if "sort_at" in event.data else event.at
    contact = contacts.setdefault(event.data["contact"], _Contact(first_at=said_at, last_at=said_at))
    contact.last_at = max(contact.last_at, said_at)
    return contact


def _ends(contacts: Mapping[int, _Contact], session_gap: timedelta) -> dict[int, datetime]:
    ends: dict[int, datetime] = {}
    for number, contact in contacts.items():
        if not contact.is_answered:
            continue
        quiet_at = contact.last_at + session_gap
        later = [other.first_at for other_number, other in contacts.items() if other_number > number]
        ends[number] = contact.resolved_at or min([quiet_at, *later])
    return ends
