"""Reading the log of one ticket: what an event is, and the log as if every message had always been where it is now. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

_SPOKEN = ("message.received", "ticket.replied")
# What hangs on a message and goes where it goes.
_OF_MESSAGE = (*_SPOKEN, "call.answered", "call.ended", "call.deflected", "work.recorded")

# What says that messages came.
_TELLINGS = ("messages.taken", "ticket.absorbed")


class LoggedEvent(Protocol):
    """What is read of a TicketEvent."""

    @property
    def kind(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor_kind(self) -> str: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, kw_only=True)
class MovedEvent:
    """What came from another ticket with its message, as if it had been written here."""

    kind: str
    sequence: int
    at: datetime
    actor_kind: str
    actor_id: int | None
    data: Mapping[str, Any]


def undone_messages(events: Iterable[LoggedEvent]) -> frozenset[int]:
    """The ids of replies that were taken back before they left: they never happened."""
    return frozenset(event.data["message"] for event in events if event.kind == "message.cancelled")


def is_moved(log: Iterable[LoggedEvent]) -> bool:
    """Whether messages have left the ticket or come to it, so that its contacts were numbered anew."""
    return any(
        event.kind in ("messages.given", "messages.taken")
        or (event.kind == "ticket.absorbed" and "entries" in event.data)
        for event in log
    )


class _Moves:
    """Which messages have left and which have come, with the work on tickets that were merged into this one."""

    def __init__(self, log: Iterable[LoggedEvent]) -> None:
        self.gone: set[int] = set()
        self.came: dict[int, list[MovedEvent]] = {}
        # Merged ticket -> its messages and its work, while it is merged.
        self.merged: dict[int, tuple[list[int], list[MovedEvent]]] = {}
        for event in log:
            if event.kind == "messages.given":
                self.gone |= set(event.data["messages"])
            elif event.kind == "messages.taken":
                self.take(event)
            elif event.kind == "ticket.absorbed" and "entries" in event.data:
                self.take(event)
                work = [
                    _moved("work.recorded", one["started_at"], event, one, "agent", one["agent"])
                    for one in event.data["work"]
                ]
                self.merged[event.data["other"]] = (event.data["messages"], work)
            elif event.kind == "ticket.released":
                self.gone |= set(self.merged.pop(event.data["other"], ([], []))[0])

    def take(self, event: LoggedEvent) -> None:
        self.gone -= set(event.data["messages"])
        self.came |= {entry["message"]: _as_events(entry, event) for entry in event.data["entries"]}


def with_moves_applied(log: Sequence[LoggedEvent]) -> list[LoggedEvent]:
    """The log as if each message had always been on the ticket that has it now: those that left are taken out, those that
    came, alone or with a merged ticket, stand among the others in the order in which messages arrived (their ids rise), and
    not behind the telling that they came. A call goes with its message; other work comes with a merged ticket."""
    moves = _Moves(log)
    if not moves.gone and not moves.came:
        return list(log)
    kept = [event for event in log if event.kind not in _OF_MESSAGE or event.data.get("message") not in moves.gone]
    own = {event.data["message"] for event in kept if event.kind in _SPOKEN}
    coming = [moves.came[message] for message in sorted(moves.came.keys() - own - moves.gone)]
    arranged: list[LoggedEvent] = []
    for event in kept:
        while coming and event.kind in _SPOKEN and coming[0][0].data["message"] < event.data["message"]:
            arranged += coming.pop(0)
        if event.kind in _TELLINGS:
            arranged += [one for events in coming if events[0].sequence == event.sequence for one in events]
            coming = [events for events in coming if events[0].sequence != event.sequence]
        arranged.append(event)
    return arranged + [work for _messages, works in moves.merged.values() for work in works]


def _as_events(entry: Mapping[str, Any], taken: LoggedEvent) -> list[MovedEvent]:
    """The message itself, then the call that it stands for and the work on that."""
    message, agent = entry["message"], entry.get("agent")
    is_reply = entry["kind"] == "replied"
    data = {"message": message, "contact": 0}
    if not is_reply:
        data |= {"sort_at": entry["at"], "is_auto_reply": entry.get("is_auto_reply", False)}
    told = ("agent" if agent is not None else "bot") if is_reply else "customer"
    events = [_moved("ticket.replied" if is_reply else "message.received", entry["at"], taken, data, told, agent)]
    call = entry.get("call", {})
    of_call = {"message": message, "contact": 0}
    if call.get("answered_at"):
        events.append(_moved("call.answered", call["answered_at"], taken, of_call, "agent", call.get("agent")))
    if call.get("ended_at"):
        events.append(_moved("call.ended", call["ended_at"], taken, of_call, "customer", None))
    for work in call.get("work", []):
        events.append(_moved("work.recorded", work["started_at"], taken, work, "agent", work.get("agent")))
    return events


def _moved(
    kind: str, at: str, taken: LoggedEvent, data: Mapping[str, Any], actor_kind: str, actor_id: int | None
) -> MovedEvent:
    return MovedEvent(
        kind=kind,
        sequence=taken.sequence,
        at=datetime.fromisoformat(at),
        actor_kind=actor_kind,
        actor_id=actor_id,
        data=data,
    )
