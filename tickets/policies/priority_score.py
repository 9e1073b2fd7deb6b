"""The priority score: a sum of weighted reasons, each of which can be said in words. Pure, with no clock of its own.

Reasons that grow with the clock (waiting, a time limit that comes near) grow in steps, so that a score stays as it is between two instants;
``Score.changes_at`` says when it has to be made anew.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# code -> points. What an administrator changed replaces single entries. The set priority leads; no other reason outweighs two of its steps.
DEFAULT_WEIGHTS: dict[str, int] = {
    "priority_urgent": 60,
    "priority_high": 30,
    "priority_low": -30,
    "topic_urgent": 20,
    "topic_high": 10,
    "topic_low": -10,
    "topic_sensitive": 20,
    "vip": 20,
    "value": 10,
    "live": 15,
    "public": 20,
    "sentiment_strong": 25,
    "sentiment_negative": 10,
    "waiting_15m": 5,
    "waiting_1h": 10,
    "waiting_4h": 20,
    "waiting_24h": 30,
    "waiting_72h": 40,
    "due_4h": 5,
    "due_1h": 15,
    "due_15m": 25,
    "overdue": 40,
}
_MINUTE, _HOUR = 60, 3600
# Seconds after which the customer has waited so long; the last one reached counts.
WAITING = (
    (15 * _MINUTE, "waiting_15m"), (_HOUR, "waiting_1h"), (4 * _HOUR, "waiting_4h"), (24 * _HOUR, "waiting_24h"),
    (72 * _HOUR, "waiting_72h"),
)  # fmt: skip
# Seconds before the time limit at which it comes so near.
DUE = ((4 * _HOUR, "due_4h"), (_HOUR, "due_1h"), (15 * _MINUTE, "due_15m"), (0, "overdue"))
LARGEST_WEIGHT = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreFacts:
    """What a score is made of. Times are aware; ``value`` is what the CRM says the customer is worth; None: nobody knows."""

    priority: str
    topic_name: str = ""
    topic_priority: str = ""
    topic_is_sensitive: bool = False
    is_vip: bool = False
    value: float | None = None
    channel_name: str = ""
    is_live: bool = False
    is_public: bool = False
    sentiment: str = ""
    sentiment_is_strong: bool = False
    waiting_since: datetime | None = None
    next_due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighing:
    """What the reasons weigh (every code of ``DEFAULT_WEIGHTS``), and from which value on a customer's worth counts."""

    weights: Mapping[str, int]
    value_from: float = 1000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """One reason: a code of ``DEFAULT_WEIGHTS``, its points, and a name that belongs to it (of the topic or the channel)."""

    code: str
    weight: int
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """As ``Ticket.priority_reasons`` keeps it."""
        named = {"detail": self.detail} if self.detail else {}
        return {"code": self.code, "weight": self.weight, **named}


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """``value`` is the sum of the reasons, the heaviest first. ``changes_at``: when the clock alone changes it; None: never."""

    value: int
    reasons: tuple[Reason, ...]
    changes_at: datetime | None


def score(facts: ScoreFacts, *, weighing: Weighing, at: datetime) -> Score:
    """The score of a case at the instant ``at``."""
    codes = [*_standing_reasons(facts, weighing), *_clock_reasons(facts, at)]
    weighed = (Reason(code=code, weight=weighing.weights[code], detail=detail) for code, detail in codes)
    reasons = sorted((reason for reason in weighed if reason.weight), key=lambda reason: -abs(reason.weight))
    return Score(
        value=sum(reason.weight for reason in reasons), reasons=tuple(reasons), changes_at=_next_change(facts, at)
    )


def weights_with(changed: Mapping[str, Any]) -> dict[str, int]:
    """The default weights with those that were changed; entries that are no weight are left out."""
    valid = {
        code: weight
        for code, weight in changed.items()
        if code in DEFAULT_WEIGHTS and isinstance(weight, int) and abs(weight) <= LARGEST_WEIGHT
    }
    return DEFAULT_WEIGHTS | valid


def _standing_reasons(facts: ScoreFacts, weighing: Weighing) -> Iterator[tuple[str, str]]:
    if facts.priority != "normal":
        yield f"priority_{facts.priority}", ""
    if facts.topic_priority not in ("", "normal"):
        yield f"topic_{facts.topic_priority}", facts.topic_name
    if facts.topic_is_sensitive:
        yield "topic_sensitive", facts.topic_name
    if facts.is_vip:
        yield "vip", ""
    if facts.value is not None and facts.value >= weighing.value_from:
        yield "value", ""
    if facts.is_live:
        yield "live", facts.channel_name
    if facts.is_public:
        yield "public", facts.channel_name
    if facts.sentiment == "negative":
        yield ("sentiment_strong" if facts.sentiment_is_strong else "sentiment_negative"), ""


def _clock_reasons(facts: ScoreFacts, at: datetime) -> Iterator[tuple[str, str]]:
    if facts.waiting_since is not None:
        waited = (at - facts.waiting_since).total_seconds()
        reached = [code for seconds, code in WAITING if waited >= seconds]
        if reached:
            yield reached[-1], ""
    if facts.next_due_at is not None:
        left = (facts.next_due_at - at).total_seconds()
        near = [code for seconds, code in DUE if left <= seconds]
        if near:
            yield near[-1], ""


def _next_change(facts: ScoreFacts, at: datetime) -> datetime | None:
    steps: list[datetime] = []
    if facts.waiting_since is not None:
        steps += [facts.waiting_since + timedelta(seconds=seconds) for seconds, _code in WAITING]
    if facts.next_due_at is not None:
        steps += [facts.next_due_at - timedelta(seconds=seconds) for seconds, _code in DUE]
    return min((step for step in steps if step > at), default=None)
