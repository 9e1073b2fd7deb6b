"""From the log of one ticket to its facts. Pure: the same events give the same facts, today and in a year."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from reporting.policies.log import LoggedEvent, undone_messages, with_moves_applied


@dataclass(kw_only=True)
class FactValues:
    """The columns of a TicketFact, without those that the log does not know (``is_demo``, ``is_counted``)."""

    channel_id: int | None = None
    team_id: int | None = None
    agent_id: int | None = None
    excluded_because: str = ""
    opened_at: datetime | None = None
    waiting_started_at: datetime | None = None
    first_response_at: datetime | None = None
    first_response_seconds: int | None = None
    first_responder_id: int | None = None
    any_response_seconds: int | None = None
    handed_off_at: datetime | None = None
    hand_off_response_seconds: int | None = None
    is_waiting: bool = False
    first_resolved_at: datetime | None = None
    last_resolved_at: datetime | None = None
    customer_message_count: int = 0
    agent_reply_count: int = 0
    reopen_count: int = 0
    contact_count: int = 0
    survey_count: int = 0
    vote_count: int = 0
    last_score: int | None = None
    last_rating: float | None = None
    follow_up_of: int | None = None
    last_sequence: int = 0


class _Fold:
    """The state while the log is read. One method per kind of event; kinds without one change no fact."""

    def __init__(self, undone: frozenset[int]) -> None:
        self.values = FactValues()
        self.undone = undone
        self.is_merged = self.is_spam = self.is_agent_opened = False
        self.is_over = self.is_resolved = False
        self.resolved_before: tuple[datetime | None, datetime | None] = (None, None)
        self.votes: dict[int, int] = {}

    def opened(self, event: LoggedEvent) -> None:
        self.values.channel_id = event.data["channel"]
        self.values.opened_at = event.at
        self.values.follow_up_of = event.data.get("follow_up_of")
        self.is_agent_opened = event.data.get("opened_by") == "agent"
        # A blocked customer's ticket is born closed, as spam.
        self.is_spam = self.is_over = event.data.get("status") == "closed"

    def received(self, event: LoggedEvent) -> None:
        values = self.values
        wrote_at = datetime.fromisoformat(event.data["sort_at"])
        if values.customer_message_count == 0 and not self.is_agent_opened:
            # The case began when the customer wrote, however late his message was fetched.
            values.opened_at = wrote_at
        values.customer_message_count += 1
        values.contact_count = max(values.contact_count, event.data["contact"])
        if event.data.get("is_auto_reply") or values.first_response_at is not None:
            return
        values.waiting_started_at = min(filter(None, (values.waiting_started_at, wrote_at)))

    def replied(self, event: LoggedEvent) -> None:
        values = self.values
        if event.data["message"] in self.undone or event.actor_kind not in ("agent", "bot"):
            return
        if event.actor_kind == "bot":
            self.anybody_answered(event)
            return
        values.agent_reply_count += 1
        values.contact_count = max(values.contact_count, event.data["contact"])
        self.answered(event)

    def call_answered(self, event: LoggedEvent) -> None:
        """A person picked up: the first answer as much as a written one, and no written reply."""
        self.values.contact_count = max(self.values.contact_count, event.data["contact"])
        self.answered(event)

    def answered(self, event: LoggedEvent) -> None:
        values = self.values
        self.anybody_answered(event)
        if values.first_response_at is not None or values.waiting_started_at is None:
            return
        values.first_response_at = event.at
        values.first_responder_id = event.actor_id
        values.first_response_seconds = _seconds_between(values.waiting_started_at, event.at)
        if values.handed_off_at is not None:
            values.hand_off_response_seconds = _seconds_between(values.handed_off_at, event.at)

    def anybody_answered(self, event: LoggedEvent) -> None:
        values = self.values
        if values.any_response_seconds is None and values.waiting_started_at is not None:
            values.any_response_seconds = _seconds_between(values.waiting_started_at, event.at)

    def handed_off(self, event: LoggedEvent) -> None:
        """The bot gave the case to people; where somebody had answered before, he had taken it himself."""
        if self.values.first_response_at is None and self.values.handed_off_at is None:
            self.values.handed_off_at = event.at

    def call_deflected(self, event: LoggedEvent) -> None:
        """The caller was asked to write: until he does, nobody owes him an answer, unless he has said what it is about."""
        if self.values.first_response_at is None and not event.data["has_words"]:
            self.values.waiting_started_at = None

    def handed_over(self, event: LoggedEvent) -> None:
        """Another application gave the customer to us: from now on he waits, although what he wrote to it asked nothing of us."""
        if self.values.first_response_at is None and "waiting_since" in event.data:
            since = datetime.fromisoformat(event.data["waiting_since"])
            self.values.waiting_started_at = min(filter(None, (self.values.waiting_started_at, since)))

    def review_deleted(self, event: LoggedEvent) -> None:
        """Who took back his review waits for nothing, unless he has asked something else."""
        if self.values.first_response_at is None and event.data.get("is_waiting") is False:
            self.values.waiting_started_at = None

    def assigned(self, event: LoggedEvent) -> None:
        self.values.agent_id = event.data.get("to_assignee", self.values.agent_id)
        self.values.team_id = event.data.get("to_team", self.values.team_id)

    def resolved(self, event: LoggedEvent) -> None:
        self.is_over = self.is_resolved = True
        self.resolved_before = (self.values.first_resolved_at, self.values.last_resolved_at)
        self.values.first_resolved_at = self.values.first_resolved_at or event.at
        self.values.last_resolved_at = event.at

    def reopened(self, event: LoggedEvent) -> None:
        self.is_over = self.is_resolved = False
        if event.data.get("is_undo"):
            # "Send and resolve" was taken back within its seconds: the case was never resolved.
            self.values.first_resolved_at, self.values.last_resolved_at = self.resolved_before
            return
        self.values.reopen_count += 1

    def closed(self, event: LoggedEvent) -> None:
        self.is_over = True

    def merged(self, event: LoggedEvent) -> None:
        self.is_merged = True

    def unmerged(self, event: LoggedEvent) -> None:
        self.is_merged = False

    def moved(self, event: LoggedEvent) -> None:
        # Contacts are numbered anew when messages leave or come; the event says how many there are then.
        self.values.contact_count = event.data["contacts"]

    def marked_spam(self, event: LoggedEvent) -> None:
        self.is_spam = True

    def unmarked_spam(self, event: LoggedEvent) -> None:
        self.is_spam = self.is_over = self.is_resolved = False

    def asked(self, event: LoggedEvent) -> None:
        self.values.survey_count += 1

    def voted(self, event: LoggedEvent) -> None:
        # A changed vote is the same vote.
        self.votes[event.data["invitation"]] = event.data["score"]
        self.values.vote_count = len(self.votes)
        self.values.last_score = event.data["score"]
        # What was voted before there were further scales stands on that of 1 to 10.
        self.values.last_rating = event.data.get("rating", event.data["score"])

    def finished(self) -> FactValues:
        values = self.values
        values.is_waiting = (
            values.waiting_started_at is not None and values.first_response_at is None and not self.is_over
        )
        if not self.is_resolved:
            # Open again: nobody knows when it will have been resolved for the last time.
            values.last_resolved_at = None
        if self.is_merged:
            values.excluded_because = "merged"
        elif self.is_spam:
            values.excluded_because = "spam"
        elif self.is_agent_opened:
            values.excluded_because = "agent_opened"
        return values


def _seconds_between(start: datetime, end: datetime) -> int:
    # Two clocks (the provider's and ours) may disagree by a moment; nobody answers before he is asked.
    return max(0, round((end - start).total_seconds()))


_READERS: dict[str, Callable[[_Fold, LoggedEvent], None]] = {
    "ticket.opened": _Fold.opened,
    "message.received": _Fold.received,
    "ticket.replied": _Fold.replied,
    "call.answered": _Fold.call_answered,
    "call.deflected": _Fold.call_deflected,
    "bot.handed_off": _Fold.handed_off,
    "ticket.handed_over": _Fold.handed_over,
    "review.deleted": _Fold.review_deleted,
    "ticket.assigned": _Fold.assigned,
    "ticket.resolved": _Fold.resolved,
    "ticket.reopened": _Fold.reopened,
    "ticket.closed": _Fold.closed,
    "ticket.merged": _Fold.merged,
    "ticket.unmerged": _Fold.unmerged,
    "ticket.unsplit": _Fold.merged,
    "messages.given": _Fold.moved,
    "messages.taken": _Fold.moved,
    "ticket.marked_spam": _Fold.marked_spam,
    "ticket.unmarked_spam": _Fold.unmarked_spam,
    "survey.sent": _Fold.asked,
    "survey.answered": _Fold.voted,
}


def fold_events(events: Iterable[LoggedEvent]) -> FactValues:
    """The facts of one ticket from its whole log, in the order of its sequence.

    First response: the first public reply of a human minus the first message of the customer that no human had answered.
    Not a reply: a note, a status click, a bot's reply, an undone reply, a reply to a customer who has not written. Further
    messages of a waiting customer do not move the start, and his automatic mails do not set it. A message that was moved to
    another ticket was never here, and one that came from another was always here.
    """
    log = with_moves_applied(list(events))
    fold = _Fold(undone_messages(log))
    for event in log:
        reader = _READERS.get(event.kind)
        if reader is not None:
            reader(fold, event)
        fold.values.last_sequence = max(fold.values.last_sequence, event.sequence)
    return fold.finished()
