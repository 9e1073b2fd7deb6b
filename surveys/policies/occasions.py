"""Which contacts and resolutions of a ticket are a reason to ask, and when each of them was over. Pure."""

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
        "call.answered",
        "call.ended",
        "ticket.resolved",
        "ticket.reopened",
        "ticket.merged",
        "ticket.unmerged",
        "ticket.marked_spam",
        "ticket.unmarked_spam",
    }
)
CONTACT, RESOLUTION, MANUAL, API, RECOVERY = "contact", "resolution", "manual", "api", "recovery"
# What the log itself calls for; the others somebody asks for.
LOGGED = frozenset({CONTACT, RESOLUTION})
ASKED_FOR = frozenset({MANUAL, API, RECOVERY})
LONGEST_KEY = 60


class LoggedEvent(Protocol):
    """What is read of a TicketEvent."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor_kind(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(kw_only=True)
class _Contact:
    first_at: datetime
    last_at: datetime
    is_answered: bool = False
    is_by_person: bool = False
    resolved_at: datetime | None = None
    hung_up_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """A resolution of an answered ticket; ``reopened_at``: when it turned out to be none, None while it holds."""

    at: datetime
    reopened_at: datetime | None = None
    is_by_person: bool = True


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """One reason to ask: when it was over, when it was taken back, and whether a person had a part in it."""

    at: datetime
    taken_back_at: datetime | None = None
    is_by_person: bool = True


@dataclass(frozen=True, kw_only=True)
class Occasions:
    """``ends_at``: contact number -> when it ended or will end unless somebody writes; answered contacts only.

    ``resolutions`` count from 1, the unanswered ones included and left out here. ``by_people`` are the contacts in which a
    person answered and not the bot alone. ``refusal`` is "spam" or "merged" where nobody may be asked about this ticket at
    all, else "".
    """

    ends_at: Mapping[int, datetime] = field(default_factory=dict)
    resolutions: Mapping[int, Resolution] = field(default_factory=dict)
    by_people: frozenset[int] = frozenset()
    refusal: str = ""

    def of_kind(self, kind: str) -> dict[str, Occasion]:
        """The key of each occasion of a kind (CONTACT or RESOLUTION) with what is known of it."""
        if kind == RESOLUTION:
            return {
                resolution_key(number): Occasion(
                    at=one.at, taken_back_at=one.reopened_at, is_by_person=one.is_by_person
                )
                for number, one in self.resolutions.items()
            }
        return {
            contact_key(number): Occasion(at=at, is_by_person=number in self.by_people)
            for number, at in self.ends_at.items()
        }

    def find(self, key: str) -> Occasion | None:
        """What is known of the occasion with this key; None where the log calls for no such question."""
        return self.of_kind(kind_of(key)).get(key)


def contact_key(number: int) -> str:
    """The occasion of the contact with this number, as stored on an invitation."""
    return f"{CONTACT}:{number}"


def resolution_key(number: int) -> str:
    """The occasion of the resolution with this number, as stored on an invitation."""
    return f"{RESOLUTION}:{number}"


def kind_of(key: str) -> str:
    """The kind of a stored occasion: what stands before the colon."""
    return key.partition(":")[0]


def contact_number(key: str) -> int:
    """The number of the contact that this occasion is; 0 for one of another kind."""
    return _number(key, CONTACT)


def resolution_number(key: str) -> int:
    """The number of the resolution that this occasion is; 0 for one of another kind."""
    return _number(key, RESOLUTION)


def _number(key: str, wanted: str) -> int:
    kind, _colon, number = key.partition(":")
    return int(number) if kind == wanted and number.isascii() and number.isdigit() else 0


def is_asked_for(key: str) -> bool:
    """Whether this is the well-formed key of an occasion that somebody asks for (``manual:...``, ``api:...``, ``recovery:...``)."""
    kind, _colon, rest = key.partition(":")
    return kind in ASKED_FOR and bool(rest.strip()) and len(key) <= LONGEST_KEY and rest.isprintable()


def read_occasions(events: Iterable[LoggedEvent], *, session_gap: timedelta) -> Occasions:
    """Read the log of one ticket, in the order of its sequence.

    A contact counts when a human or the bot answered something that the customer had written, or took his call: a second reply to
    a silent customer, an undone reply, a note and an automatic mail of his make no occasion. It ends when the ticket is resolved in
    it, when the next contact begins, when the caller hangs up and nobody writes on, or ``session_gap`` after its last message.
    """
    reader = _Reader(session_gap)
    log = list(events)
    reader.undone = {event.data.get("message") for event in log if event.kind == "message.cancelled"}
    for event in log:
        reader.read(event)
    return reader.result()


class _Reader:
    """Goes through one log from its beginning to its end."""

    def __init__(self, session_gap: timedelta) -> None:
        self.undone: set[Any] = set()
        self._gap = session_gap
        self._contacts: dict[int, _Contact] = {}
        self._calls: dict[Any, int] = {}
        self._is_customer_waiting = self._is_reopening = False
        self._resolved = 0
        self._resolutions: dict[int, Resolution] = {}
        self._refusals: dict[str, bool] = {}

    def read(self, event: LoggedEvent) -> None:
        """Take one event into what is known."""
        match event.kind:
            case "message.received" if not event.data.get("is_auto_reply"):
                contact = self._add_message(event)
                self._is_customer_waiting = True
                if self._is_reopening:
                    contact.resolved_at, self._is_reopening = None, False
            case "ticket.replied" if event.data["message"] not in self.undone:
                self._answer(self._add_message(event), by_person=event.actor_kind == "agent")
            case "call.answered" if event.data.get("contact") in self._contacts:
                self._calls[event.data["message"]] = event.data["contact"]
                self._answer(self._contacts[event.data["contact"]], by_person=True)
            case "call.ended" if event.data.get("message") in self._calls:
                contact = self._contacts[self._calls[event.data["message"]]]
                contact.hung_up_at = contact.last_at = max(contact.last_at, event.at)
            case "ticket.resolved":
                self._resolve(event)
            case "ticket.reopened":
                self._reopen(event)
            case "ticket.merged" | "ticket.marked_spam":
                self._refusals[event.kind.removeprefix("ticket.").removeprefix("marked_")] = True
            case "ticket.unmerged":
                self._refusals["merged"] = False
            case "ticket.unmarked_spam":
                self._refusals["spam"] = False

    def result(self) -> Occasions:
        """What the log says."""
        return Occasions(
            ends_at=self._ends(),
            resolutions=self._resolutions,
            by_people=frozenset(number for number, contact in self._contacts.items() if contact.is_by_person),
            refusal=next((name for name, is_set in self._refusals.items() if is_set), ""),
        )

    def _add_message(self, event: LoggedEvent) -> _Contact:
        """Take one message into its contact. A message that came late never shortens the contact."""
        said_at = datetime.fromisoformat(event.data["sort_at"]) if "sort_at" in event.data else event.at
        contact = self._contacts.setdefault(event.data["contact"], _Contact(first_at=said_at, last_at=said_at))
        contact.last_at = max(contact.last_at, said_at)
        # After the call somebody writes on: the contact is over when that is.
        contact.hung_up_at = None
        return contact

    def _answer(self, contact: _Contact, *, by_person: bool) -> None:
        if self._is_customer_waiting:
            contact.is_answered = True
        contact.is_by_person = contact.is_by_person or by_person
        self._is_customer_waiting = False

    def _resolve(self, event: LoggedEvent) -> None:
        self._resolved += 1
        contact = self._contacts.get(event.data.get("contact", 0))
        if contact is not None:
            contact.resolved_at = event.at
        if any(one.is_answered for one in self._contacts.values()):
            by_person = any(one.is_by_person for one in self._contacts.values())
            self._resolutions[self._resolved] = Resolution(at=event.at, is_by_person=by_person)

    def _reopen(self, event: LoggedEvent) -> None:
        if event.data.get("by_message"):
            # The message itself is logged right behind and says whether it is in the same contact.
            self._is_reopening = True
        elif self._contacts:
            self._contacts[max(self._contacts)].resolved_at = None
        last = self._resolutions.get(self._resolved)
        if last is not None:
            self._resolutions[self._resolved] = Resolution(
                at=last.at, reopened_at=event.at, is_by_person=last.is_by_person
            )

    def _ends(self) -> dict[int, datetime]:
        ends: dict[int, datetime] = {}
        for number, contact in self._contacts.items():
            if not contact.is_answered:
                continue
            quiet_at = contact.hung_up_at or contact.last_at + self._gap
            later = [other.first_at for other_number, other in self._contacts.items() if other_number > number]
            ends[number] = contact.resolved_at or min([quiet_at, *later])
        return ends
