"""From the log of one ticket to its contacts: when each was, who answered in it and how long people worked on it. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reporting.policies.log import LoggedEvent, is_moved, undone_messages, with_moves_applied
from reporting.policies.work import Stretch, seconds_by_kind
from tickets.policies.contacts import Turn, number_contacts
from tickets.policies.work import WRAP_UP


@dataclass(kw_only=True)
class Contact:
    """``ends_at``: when it is over, or will be unless somebody writes; the rest as in ContactFact."""

    number: int
    started_at: datetime
    last_at: datetime
    channel_id: int | None = None
    agent_id: int | None = None
    ends_at: datetime
    is_answered: bool = False
    is_answered_by_bot: bool = False
    has_call: bool = False
    talk_seconds: int | None = None
    hold_seconds: int | None = None
    wrap_up_seconds: int | None = None
    active_seconds: int | None = None
    handle_seconds: int | None = None


@dataclass
class _Open:
    """A contact while the log is read."""

    number: int
    started_at: datetime
    last_at: datetime
    channel_id: int | None
    agent_id: int | None = None
    closed_at: datetime | None = None
    is_answered: bool = False
    is_answered_by_bot: bool = False
    has_call: bool = False
    work: dict[int, Stretch] = field(default_factory=dict)

    def ends_at(self, session_gap: timedelta) -> datetime:
        return max(self.closed_at, self.last_at) if self.closed_at else self.last_at + session_gap


class _Reading:
    """One method per kind of event; kinds without one change no contact."""

    def __init__(self, log: Sequence[LoggedEvent], numbers: dict[int, int], session_gap: timedelta) -> None:
        self.undone = undone_messages(log)
        self.session_gap = session_gap
        # Where the contacts were numbered anew: message -> contact.
        self.numbers = numbers
        self.channel_id: int | None = None
        self.contacts: dict[int, _Open] = {}
        self.of_message: dict[int, int] = {}
        self.running: _Open | None = None

    def contact(self, event: LoggedEvent, at: datetime) -> _Open:
        """The contact of a spoken event, which lasts until then at least."""
        message = event.data["message"]
        number = self.numbers.get(message) or self.of_message.get(message) or event.data["contact"]
        self.of_message[message] = number
        found = self.contacts.setdefault(number, _Open(number, at, at, event.data.get("channel", self.channel_id)))
        found.started_at, found.last_at = min(found.started_at, at), max(found.last_at, at)
        self.running = self.contacts[max(self.contacts)]
        return found

    def opened(self, event: LoggedEvent) -> None:
        self.channel_id = event.data["channel"]

    def received(self, event: LoggedEvent) -> None:
        if not event.data.get("is_auto_reply"):
            found = self.contact(event, datetime.fromisoformat(event.data["sort_at"]))
            found.closed_at = None

    def replied(self, event: LoggedEvent) -> None:
        if event.data["message"] in self.undone or event.actor_kind not in ("agent", "bot"):
            return
        self.answered_by(event, self.contact(event, event.at))

    def answered_by(self, event: LoggedEvent, found: _Open) -> None:
        if event.actor_kind == "bot":
            found.is_answered_by_bot = True
        else:
            found.is_answered, found.agent_id = True, event.actor_id or found.agent_id

    def call_answered(self, event: LoggedEvent) -> None:
        found = self.contact(event, event.at)
        found.has_call = True
        self.answered_by(event, found)

    def call_ended(self, event: LoggedEvent) -> None:
        number = self.of_message.get(event.data["message"])
        if number is not None:
            found = self.contacts[number]
            found.has_call, found.last_at = True, max(found.last_at, event.at)

    def closed(self, event: LoggedEvent) -> None:
        if self.running is not None and self.running.closed_at is None:
            self.running.closed_at = event.at

    def reopened(self, event: LoggedEvent) -> None:
        # A message says itself which contact it goes on with.
        if self.running is not None and not event.data.get("by_message"):
            self.running.closed_at = None

    def status_changed(self, event: LoggedEvent) -> None:
        if event.data["to"] == "on_hold":
            self.closed(event)

    def snoozed(self, event: LoggedEvent) -> None:
        if not event.data.get("is_over"):
            self.closed(event)

    def worked(self, event: LoggedEvent) -> None:
        """The same stretch again corrects what was told of it."""
        data = event.data
        stretch = Stretch(
            kind=data["kind"],
            agent_id=event.actor_id,
            started_at=datetime.fromisoformat(data["started_at"]),
            seconds=data["seconds"],
            is_call="message" in data,
        )
        # Numbered anew, a contact may be gone: its work belongs to the last one there is.
        found = self.contacts.get(self.numbers.get(data.get("message", 0)) or data["contact"]) or self.running
        if found is not None:
            found = found if stretch.is_call else self.contact_of_work(stretch, found)
            found.work[data["interval"]] = stretch

    def contact_of_work(self, stretch: Stretch, told: _Open) -> _Open:
        """The one that it was told of; where that was over by then, the next that was not: who writes an answer after the session
        gap works on the contact that his answer begins. What follows the last answer stays where it was. Where the contacts were
        numbered anew, the number that it was told of says nothing, and the time alone does."""
        known = [
            found for _number, found in sorted(self.contacts.items()) if self.numbers or found.number >= told.number
        ]
        if stretch.kind == WRAP_UP:
            begun = [found for found in known if found.started_at <= stretch.started_at] if self.numbers else []
            return begun[-1] if begun else told
        return next((found for found in known if stretch.started_at <= found.ends_at(self.session_gap)), told)


_READERS: dict[str, Callable[[_Reading, LoggedEvent], None]] = {
    "ticket.opened": _Reading.opened,
    "message.received": _Reading.received,
    "ticket.replied": _Reading.replied,
    "call.answered": _Reading.call_answered,
    "call.ended": _Reading.call_ended,
    "ticket.resolved": _Reading.closed,
    "ticket.closed": _Reading.closed,
    "ticket.reopened": _Reading.reopened,
    "ticket.status_changed": _Reading.status_changed,
    "ticket.snoozed": _Reading.snoozed,
    "work.recorded": _Reading.worked,
}


def fold_contacts(events: Iterable[LoggedEvent], *, session_gap: timedelta) -> list[Contact]:
    """The contacts of one ticket in their order, from its whole log; those in which nobody spoke are none.

    ``session_gap``: the silence after which the next word begins a new contact, for contacts that still run and for tickets whose
    messages were moved; otherwise each message knows its contact. Resolving, a hold and a snooze end one. An undone reply, a note
    and an automatic mail belong to none.
    """
    raw = list(events)
    log = with_moves_applied(raw)
    reading = _Reading(log, numbered_anew(log, session_gap) if is_moved(raw) else {}, session_gap)
    # Work is told when it is over, which may be before a message names its contact.
    for event in sorted(log, key=lambda one: one.kind == "work.recorded"):
        reader = _READERS.get(event.kind)
        if reader is not None:
            reader(reading, event)
    return [_finished(found, session_gap) for _number, found in sorted(reading.contacts.items())]


def numbered_anew(log: Sequence[LoggedEvent], session_gap: timedelta) -> dict[int, int]:
    """Message -> its contact, as if all messages had come here one by one."""
    spoken = [event for event in log if event.kind in ("message.received", "ticket.replied")]
    turns = [
        Turn(
            sort_at=datetime.fromisoformat(event.data["sort_at"]) if "sort_at" in event.data else event.at,
            received_at=event.at,
            session_gap=session_gap,
            moves=not event.data.get("is_auto_reply"),
        )
        for event in spoken
    ]
    asides = [
        event.at
        for event in log
        if (event.kind == "ticket.status_changed" and event.data["to"] == "on_hold")
        or (event.kind == "ticket.snoozed" and not event.data.get("is_over"))
    ]
    numbers, _last, _ends_at = number_contacts(turns, sorted(asides))
    return {event.data["message"]: number for event, number in zip(spoken, numbers, strict=True)}


def _finished(found: _Open, session_gap: timedelta) -> Contact:
    seconds = seconds_by_kind(found.work.values()) or {}
    return Contact(
        number=found.number,
        started_at=found.started_at,
        last_at=found.last_at,
        channel_id=found.channel_id,
        agent_id=found.agent_id,
        ends_at=found.ends_at(session_gap),
        is_answered=found.is_answered,
        is_answered_by_bot=found.is_answered_by_bot,
        has_call=found.has_call,
        handle_seconds=sum(seconds.values()) if seconds else None,
        **{f"{kind}_seconds": value for kind, value in seconds.items()},
    )
