"""Time limits: which clocks a ticket should have, and when each is due. Pure.

What a clock means (all of them of customers' own words and of people's answers; notes, status clicks, robots and the bot meet none):

- first_response: from the customer's first unanswered message until the first answer of a person. Tickets opened by us have none.
- next_response: from the customer's first unanswered message after that, until the next answer. One cycle each time he waits.
- update: from each answer of a person until the next one, so that nobody is left without news. One cycle an answer.
- resolution: from the opening until it is resolved. Reopened, a new cycle starts with the full time.

A clock stands still in the statuses that its target names. Closing as spam or by a merge cancels what runs; a resolution that no answer
came with cancels the response clocks. A missed limit stays missed: it is a fact, whatever is changed later.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tickets.policies.business_time import Week, add_business_seconds, business_seconds_between

METRICS = ("first_response", "next_response", "update", "resolution")
# In these a response clock stands still unless its target says otherwise: never. The customer still waits.
DEFAULT_PAUSES: dict[str, tuple[str, ...]] = {
    "first_response": (),
    "next_response": (),
    "update": ("pending",),
    "resolution": ("pending", "on_hold"),
}
# What a policy may ask for: what changes on a ticket only when somebody changes it, so that the change can look at the clocks.
POLICY_FIELDS = (
    "channel", "channel_kind", "visibility", "team", "topic", "customer", "organization", "is_vip", "language", "tags", "priority",
)  # fmt: skip
MOST_HISTORY = 60
_OPEN = ("new", "open", "pending", "on_hold")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What of a ticket decides on its clocks."""

    status: str
    is_out: bool  # spam or merged away
    opened_by_agent: bool
    opened_at: datetime
    waiting_since: datetime | None
    first_response_at: datetime | None
    agent_reply_count: int
    resolution_count: int
    last_resolved_at: datetime | None
    # What chooses the policy and its targets.
    priority: str
    chosen_by: tuple[object, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether anything is still to be done."""
        return not self.is_out and self.status in _OPEN


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A clock that should run (or stand still) now."""

    metric: str
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class Measure:
    """How a clock counts: around the clock, or in the open hours of a week."""

    week: Week | None = None

    def after(self, at: datetime, seconds: float) -> datetime | None:
        """The instant so many counted seconds after (or, negative, before) ``at``; None when it never comes."""
        if self.week is None:
            return at + timedelta(seconds=seconds)
        return add_business_seconds(self.week, at=at, seconds=seconds)

    def between(self, start: datetime, end: datetime) -> float:
        """The counted seconds from ``start`` to ``end``."""
        if self.week is None:
            return (end - start).total_seconds()
        return business_seconds_between(self.week, start=start, end=end)


@dataclass(frozen=True, kw_only=True)
class Course:
    """Where a clock stands: due then, or standing still with so much left."""

    due_at: datetime | None
    warn_at: datetime | None
    remaining_seconds: float | None
    paused_at: datetime | None = None


def wanted_clocks(standing: Standing) -> list[Wanted]:
    """The response and resolution clocks that this ticket should have unfinished now; updates hang on what was told before."""
    if not standing.is_open:
        return []
    wanted = []
    is_first = standing.first_response_at is None and not standing.opened_by_agent
    if standing.waiting_since is not None:
        metric = "first_response" if is_first else "next_response"
        wanted.append(Wanted(metric=metric, started_at=standing.waiting_since))
    wanted.append(Wanted(metric="resolution", started_at=standing.opened_at))
    return wanted


def pauses_in_log(
    changes: Sequence[tuple[datetime, str]],
    *,
    started_at: datetime,
    at: datetime,
    status: str,
    pauses_in: Sequence[str],
) -> list[tuple[datetime, datetime | None]]:
    """When a clock stood still between its start and ``at``, from the changes of status (instant, new status) in their order.

    ``status`` is the one at ``at``; a span that goes on has no end. What the log does not tell counts as running time.
    """
    spans: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for changed_at, became in [*changes, (at, status)]:
        moment = min(max(changed_at, started_at), at)
        if since is None and became in pauses_in:
            since = moment
        elif since is not None and became not in pauses_in:
            if moment > since:
                spans.append((since, moment))
            since = None
    return [*spans, (since, None)] if since is not None else spans


def with_mark(actions_due: str, occasion: str) -> str:
    """What is to be carried out once ``occasion`` ("warning" or "breach") has come as well."""
    return "both" if actions_due in ("warning", "both") and occasion == "breach" else occasion


def course_of(
    *,
    started_at: datetime,
    pauses: Sequence[tuple[datetime, datetime | None]],
    seconds: float,
    warn_before_seconds: float | None,
    measure: Measure,
) -> Course:
    """When a clock is due: ``seconds`` of counted time after ``started_at``, what lies in ``pauses`` (in order) left out."""
    left, at = float(seconds), started_at
    for since, until in pauses:
        begun = max(at, since)
        used = max(0.0, measure.between(at, begun))
        if used >= left:
            break
        left -= used
        if until is None:
            return Course(due_at=None, warn_at=None, remaining_seconds=left, paused_at=since)
        at = max(begun, until)
    due_at = measure.after(at, left)
    if due_at is None:
        return Course(due_at=None, warn_at=None, remaining_seconds=left)
    warn_at = measure.after(due_at, -float(warn_before_seconds)) if warn_before_seconds else None
    # Warned of nothing that has not begun: a limit shorter than its warning warns at the start.
    return Course(due_at=due_at, warn_at=max(warn_at, started_at) if warn_at else None, remaining_seconds=None)


@dataclass(frozen=True, kw_only=True)
class TargetRule:
    """One limit of a policy."""

    metric: str
    priority: str
    seconds: int
    clock: str
    warn_before_seconds: int | None
    pauses: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PolicyRule:
    """A policy as the clocks read it. ``targets`` by (metric, priority); priority "" for the others."""

    pk: int
    name: str
    conditions: Mapping[str, object]
    targets: Mapping[tuple[str, str], TargetRule] = field(default_factory=dict)
    has_breach_actions: bool = False

    def target(self, metric: str, priority: str) -> TargetRule | None:
        """The limit for this metric and priority, if there is one."""
        return self.targets.get((metric, priority)) or self.targets.get((metric, ""))


def first_match(policies: Iterable[PolicyRule], holds: Callable[[Mapping[str, object]], bool]) -> PolicyRule | None:
    """The first policy whose conditions hold."""
    return next((policy for policy in policies if holds(policy.conditions)), None)
