"""How the four goals stand: one statement each over this period and the one before it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Extract, Floor

from helpdesk.common.clock import now
from reporting.metrics import csat, first_contact_resolution, first_response, handle_time
from reporting.metrics.facts import counted_facts
from reporting.metrics.question import Question
from reporting.models import Goal
from reporting.policies.goals import MEASURES, POINTS, GoalMeasure, GoalReading, Part, read_goal
from reporting.policies.period import Period, last_days


@dataclass(frozen=True, kw_only=True)
class GoalStanding:
    """A goal with its reading; ``running`` is what is not in the figure yet, ``provisional`` what may still change in it.

    ``covered``: the share of what should be in the figure of which anything is known; None where that is all, or nothing there.
    """

    goal: Goal
    measure: GoalMeasure
    period: Period
    reading: GoalReading
    running: int
    provisional: int = 0
    covered: float | None = None


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What one statement gives: part -> what it adds up to; and of this period what still runs, is provisional, should be known."""

    parts: Mapping[int, Part]
    running: int
    provisional: int
    handled: int


def goal_standings(user: Any, *, only_demo: bool, zone: ZoneInfo, period: Period | None = None) -> list[GoalStanding]:
    """The four goals in their order, as ``user`` sees the figures, each over its own period or all over ``period``. Five statements."""
    goals = {goal.kind: goal for goal in Goal.objects.select_related("owner")}
    return [
        _standing(goals[kind], Question(user=user, period=period or _period(goals[kind], zone), only_demo=only_demo))
        for kind in MEASURES
        if kind in goals
    ]


def target_of(kind: str, standings: Iterable[GoalStanding]) -> float:
    """What is aimed at: the goal's own target, or the usual one where the goal is not among them."""
    return next((one.goal.target for one in standings if one.goal.kind == kind), MEASURES[kind].target)


def _period(goal: Goal, zone: ZoneInfo) -> Period:
    return last_days(goal.period_days, at=now(), zone=zone)


def _standing(goal: Goal, question: Question) -> GoalStanding:
    measure = MEASURES[goal.kind]
    period = question.period
    length = period.to_on - period.from_on + timedelta(days=1)
    both = replace(question, period=replace(period, from_on=period.from_on - length))
    found = _READERS[goal.kind](both, period)
    reading = read_goal(found.parts, target=goal.target, is_lower_better=measure.is_lower_better)
    return GoalStanding(
        goal=goal,
        measure=measure,
        period=period,
        reading=reading,
        running=found.running,
        provisional=found.provisional,
        covered=reading.now.count / found.handled if found.handled else None,
    )


def _quick(both: Question, period: Period) -> _Found:
    facts = counted_facts(both, agent=first_response.AGENT)
    rows = _by_part(facts, "opened_at", period).annotate(
        total=Count("pk", filter=Q(first_response_seconds__lte=first_response.GOAL_SECONDS)),
        count=Count("first_response_seconds"),
        running=Count("pk", filter=Q(is_waiting=True)),
    )
    return _read(rows)


def _efficient(both: Question, period: Period) -> _Found:
    over = Q(ends_at__lte=now())
    rows = _by_part(handle_time.handled_contacts(both), "started_at", period).annotate(
        total=Sum("handle_seconds", filter=over),
        count=Count("handle_seconds", filter=over),
        running=Count("pk", filter=~over),
        handled=Count("pk", filter=over),
    )
    return _read(rows)


def _solved(both: Question, period: Period) -> _Found:
    fcr = first_contact_resolution
    cases = _by_part(fcr.handled_cases(both), "opened_at", period)
    rows = cases.annotate(
        total=Count("pk", filter=Q(outcome__in=(fcr.FINAL, fcr.PROVISIONAL))),
        count=Count("pk"),
        running=Count("pk", filter=Q(outcome=fcr.UNRESOLVED)),
        provisional=Count("pk", filter=Q(outcome=fcr.PROVISIONAL)),
    )
    return _read(rows)


def _happy(both: Question, period: Period) -> _Found:
    rows = _by_part(csat.asked_questions(both), "sent_at", period).annotate(
        total=Sum("response__rating"), count=Count("response__rating"), running=Count("pk", filter=Q(state="sent"))
    )
    return _read(rows)


_READERS: Mapping[str, Callable[[Question, Period], _Found]] = {
    "quick": _quick,
    "efficient": _efficient,
    "solved": _solved,
    "happy": _happy,
}


def _by_part(rows: QuerySet[Any], at: str, period: Period) -> QuerySet[Any, dict[str, Any]]:
    """Grouped by the part of the period in which ``at`` lies; parts of the period before are negative."""
    seconds = _seconds(period.ends_at, period.starts_at) / POINTS
    since = ExpressionWrapper(F(at) - Value(period.starts_at), output_field=DurationField())
    part = Cast(Floor(Extract(since, "epoch") / Value(seconds, FloatField())), IntegerField())
    return rows.annotate(part=part).order_by().values("part")


def _seconds(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds()


def _read(rows: QuerySet[Any, dict[str, Any]]) -> _Found:
    parts: dict[int, Part] = {}
    running = provisional = handled = 0
    for row in rows:
        # A clock change makes the period before an hour longer or shorter than this one.
        number = max(-POINTS, min(POINTS - 1, row["part"]))
        parts[number] = parts.get(number, Part()) + Part(total=float(row["total"] or 0), count=row["count"])
        if number >= 0:
            running += row["running"]
            provisional += row.get("provisional", 0)
            handled += row.get("handled", 0)
    return _Found(parts=parts, running=running, provisional=provisional, handled=handled)
