"""From the log of one ticket to each time its customer waited for a further answer. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from reporting.policies.log import LoggedEvent, undone_messages, with_moves_applied


@dataclass(frozen=True, kw_only=True)
class Wait:
    """From the customer's first unanswered message to the next answer of a human. ``answered_at`` None: he still waits
    (``is_waiting``), or it was resolved without an answer."""

    started_at: datetime
    answered_at: datetime | None = None
    responder_id: int | None = None
    is_waiting: bool = False

    @property
    def seconds(self) -> int | None:
        """By the wall clock; None while nobody has answered."""
        if self.answered_at is None:
            return None
        # Two clocks (the provider's and ours) may disagree by a moment; nobody answers before he is asked.
        return max(0, round((self.answered_at - self.started_at).total_seconds()))


class _Waiting:
    """The state while the log is read."""

    def __init__(self, undone: frozenset[int]) -> None:
        self.undone = undone
        self.has_answer = False
        self.open_since: datetime | None = None
        self.left_since: datetime | None = None
        self.waits: list[Wait] = []

    def received(self, event: LoggedEvent) -> None:
        if event.data.get("is_auto_reply"):
            return
        self.leave_for_good()
        self.since(datetime.fromisoformat(event.data["sort_at"]))

    def since(self, at: datetime) -> None:
        # Further messages of a waiting customer do not move the start.
        self.open_since = min(filter(None, (self.open_since, at)))

    def replied(self, event: LoggedEvent) -> None:
        if event.actor_kind == "agent" and event.data["message"] not in self.undone:
            self.answered(event)

    def answered(self, event: LoggedEvent) -> None:
        if self.open_since is None:
            return
        # The first answer of all is the first response, and another figure.
        if self.has_answer:
            self.waits.append(Wait(started_at=self.open_since, answered_at=event.at, responder_id=event.actor_id))
        self.has_answer, self.open_since, self.left_since = True, None, None

    def handed_over(self, event: LoggedEvent) -> None:
        if "waiting_since" in event.data:
            self.since(datetime.fromisoformat(event.data["waiting_since"]))

    def call_deflected(self, event: LoggedEvent) -> None:
        if not event.data["has_words"]:
            self.open_since = None

    def review_deleted(self, event: LoggedEvent) -> None:
        if event.data.get("is_waiting") is False:
            self.open_since = None

    def ended(self, event: LoggedEvent) -> None:
        self.left_since, self.open_since = self.open_since or self.left_since, None

    def reopened(self, event: LoggedEvent) -> None:
        # Whoever is taken up again without having written waits for what he asked before.
        if not event.data.get("by_message") and self.open_since is None:
            self.open_since, self.left_since = self.left_since, None

    def leave_for_good(self) -> None:
        if self.left_since is not None and self.has_answer:
            self.waits.append(Wait(started_at=self.left_since))
        self.left_since = None

    def finished(self) -> list[Wait]:
        self.leave_for_good()
        if self.open_since is not None and self.has_answer:
            self.waits.append(Wait(started_at=self.open_since, is_waiting=True))
        return self.waits


_READERS: dict[str, Callable[[_Waiting, LoggedEvent], None]] = {
    "message.received": _Waiting.received,
    "ticket.replied": _Waiting.replied,
    "call.answered": _Waiting.answered,
    "call.deflected": _Waiting.call_deflected,
    "ticket.handed_over": _Waiting.handed_over,
    "review.deleted": _Waiting.review_deleted,
    "ticket.resolved": _Waiting.ended,
    "ticket.closed": _Waiting.ended,
    "ticket.reopened": _Waiting.reopened,
}


def fold_waits(events: Iterable[LoggedEvent]) -> list[Wait]:
    """Every wait after the first response, in the order in which they ended; the one that is still open stands last.

    Not an answer: a note, a status click, a bot's reply, an undone reply. Automatic mails of the customer begin no wait.
    """
    log = with_moves_applied(list(events))
    waiting = _Waiting(undone_messages(log))
    for event in log:
        reader = _READERS.get(event.kind)
        if reader is not None:
            reader(waiting, event)
    return waiting.finished()
