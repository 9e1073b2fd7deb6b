"""The figures at the top of the overview; each function is one statement, cached for a minute per scope of visibility."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import Count, Exists, F, Min, Q, Sum, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Now, TruncDate, TruncDay

from reporting.metrics import csat, first_response, sla
from reporting.metrics.facts import counted_facts
from reporting.metrics.question import Question
from reporting.models import TicketFact, TrafficSlot, sees_every_figure
from reporting.policies.period import Period
from tickets.models import SLATimer, Ticket
from tickets.policies.sla import METRICS
from tickets.selectors.headings import first_words
from tickets.selectors.inbox import is_late_now

KEPT_SECONDS = 60
NEXT_TICKETS = 5
SOON = timedelta(hours=1)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What is open now, as the inbox counts it; ``waiting_longest_since`` is None when nobody waits.

    ``due_soon``: a time limit of theirs is due within the hour.
    ``has_real`` and ``has_demo``: whether there are figures of real tickets, and of demo tickets.
    ``has_limits``: whether a time limit ever ran.
    """

    open: int
    unassigned: int
    unanswered: int
    late: int
    due_soon: int
    waiting_longest_since: datetime | None
    has_real: bool
    has_demo: bool
    has_limits: bool


@dataclass(frozen=True, kw_only=True)
class ChannelRow:
    """One channel: its first responses with ``agents`` (how many people gave them), and its messages in and out."""

    slug: str
    name: str
    values: dict[str, Any]
    received: int = 0
    sent: int = 0


@dataclass(frozen=True, kw_only=True)
class Responses:
    """First response in all and per channel, the busiest channel first; also of channels with messages and no new ticket."""

    total: dict[str, Any]
    channels: Sequence[ChannelRow]


@dataclass(frozen=True, kw_only=True)
class Satisfaction:
    """The votes of the period; ``spread`` is how many gave 1, 2, ... 10."""

    values: dict[str, Any]
    spread: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class LimitRow:
    """How many limits of a group were met, missed, and still run; ``late``: missed and still open. ``key`` "" is none."""

    key: str
    label: str
    met: int
    missed: int
    running: int
    late: int

    @property
    def decided(self) -> int:
        return self.met + self.missed

    @property
    def attainment(self) -> float | None:
        """The share that was met, of the decided ones; None where there are none."""
        return self.met / self.decided if self.decided else None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The time limits that began in the period: by what they are for, per channel, per team, and per day (the key is the day)."""

    metrics: Sequence[LimitRow]
    channels: Sequence[LimitRow]
    teams: Sequence[LimitRow]
    days: Sequence[LimitRow]


@dataclass(frozen=True, kw_only=True)
class TrafficDay:
    on: date
    received: int
    sent: int


def kept(key: str, compute: Callable[[], T]) -> T:
    """What ``compute`` gave within the last minute."""
    found: T | None = cache.get(key)
    if found is None:
        found = compute()
        cache.set(key, found, KEPT_SECONDS)
    return found


def ticket_scope(user: Any) -> str:
    """Users with the same answer see the same tickets."""
    return "every" if user.is_superuser or user.has_perm("tickets.view_every_ticket") else f"user-{user.pk}"


def figure_scope(user: Any) -> str:
    """Users with the same answer see the same figures."""
    return "every" if sees_every_figure(user) else f"user-{user.pk}"


def workload(user: Any) -> Workload:
    """Open tickets that ``user`` may see, demo or not: what the inbox shows when the figure is followed."""
    facts = TicketFact.objects
    row: dict[str, Any] = dict(
        Ticket.objects.visible_to(user)
        .still_open()
        .annotate(everything=Value(1))
        .values("everything")  # grouped by a constant: one row, also when there is no ticket
        .annotate(
            open=Count("pk"),
            unassigned=Count("pk", filter=Q(assignee=None)),
            unanswered=Count("pk", filter=Q(waiting_since__isnull=False, first_response_at=None)),
            late=Count("pk", filter=is_late_now()),
            due_soon=Count("pk", filter=Q(next_due_at__gt=Now(), next_due_at__lte=Now() + SOON)),
            waiting_longest_since=Min("waiting_since"),
            has_real=Exists(facts.filter(is_counted=True)),
            has_demo=Exists(facts.filter(is_demo=True)),
            has_limits=Exists(SLATimer.objects.all()),
        )
        .get()
    )
    return Workload(**{name: value for name, value in row.items() if name != "everything"})


def responses(question: Question) -> Responses:
    """First response times of the period, and the messages of each channel. Two statements."""
    facts = counted_facts(question, agent=first_response.AGENT)
    text = CharField()
    everything = facts.annotate(slug=Value("", text), name=Value("", text)).values("slug", "name")
    channels = facts.annotate(slug=F("channel__slug"), name=F("channel__name")).values("slug", "name")
    aggregates: dict[str, Any] = {**first_response.AGGREGATES, "agents": Count("first_responder", distinct=True)}
    arms = [arm.order_by().annotate(**aggregates) for arm in (everything, channels)]
    messages = _messages(question)
    rows = [_channel_row(row, messages) for row in arms[0].union(arms[1], all=True)]
    total = next(row.values for row in rows if not row.slug)
    # What else is there: channels on which people went on with what they had begun elsewhere, or before.
    rows += [_channel_row(_unopened(slug, one.name), messages) for slug, one in list(messages.items())]
    named = sorted((row for row in rows if row.slug), key=lambda row: (-row.values["count"], -row.received, row.name))
    return Responses(total=total, channels=named)


@dataclass(frozen=True, kw_only=True)
class _Messages:
    name: str
    received: int
    sent: int


def _channel_row(row: dict[str, Any], messages: dict[str, _Messages]) -> ChannelRow:
    """The row of a channel, with its messages, which are taken out of ``messages``."""
    slug, name = row.pop("slug"), row.pop("name")
    found = messages.pop(slug, _Messages(name=name, received=0, sent=0))
    values = first_response.finished(row)
    return ChannelRow(slug=slug, name=name, values=values, received=found.received, sent=found.sent)


def _unopened(slug: str, name: str) -> dict[str, Any]:
    """What the database would say of a channel on which no ticket was opened."""
    counts = dict.fromkeys(("count", "quick", "waiting", "unanswered", "agents"), 0)
    return {"slug": slug, "name": name, "mean": None, "percentiles": None, **counts}


def _messages(question: Question) -> dict[str, _Messages]:
    """Channel's slug -> messages in and out of the period, of conversations that count."""
    slots = TrafficSlot.objects.visible_to(question.user).filter(
        starts_at__gte=question.period.starts_at, starts_at__lt=question.period.ends_at, is_demo=question.only_demo
    )
    sums = (
        slots.order_by()
        .values("channel__slug", "channel__name")
        .annotate(received=Sum("received_count"), sent=Sum("sent_count"))
    )
    return {
        row["channel__slug"]: _Messages(name=row["channel__name"], received=row["received"], sent=row["sent"])
        for row in sums
    }


