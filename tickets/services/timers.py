"""The clocks of one ticket, brought into line with the ticket in the transaction of every change.

``settle`` looks at where the ticket stands and makes its clocks agree: started, paused, resumed, met, missed, cancelled, counted anew.
It can run any number of times. The rules are in policies/sla.py; due clocks are found by services/enforcement.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from helpdesk.common.clock import now
from helpdesk.common.rows import Batch, columns, fetch_all, read
from tickets.models import Call, SLATimer, Ticket
from tickets.policies.conditions import holds
from tickets.policies.sla import (
    METRICS,
    MOST_HISTORY,
    Measure,
    PolicyRule,
    Standing,
    TargetRule,
    Wanted,
    course_of,
    first_match,
    wanted_clocks,
)
from tickets.selectors.sla import active_hours, active_policies, unfinished
from tickets.services.facts import TicketFacts

State = SLATimer.State
_TIMERS = f"SELECT {columns(SLATimer, 't')} FROM tickets_slatimer t WHERE t.ticket_id = %s ORDER BY t.id"  # noqa: S608  names of the model
_COLUMNS = (
    "policy", "state", "target_seconds", "warn_before_seconds", "clock", "hours", "pauses_in", "replies_before", "started_at", "pauses",
    "warn_at", "warned_at", "due_at", "paused_at", "remaining_seconds", "met_at", "breached_at", "detected_at", "cancelled_at",
    "actions_due", "history",
)  # fmt: skip


@dataclass
class Settled:
    """What ``settle`` found: clocks that were missed without anybody noticing before, for the event log."""

    breached: list[SLATimer] = field(default_factory=list)


def standing_of(ticket: Ticket) -> Standing:
    """What of the ticket decides on its clocks."""
    return Standing(
        status=ticket.status,
        is_out=ticket.is_spam or ticket.merged_into_id is not None,
        opened_by_agent=ticket.opened_by_agent,
        opened_at=ticket.opened_at,
        waiting_since=ticket.waiting_since,
        first_response_at=ticket.first_response_at,
        agent_reply_count=ticket.agent_reply_count,
        resolution_count=ticket.resolution_count,
        last_resolved_at=ticket.last_resolved_at,
        priority=ticket.priority,
        chosen_by=(ticket.team_id, ticket.topic_id, ticket.language, ticket.customer_id),
    )


def remember_standing(ticket: Ticket) -> None:
    """Note where a ticket stands when its row is locked, so that a change which touches no clock costs nothing."""
    ticket.__dict__["_standing"] = standing_of(ticket)


def is_moved(ticket: Ticket) -> bool:
    """Whether something that decides on clocks has changed since ``remember_standing``, or may have."""
    return bool(ticket.__dict__.get("_standing") != standing_of(ticket))


def status_before(ticket: Ticket) -> str | None:
    """The status that ``remember_standing`` has seen; None where it was not called."""
    standing = ticket.__dict__.get("_standing")
    return standing.status if standing is not None else None


def settle(
    ticket: Ticket,
    *,
    at: datetime | None = None,
    batch: Batch | None = None,
    known: Mapping[str, Any] | None = None,
    is_new: bool = False,
    why: str = "",
) -> Settled:
    """Bring the clocks of a ticket, whose row the caller holds locked, into line with it; sets ``next_due_at`` and ``sla_policy_id``.

    The caller saves these two columns. ``batch``: put the rows there rather than writing them now. ``known``: facts for the policies'
    conditions; ``is_new``: the ticket has no row and no clocks yet; ``why``: a word for the history.
    """
    settled = Settled()
    remember_standing(ticket)
    policies = active_policies()
    if not policies and ticket.sla_policy_id is None:
        return settled
    moment = at or now()
    facts = TicketFacts(ticket, known=known, at=moment)
    policy = first_match(policies, lambda conditions: holds(conditions, facts))
    if policy is None and ticket.sla_policy_id is None:
        return settled
    timers = [] if is_new else [read(row, SLATimer)[0] for row in fetch_all(_TIMERS, [ticket.pk])]
    _Settling(ticket, policy, timers, moment, why, settled).run(batch)
    ticket.sla_policy_id = policy.pk if policy is not None else None
    due = [timer.due_at for timer in timers if unfinished(timer) and timer.due_at is not None]
    ticket.next_due_at = min(due, default=None)
    return settled


class _Settling:
    """One run of ``settle``."""

    def __init__(
        self,
        ticket: Ticket,
        policy: PolicyRule | None,
        timers: list[SLATimer],
        at: datetime,
        why: str,
        settled: Settled,
    ) -> None:
        self.ticket, self.policy, self.timers, self.at, self.why = ticket, policy, timers, at, why
        self.standing = standing_of(ticket)
        self.settled = settled
        self._changed: dict[int, SLATimer] = {}
        self._made: list[SLATimer] = []
        hours = active_hours()
        self._hours_id, self._weeks = hours.for_ticket(ticket), hours.weeks

    def run(self, batch: Batch | None) -> None:
        wanted = {clock.metric: clock for clock in wanted_clocks(self.standing)}
        for metric in METRICS:
            self._settle_metric(metric, wanted.get(metric))
        writing = batch or Batch()
        writing.insert(self._made)
        for timer in self._changed.values():
            writing.update(timer, _COLUMNS)
        if batch is None:
            writing.run()

    def _settle_metric(self, metric: str, wanted: Wanted | None) -> None:
        theirs = [timer for timer in self.timers if timer.metric == metric]
        current = next((timer for timer in reversed(theirs) if unfinished(timer)), None)
        target = self.policy.target(metric, self.standing.priority) if self.policy is not None else None
        if metric == "update":
            wanted = self._wanted_update(theirs, current)
        if current is not None and (wanted is None or self._is_over(current, wanted)):
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

    def _wanted_update(self, theirs: list[SLATimer], current: SLATimer | None) -> Wanted | None:
        """One cycle for each answer of a person: it runs from that answer to the next."""
        standing = self.standing
        if standing.is_out or standing.status in ("resolved", "closed") or not standing.agent_reply_count:
            return None
        if current is None and any(timer.replies_before == standing.agent_reply_count for timer in theirs):
            return None
        started_at = current.started_at if current and not self._is_answered(current) else self.at
        return Wanted(metric="update", cycle_hint=standing.agent_reply_count, started_at=started_at)

    def _is_answered(self, timer: SLATimer) -> bool:
        return self.standing.agent_reply_count > timer.replies_before

    def _is_over(self, timer: SLATimer, wanted: Wanted) -> bool:
        """Whether the wanted clock is another one than this: an answer or a resolution lies between."""
        if timer.metric == "resolution":
            return False
        return self._is_answered(timer)

    def _revived(self, theirs: list[SLATimer], wanted: Wanted) -> SLATimer | None:
        """The clock of the same wait that had ended and goes on: an answer or a resolution was taken back."""
        last = theirs[-1] if theirs else None
        if last is None or last.state not in (State.MET, State.CANCELLED, State.BREACHED):
            return None
        if wanted.metric == "resolution":
            is_same = last.cycle == wanted.cycle_hint
        else:
            is_same = last.started_at == wanted.started_at and not self._is_answered(last)
        if not is_same:
            return None
        last.met_at = last.cancelled_at = None
        if last.breached_at is None:
            last.state = State.RUNNING
        self._tell(last, "resumed", why="taken_back")
        return last

    def _start(self, metric: str, wanted: Wanted, target: TargetRule, theirs: list[SLATimer]) -> None:
        cycle = theirs[-1].cycle + 1 if theirs else 1
        is_first = metric != "resolution" or cycle == 1
        timer = SLATimer(
            ticket_id=self.ticket.pk,
            metric=metric,
            cycle=cycle,
            started_at=wanted.started_at if is_first else self.at,
            replies_before=self.standing.agent_reply_count,
        )
        self._made.append(timer)
        self.timers.append(timer)
        self._take_target(timer, target)
        if self.standing.status in timer.pauses_in:
            timer.pauses = [[self.at.isoformat(), None]]
        self._run_course(timer)
        self._tell(timer, "started", why=self.why)

    def _take_target(self, timer: SLATimer, target: TargetRule) -> None:
        assert self.policy is not None
        timer.policy_id = self.policy.pk
        timer.target_seconds, timer.clock = target.seconds, target.clock
        timer.warn_before_seconds = target.warn_before_seconds
        timer.hours_id = self._hours_id if target.clock == "business" else None
        timer.pauses_in = list(target.pauses)

    def _bring_into_line(self, timer: SLATimer, wanted: Wanted, target: TargetRule) -> None:
        before = (timer.due_at, timer.remaining_seconds is None, timer.state)
        limits = self._limits(timer)
        self._take_target(timer, target)
        is_retargeted = limits != self._limits(timer)
        is_restarted = (
            timer.metric != "resolution" and timer.metric != "update" and timer.started_at != wanted.started_at
        )
        if is_restarted:
            timer.started_at = wanted.started_at
        was_paused = bool(timer.pauses) and timer.pauses[-1][1] is None
        is_paused = self.standing.status in timer.pauses_in
        if is_paused and not was_paused:
            if timer.due_at is not None and timer.due_at <= self.at:
                self._breach(timer)
                return
            timer.pauses = [*timer.pauses, [self.at.isoformat(), None]]
        elif was_paused and not is_paused:
            timer.pauses = [*timer.pauses[:-1], [timer.pauses[-1][0], self.at.isoformat()]]
        self._run_course(timer)
        if before == (timer.due_at, timer.remaining_seconds is None, timer.state) and not is_retargeted:
            return
        if is_paused != was_paused:
            self._tell(timer, "paused" if is_paused else "resumed", why=self.standing.status)
        else:
            self._tell(timer, "recomputed", why=self.why or ("earlier" if is_restarted else "target"))

    @staticmethod
    def _limits(timer: SLATimer) -> tuple[Any, ...]:
        return (timer.target_seconds, timer.warn_before_seconds, timer.clock, timer.hours_id, tuple(timer.pauses_in))

    def _run_course(self, timer: SLATimer) -> None:
        """Set when it is due from what is known of it."""
        week = self._weeks.get(timer.hours_id) if timer.hours_id is not None else None
        pauses = [
            (datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
            for since, until in timer.pauses
        ]
        course = course_of(
            started_at=timer.started_at,
            pauses=pauses,
            seconds=timer.target_seconds,
            warn_before_seconds=timer.warn_before_seconds,
            measure=Measure(week=week),
        )
        timer.due_at, timer.remaining_seconds = course.due_at, course.remaining_seconds
        timer.paused_at = course.paused_at
        if timer.warned_at is None:
            timer.warn_at = course.warn_at
        timer.state = State.RUNNING if course.due_at is not None else State.PAUSED

    def _finish(self, timer: SLATimer) -> None:
        """The ticket wants this clock no more: it was met, in time or late, or there is nothing left to meet."""
        met_at = self._met_at(timer)
        if met_at is None:
            self._cancel(timer, "closed" if self.standing.is_out else self.standing.status)
            return
        if timer.state == State.RUNNING and timer.due_at is not None and met_at > timer.due_at:
            self._breach(timer)
        timer.met_at = met_at
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
            return self.at
        return None if timer.metric == "update" else self._spoken_at(timer)

    def _spoken_at(self, timer: SLATimer) -> datetime | None:
        calls = Call.objects.filter(message__ticket_id=self.ticket.pk, answered_at__gte=timer.started_at)
        found: datetime | None = calls.order_by("answered_at").values_list("answered_at", flat=True).first()
        return found

    def _breach(self, timer: SLATimer) -> None:
        """Missed before anybody looked: the time that counts is the one at which it was due."""
        timer.state, timer.breached_at, timer.detected_at = State.BREACHED, timer.due_at, self.at
        timer.remaining_seconds = None
        self.settled.breached.append(timer)
        self._tell(timer, "breached")

    def _cancel(self, timer: SLATimer, why: str) -> None:
        timer.cancelled_at = self.at
        if timer.state != State.BREACHED:
            timer.state, timer.remaining_seconds = State.CANCELLED, None
        self._tell(timer, "cancelled", why=why)

    def _tell(self, timer: SLATimer, what: str, *, why: str = "") -> None:
        entry = {"at": self.at.isoformat(), "what": what}
        if timer.due_at is not None:
            entry["due_at"] = timer.due_at.isoformat()
        if why:
            entry["why"] = why
        timer.history = [*timer.history, entry][-MOST_HISTORY:]
        if timer.pk is not None:
            self._changed[timer.pk] = timer
