"""Beside the conversation: every clock of the ticket, and why it is due when it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format

from helpdesk.common.clock import now
from tickets.admin.doors import AgentRequest, in_zone_of
from tickets.models import SLATimer, Ticket
from tickets.policies.clock_words import begun_words, history_words, pause_words, rule_words, standing_words
from tickets.policies.sla import Measure
from tickets.policies.sla_words import metric_name
from tickets.selectors.sla import active_hours, timers_of, unfinished

MOST_FINISHED = 6
State = SLATimer.State


@dataclass(frozen=True, kw_only=True)
class ShownClock:
    """A clock as the template prints it. ``percent`` of the limit that is used; ``tone``: due, late, met, quiet."""

    metric: str
    rule: str
    begun: str
    started: str
    due_at: datetime | None
    is_counting: bool
    standing: str
    percent: int
    tone: str
    pauses: list[str]
    history: list[tuple[str, str]]


_TONES = {str(State.MET): "met", str(State.CANCELLED): "quiet", str(State.PAUSED): "quiet"}


def clock_panel(ticket: Ticket, user: Any) -> str:
    """The panel; nothing where the ticket never had a time limit. For HELPDESK_WORKSPACE_PANELS, in the site's zone."""
    timers = timers_of(user, ticket)
    if not timers:
        return ""
    running = sorted((t for t in timers if unfinished(t)), key=lambda t: (t.due_at is None, t.due_at, t.pk))
    finished = [timer for timer in reversed(timers) if not unfinished(timer)]
    context = {
        "ticket": ticket,
        "running": [_shown(timer) for timer in running],
        "finished": [_shown(timer) for timer in finished[:MOST_FINISHED]],
        "has_missed": any(timer.breached_at is not None for timer in finished),
        "hidden": max(0, len(finished) - MOST_FINISHED),
    }
    return render_to_string("tickets/clock_panel.html", context)


def clocks(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """The panel alone, after the ticket has changed."""
    with in_zone_of(ticket):
        return HttpResponse(clock_panel(ticket, request.user))


def moment(at: datetime) -> str:
    """An instant in the current zone: "Fri 6 Mar, 17:30"."""
    return date_format(timezone.localtime(at), "D j M, H:i")


def _shown(timer: SLATimer) -> ShownClock:
    week = active_hours().weeks.get(timer.hours_id) if timer.hours_id is not None else None
    measure = Measure(week=week)
    is_late = timer.breached_at is not None or (
        timer.due_at is not None and timer.due_at <= now() and unfinished(timer)
    )
    return ShownClock(
        metric=metric_name(timer.metric),
        rule=rule_words(
            policy=timer.policy.name if timer.policy is not None else "",
            seconds=timer.target_seconds,
            clock=timer.clock,
            hours=timer.hours.name if timer.hours is not None else "",
        ),
        begun=begun_words(timer.metric, timer.cycle),
        started=moment(timer.started_at),
        due_at=timer.due_at,
        is_counting=unfinished(timer) and timer.due_at is not None,
        standing=_standing(timer, measure),
        percent=_percent(timer, measure),
        tone="late" if is_late else _TONES.get(str(timer.state), "due"),
        pauses=pause_words(_pauses(timer), moment),
        history=history_words(timer.history, moment),
    )


def _standing(timer: SLATimer, measure: Measure) -> str:
    ended_at, due_at = timer.met_at, timer.due_at
    overdue = spared = None
    if ended_at is not None and due_at is not None and ended_at > due_at:
        overdue = measure.between(due_at, ended_at)
    elif ended_at is not None and due_at is not None:
        spared = measure.between(ended_at, due_at)
    return standing_words(
        state=timer.state,
        left=timer.remaining_seconds,
        overdue=overdue,
        is_answered=ended_at is not None,
        spared=spared,
    )


def _percent(timer: SLATimer, measure: Measure) -> int:
    if timer.remaining_seconds is not None:
        left = timer.remaining_seconds
    elif timer.due_at is None:
        return 0
    else:
        left = measure.between(min(timer.met_at or timer.cancelled_at or now(), timer.due_at), timer.due_at)
    return round(100 * max(0.0, min(1.0, 1 - left / max(1, timer.target_seconds))))


def _pauses(timer: SLATimer) -> list[tuple[datetime, datetime | None]]:
    return [
        (datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
        for since, until in timer.pauses
    ]
