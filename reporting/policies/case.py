"""From the log of one ticket to how it was solved: by whom it was taken up, at which contact, and in what time. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reporting.policies.contacts import numbered_anew
from reporting.policies.log import LoggedEvent, is_moved, undone_messages, with_moves_applied


@dataclass(kw_only=True)
class CaseValues:
    """Columns of a TicketFact. Seconds by the wall clock; NULL while it was never resolved, and ``resolution_seconds`` also while
    it is open again."""

    is_handled: bool = False
    has_handover: bool = False
    was_put_aside: bool = False
    is_first_contact: bool = False
    first_resolution_seconds: int | None = None
    resolution_seconds: int | None = None


class _Case:
    """The state while the log is read."""

    def __init__(self, log: Sequence[LoggedEvent], numbers: dict[int, int]) -> None:
        self.values = CaseValues()
        self.undone = undone_messages(log)
        self.numbers = numbers
        self.opened_at: datetime | None = None
        self.is_agent_opened = self.has_message = self.is_handed_off = False
        self.contact = 1
        self.answerers: set[int | None] = set()
        self.assignee: int | None = None
        self.pending_since: datetime | None = None
        self.pending = timedelta(0)
        self.is_resolved = False
        self.is_reopened = False
        self.before: tuple[int | None, int | None] = (None, None)

    def opened(self, event: LoggedEvent) -> None:
        self.opened_at = event.at
        self.is_agent_opened = event.data.get("opened_by") == "agent"

    def spoken(self, event: LoggedEvent) -> None:
        number = self.numbers.get(event.data["message"]) or event.data["contact"]
        self.contact = max(self.contact, number)

    def received(self, event: LoggedEvent) -> None:
        if not self.has_message and not self.is_agent_opened:
            self.opened_at = datetime.fromisoformat(event.data["sort_at"])
        self.has_message = True
        if not event.data.get("is_auto_reply"):
            self.spoken(event)

    def replied(self, event: LoggedEvent) -> None:
        if event.data["message"] in self.undone:
            return
        self.spoken(event)
        if event.actor_kind == "agent":
            self.answered(event)

    def call_answered(self, event: LoggedEvent) -> None:
        self.spoken(event)
        self.answered(event)

    def answered(self, event: LoggedEvent) -> None:
        if self.has_message:
            self.values.is_handled = True
            self.answerers.add(event.actor_id)

    def handed_off(self, event: LoggedEvent) -> None:
        self.is_handed_off = True

    def assigned(self, event: LoggedEvent) -> None:
        data, before = event.data, self.assignee
        self.assignee = data.get("to_assignee", self.assignee)
        # A rule that gives it to somebody has asked nobody.
        if self.is_handed_off and event.actor_kind == "agent" and self.assignee not in (None, before):
            self.values.is_handled = True
        if self.is_resolved:
            return
        with_people = event.actor_kind == "agent" or before is not None or bool(self.answerers)
        teams = (data.get("from_team"), data.get("to_team"))
        changes_team = None not in teams and teams[0] != teams[1]
        had_another = before not in (None, self.assignee) or bool(self.answerers - {self.assignee})
        if with_people and (changes_team or (data.get("to_lead") and had_another)):
            self.values.has_handover = True

    def status_changed(self, event: LoggedEvent) -> None:
        self.stop_pending(event.at)
        if event.data["to"] == "on_hold":
            self.values.was_put_aside = True
        elif event.data["to"] == "pending":
            self.pending_since = event.at

    def snoozed(self, event: LoggedEvent) -> None:
        if not event.data.get("is_over"):
            self.values.was_put_aside = True

    def stop_pending(self, at: datetime) -> None:
        if self.pending_since is not None:
            self.pending += at - self.pending_since
        self.pending_since = None

    def resolved(self, event: LoggedEvent) -> None:
        values = self.values
        self.before = (values.first_resolution_seconds, values.resolution_seconds)
        self.stop_pending(event.at)
        self.is_resolved = True
        if self.opened_at is not None:
            values.resolution_seconds = max(0, round((event.at - self.opened_at - self.pending).total_seconds()))
        values.first_resolution_seconds = (
            values.resolution_seconds if values.first_resolution_seconds is None else values.first_resolution_seconds
        )
        values.is_first_contact = (
            self.contact <= 1 and not self.is_reopened and not values.was_put_aside and not values.has_handover
        )

    def reopened(self, event: LoggedEvent) -> None:
        self.is_resolved = self.values.is_first_contact = False
        if event.data.get("is_undo"):
            # "Send and resolve" was taken back within its seconds: the case was never resolved.
            self.values.first_resolution_seconds, self.values.resolution_seconds = self.before
        else:
            self.is_reopened = True

    def unmarked_spam(self, event: LoggedEvent) -> None:
        # It is open again, whatever it was before.
        self.is_resolved = self.values.is_first_contact = False

    def finished(self) -> CaseValues:
        self.values.is_first_contact &= self.values.is_handled
        if not self.is_resolved:
            self.values.resolution_seconds = None
        return self.values


_READERS: dict[str, Callable[[_Case, LoggedEvent], None]] = {
    "ticket.opened": _Case.opened,
    "message.received": _Case.received,
    "ticket.replied": _Case.replied,
    "call.answered": _Case.call_answered,
    "bot.handed_off": _Case.handed_off,
    "ticket.assigned": _Case.assigned,
    "ticket.status_changed": _Case.status_changed,
    "ticket.snoozed": _Case.snoozed,
    "ticket.resolved": _Case.resolved,
    "ticket.reopened": _Case.reopened,
    "ticket.unmarked_spam": _Case.unmarked_spam,
}


def fold_case(events: Iterable[LoggedEvent], *, session_gap: timedelta) -> CaseValues:
    """How the case of one ticket was solved, from its whole log.

    Handled: a human has answered the customer, or the bot has given the case away and a person has taken it or given it to
    somebody; that a rule did is not enough. At the first contact: it is handled and resolved, was never reopened, and until
    it was resolved there was one contact, no hold or snooze, and nobody who had it gave it to another team or to a lead.
    Giving it out for the first time is no hand-over, whoever does it. Resolution: from the customer's first message to the
    (first, last) resolution, without the time in which it waited for him; a case that is open now has no last one.
    """
    raw = list(events)
    log = with_moves_applied(raw)
    case = _Case(log, numbered_anew(log, session_gap) if is_moved(raw) else {})
    for event in log:
        reader = _READERS.get(event.kind)
        if reader is not None:
            reader(case, event)
    return case.finished()