def satisfaction(question: Question) -> Satisfaction:
    """The votes on the questions asked in the period."""
    # Ratings of other scales lie between the whole numbers; each goes to the nearest.
    nearest = {score: Q(response__rating__gte=score - 0.5, response__rating__lt=score + 0.5) for score in range(1, 11)}
    scores = {f"gave_{score}": Count("pk", filter=condition) for score, condition in nearest.items()}
    row = csat.asked_questions(question).aggregate(**csat.AGGREGATES, **scores)
    spread = [row.pop(name) for name in scores]
    return Satisfaction(values=csat.finished(row), spread=spread)


def limits(question: Question) -> Limits:
    """Time limits kept and missed. One statement."""
    timers = sla.counted_timers(question)
    text = CharField()
    counted = {name: sla.AGGREGATES[name] for name in ("met", "missed", "running", "late")}
    day: Any = Cast(TruncDate("started_at", tzinfo=question.period.zone), text)
    groups: dict[str, tuple[Any, Any]] = {
        "metrics": (F("metric"), F("metric")),
        "channels": (F("ticket__channel__slug"), F("ticket__channel__name")),
        "teams": (Cast("ticket__team_id", text), F("ticket__team__name")),
        "days": (day, day),
    }
    arms = [
        timers.annotate(kind=Value(kind, text), key=Cast(key, text), label=Cast(label, text))
        .order_by()
        .values("kind", "key", "label")
        .annotate(**counted)
        for kind, (key, label) in groups.items()
    ]
    found: dict[str, list[LimitRow]] = {kind: [] for kind in groups}
    rows: Any = arms[0].union(*arms[1:], all=True)
    for row in rows:
        found[row.pop("kind")].append(LimitRow(**{**row, "key": row["key"] or "", "label": row["label"] or ""}))
    order = {metric: place for place, metric in enumerate(METRICS)}
    by_day = {row.key: row for row in found["days"]}
    nothing = {"met": 0, "missed": 0, "running": 0, "late": 0}
    return Limits(
        metrics=sorted(found["metrics"], key=lambda row: order[row.key]),
        channels=sorted(found["channels"], key=lambda row: (-row.decided, row.label)),
        teams=sorted(found["teams"], key=lambda row: (-row.decided, row.label)),
        days=[by_day.get(str(on)) or LimitRow(key=str(on), label=str(on), **nothing) for on in question.period.days],
    )


def traffic(user: Any, period: Period, *, only_demo: bool) -> list[TrafficDay]:
    """Messages in and out for each day of the period, days without any included."""
    slots = TrafficSlot.objects.visible_to(user).filter(
        starts_at__gte=period.starts_at, starts_at__lt=period.ends_at, is_demo=only_demo
    )
    rows = (
        slots.annotate(day=TruncDay("starts_at", tzinfo=period.zone))
        .values("day")
        .annotate(received=Sum("received_count"), sent=Sum("sent_count"))
    )
    found = {row["day"].date(): (row["received"], row["sent"]) for row in rows}
    return [
        TrafficDay(on=day, received=received, sent=sent)
        for day in period.days
        for received, sent in [found.get(day, (0, 0))]
    ]


def next_tickets(user: Any) -> list[Ticket]:
    """Who has waited longest, among the user's own tickets and those that nobody has taken."""
    waiting = Ticket.objects.visible_to(user).still_open().filter(waiting_since__isnull=False)
    mine = waiting.filter(Q(assignee=user) | Q(assignee=None)).select_related("customer", "channel")
    mine = mine.annotate(first_words=first_words())
    return list(mine.order_by("waiting_since", "pk")[:NEXT_TICKETS])
