"""One run of ``timers.settle`` over the clocks of one ticket. The rules are in policies/sla.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from helpdesk.common.rows import Batch, key_sequence, next_values
from tickets.models import Call, SLATimer, Ticket, TicketEvent
from tickets.policies.sla import (
    METRICS,
    PolicyRule,
    Standing,
    TargetRule,
    Wanted,
    pauses_in_log,
    wanted_clocks,
    with_mark,
)
from tickets.selectors.sla import active_hours, unfinished
from tickets.services.clock_rows import limits_of, set_course, shape_of, tell

State = SLATimer.State
# A clock of an answer or a wait that was taken back: it is over for good, and a later one is another.
TAKEN_BACK = "taken_back"
_RESPONSES = ("first_response", "next_response")
# What the log says of the status; "" where the event names it.
_STATUS_EVENTS = {"ticket.status_changed": "", "ticket.reopened": "open", "ticket.resolved": "resolved"}
# Between a message and the writing of its clocks no status has changed.
_A_MOMENT = timedelta(seconds=1)
_COLUMNS = (
    "policy", "state", "target_seconds", "warn_before_seconds", "clock", "hours", "pauses_in", "replies_before", "started_at", "pauses",
    "warn_at", "warned_at", "due_at", "paused_at", "remaining_seconds", "met_at", "breached_at", "detected_at", "cancelled_at",
    "actions_due", "actions_tried", "actions_at", "history",
)  # fmt: skip


@dataclass
class Settled:
    """What ``settle`` found: clocks that were missed without anybody noticing before, for the event log."""

    breached: list[SLATimer] = field(default_factory=list)
    has_changed: bool = False


class Settling:
    """Brings ``timers`` (all of the ticket's, oldest first) into line with the ticket as it stands at ``at``.

    ``is_recount``: set-up has changed and nothing has happened on the ticket, so a clock that is late by the new set-up is written
    down as missed, and nobody is woken for it; with ``finds_late`` every one that is late by then. Those the sweep finds otherwise.
    """

    def __init__(
        self,
        *,
        ticket: Ticket,
        standing: Standing,
        policy: PolicyRule | None,
        timers: list[SLATimer],
        at: datetime,
        why: str,
        is_new: bool,
        is_recount: bool,
        finds_late: bool,
    ) -> None:
        self.ticket, self.standing, self.policy = ticket, standing, policy
        self.timers, self.at, self.why = timers, at, why
        self.is_new, self.is_recount, self.finds_late = is_new, is_recount, finds_late
        self.settled = Settled()
        self._changed: dict[int, SLATimer] = {}
        self._made: list[SLATimer] = []
        hours = active_hours()
        self._hours_id, self._weeks = hours.for_ticket(ticket), hours.weeks

    def run(self, batch: Batch) -> Settled:
        """Settle every metric; the rows to be written go into ``batch``."""
        wanted = {clock.metric: clock for clock in wanted_clocks(self.standing)}
        for metric in METRICS:
            self._settle_metric(metric, wanted.get(metric))
        batch.insert(self._made)
        for timer in self._changed.values():
            batch.update(timer, _COLUMNS)
        self.settled.has_changed = bool(self._made or self._changed)
        return self.settled

    def _settle_metric(self, metric: str, wanted: Wanted | None) -> None:
        theirs = [timer for timer in self.timers if timer.metric == metric]
        current = next((timer for timer in reversed(theirs) if unfinished(timer)), None)
        target = self.policy.target(metric, self.standing.priority) if self.policy is not None else None
        if metric == "update":
            wanted = self._wanted_update(theirs)
        if current is not None and (wanted is None or self._is_over(current)):
            self._finish(current)
            current = None
        if wanted is None or target is None:
            if current is not None:
                self._cancel(current, "no_limit")
            return
        if current is None:
            current = self._revived(theirs, wanted)
        if current is None:
            self._start(metric, wanted, target, theirs)
        elif current.state != State.BREACHED:
            self._bring_into_line(current, wanted, target)

    def _wanted_update(self, theirs: Sequence[SLATimer]) -> Wanted | None:
        """One cycle for each answer of a person: it runs from that answer to the next. Reopened, it runs anew."""
        standing = self.standing
        if not standing.is_open or not standing.agent_reply_count:
            return None
        same = [timer for timer in theirs if timer.replies_before == standing.agent_reply_count and _counts(timer)]
        if not same:
            return Wanted(metric="update", started_at=self._answered_at(standing.opened_at))
        known = same[-1]
        resolved_at = standing.last_resolved_at
        if known.cancelled_at is not None and resolved_at is not None and resolved_at >= known.started_at:
            return Wanted(metric="update", started_at=self.at)
        return Wanted(metric="update", started_at=known.started_at)

    def _is_over(self, timer: SLATimer) -> bool:
        """Whether the wanted clock is another one than this: an answer lies between, or was taken back."""
        if timer.metric == "resolution":
            return False
        if timer.metric == "update":
            return timer.replies_before != self.standing.agent_reply_count
        return self._is_answered(timer)

    def _is_answered(self, timer: SLATimer) -> bool:
        return self.standing.agent_reply_count > timer.replies_before

    def _revived(self, theirs: Sequence[SLATimer], wanted: Wanted) -> SLATimer | None:
        """The clock of the same wait that had ended and goes on: an answer, a resolution, spam or a merge was taken back."""
        same = [timer for timer in theirs if _counts(timer) and self._is_of(timer, wanted)]
        if not same:
            return None
        timer = same[-1]
        timer.met_at = timer.cancelled_at = None
        if timer.breached_at is None:
            timer.state = State.RUNNING
        self._tell(timer, "resumed", why=TAKEN_BACK)
        return timer

    def _is_of(self, timer: SLATimer, wanted: Wanted) -> bool:
        if timer.metric == "resolution":
            return timer.replies_before == self.standing.resolution_count
        if timer.metric == "update":
            return (timer.replies_before, timer.started_at) == (self.standing.agent_reply_count, wanted.started_at)
        return timer.started_at == wanted.started_at and not self._is_answered(timer)

    def _start(self, metric: str, wanted: Wanted, target: TargetRule, theirs: Sequence[SLATimer]) -> None:
        standing = self.standing
        is_reopened = metric == "resolution" and standing.resolution_count > 0
        timer = SLATimer(
            ticket_id=self.ticket.pk,
            metric=metric,
            cycle=theirs[-1].cycle + 1 if theirs else 1,
            started_at=self.at if is_reopened else wanted.started_at,
            replies_before=standing.resolution_count if metric == "resolution" else standing.agent_reply_count,
        )
        self._made.append(timer)
        self.timers.append(timer)
        self._take_target(timer, target)
        timer.pauses = self._pauses(timer)
        set_course(timer, self._weeks)
        self._tell(timer, "started", why=self.why)
        self._breach_if_counted_late(timer)

    def _pauses(self, timer: SLATimer) -> list[list[str | None]]:
        """When it stood still since its start, read from the log of the ticket."""
        standing = self.standing
        if not timer.pauses_in:
            return []
        changes: list[tuple[datetime, str]] = []
        if not self.is_new and self.at - timer.started_at > _A_MOMENT:
            log = TicketEvent.objects.filter(ticket_id=self.ticket.pk, kind__in=_STATUS_EVENTS).order_by("sequence")
            told = log.values_list("at", "kind", "data")
            changes = [(at, _STATUS_EVENTS[kind] or str(data["to"])) for at, kind, data in told]
        spans = pauses_in_log(
            changes, started_at=timer.started_at, at=self.at, status=standing.status, pauses_in=timer.pauses_in
        )
        return [[since.isoformat(), until.isoformat() if until else None] for since, until in spans]

    def _take_target(self, timer: SLATimer, target: TargetRule) -> None:
        assert self.policy is not None
        timer.policy_id = self.policy.pk
        timer.target_seconds, timer.clock = target.seconds, target.clock
        timer.warn_before_seconds = target.warn_before_seconds
        timer.hours_id = self._hours_id if target.clock == "business" else None
        timer.pauses_in = list(target.pauses)

    def _bring_into_line(self, timer: SLATimer, wanted: Wanted, target: TargetRule) -> None:
        before, limits, pauses_in = shape_of(timer), limits_of(timer), timer.pauses_in
        self._take_target(timer, target)
        is_retargeted = limits != limits_of(timer)
        is_restarted = timer.metric in _RESPONSES and timer.started_at != wanted.started_at
        if is_restarted:
            timer.started_at = wanted.started_at
        was_paused = bool(timer.pauses) and timer.pauses[-1][1] is None
        is_paused = self.standing.status in timer.pauses_in
        if timer.pauses_in != pauses_in:
            timer.pauses = self._pauses(timer)
        elif is_paused and not was_paused:
            if timer.due_at is not None and timer.due_at <= self.at:
                self._breach(timer)
                return
            timer.pauses = [*timer.pauses, [self.at.isoformat(), None]]
        elif was_paused and not is_paused:
            timer.pauses = [*timer.pauses[:-1], [timer.pauses[-1][0], self.at.isoformat()]]
        set_course(timer, self._weeks)
        if before == shape_of(timer) and not is_retargeted:
            if self.finds_late:
                self._breach_if_counted_late(timer)
            return
        if is_paused != was_paused:
            self._tell(timer, "paused" if is_paused else "resumed", why=self.standing.status)
        else:
            self._tell(timer, "recomputed", why=self.why or ("earlier" if is_restarted else "target"))
        self._breach_if_counted_late(timer)

    def _finish(self, timer: SLATimer) -> None:
        """The ticket wants this clock no more: it was met, in time or late, or there is nothing left to meet."""
        met_at = self._met_at(timer)
        if met_at is None:
            self._cancel(timer, self._why_over(timer))
            return
        timer.met_at = met_at
        if timer.state == State.RUNNING and timer.due_at is not None and met_at > timer.due_at:
            self._breach(timer)
        if timer.state != State.BREACHED:
            timer.state, timer.remaining_seconds = State.MET, None
        self._tell(timer, "met", why=self.why)

    def _met_at(self, timer: SLATimer) -> datetime | None:
        standing = self.standing
        if standing.is_out:
            return None
        if timer.metric == "resolution":
            return standing.last_resolved_at if standing.status in ("resolved", "closed") else None
        if timer.metric == "first_response" and standing.first_response_at is not None:
            return max(standing.first_response_at, timer.started_at)
        if self._is_answered(timer):
            return self._answered_at(timer.started_at)
        return None if timer.metric == "update" else self._spoken_at(timer)

    def _answered_at(self, earliest: datetime) -> datetime:
        """When the answer was sent that has just come: the ticket's last message, or now where that was another's."""
        said_at = self.ticket.last_message_at
        is_ours = not self.ticket.last_message_is_inbound and earliest <= said_at <= self.at
        return said_at if is_ours else self.at

    def _spoken_at(self, timer: SLATimer) -> datetime | None:
        calls = Call.objects.filter(message__ticket_id=self.ticket.pk, answered_at__gte=timer.started_at)
        found: datetime | None = calls.order_by("answered_at").values_list("answered_at", flat=True).first()
        return found

    def _why_over(self, timer: SLATimer) -> str:
        standing = self.standing
        if standing.is_out:
            return "closed"
        if not standing.is_open:
            return standing.status
        is_taken_back = timer.metric == "update" and standing.agent_reply_count < timer.replies_before
        return TAKEN_BACK if is_taken_back else "nobody_waits"

    def _breach_if_counted_late(self, timer: SLATimer) -> None:
        if self.is_recount and timer.due_at is not None and timer.due_at <= self.at:
            self._breach(timer)

    def _breach(self, timer: SLATimer) -> None:
        """Missed before anybody looked: the time that counts is the one at which it was due."""
        timer.state, timer.breached_at, timer.detected_at = State.BREACHED, timer.due_at, self.at
        timer.remaining_seconds = None
        if timer.pk is None:
            # The log names it.
            for made, pk in zip(self._made, next_values(*[key_sequence(SLATimer)] * len(self._made)), strict=True):
                made.pk = pk
        is_left_to_do = timer.met_at is None and not self.is_recount
        if is_left_to_do and self.policy is not None and self.policy.has_breach_actions:
            timer.actions_due, timer.actions_tried, timer.actions_at = with_mark(timer.actions_due, "breach"), 0, None
        self.settled.breached.append(timer)
        self._tell(timer, "breached")

    def _cancel(self, timer: SLATimer, why: str) -> None:
        timer.cancelled_at = self.at
        if timer.state != State.BREACHED:
            timer.state, timer.remaining_seconds = State.CANCELLED, None
        self._tell(timer, "cancelled", why=why)

    def _tell(self, timer: SLATimer, what: str, *, why: str = "") -> None:
        tell(timer, what, at=self.at, why=why)
        if timer.pk is not None and all(timer is not made for made in self._made):
            self._changed[timer.pk] = timer


def _counts(timer: SLATimer) -> bool:
    """Whether the clock can go on: not one of an answer that was taken back."""
    return timer.cancelled_at is None or not timer.history or timer.history[-1].get("why") != TAKEN_BACK
