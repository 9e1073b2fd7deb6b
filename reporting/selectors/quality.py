"""What stands behind the four goals: messaging against phone, complaints by cause, topics and agents high and low, who was won back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reporting.metrics import METRICS
from reporting.metrics.csat import FEW_VOTES
from reporting.metrics.question import MESSAGING, PHONE, GroupBy, Question, Row

MOST_CAUSES = 8
MOST_LISTED = 5
# A share above this is most of them.
MOSTLY = 0.5
# (metric, column, unit) of the fixed comparison.
COMPARED = (
    ("first-response", "median", "seconds"),
    ("first-response", "share_within_60_minutes", "share"),
    ("handle-time", "mean", "seconds"),
    ("first-contact-resolution", "share_of_handled", "share"),
    ("csat", "mean", "score"),
    ("csat", "count", "count"),
)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One figure on both media; None where nobody knows."""

    metric: str
    column: str
    unit: str
    messaging: float | None
    phone: float | None


@dataclass(frozen=True, kw_only=True)
class ParetoBar:
    """One cause: its complaints, and the share of all that it and those before it make up. ``key`` None: not known."""

    key: str | int | None
    label: str
    count: int
    values: Mapping[str, Any]
    cumulative: float


@dataclass(frozen=True, kw_only=True)
class Pareto:
    """Complaints by cause, the most frequent first; ``rest`` of them lie in ``rest_causes`` further causes."""

    total: int
    bars: Sequence[ParetoBar]
    rest: int
    rest_causes: int


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A topic or an agent with the mean of its votes; ``is_thin``: too few of them to say much."""

    key: str | int | None
    label: str
    mean: float
    count: int
    is_thin: bool


@dataclass(frozen=True, kw_only=True)
class HighAndLow:
    """Who reaches what is aimed at, the best first, and who does not, the worst first; nobody stands in both."""

    high: Sequence[Scored]
    low: Sequence[Scored]


def compare_media(question: Question) -> list[Compared]:
    """The fixed comparison of messaging and phone. One statement a metric."""
    asked = replace(question, group_by=GroupBy.MEDIUM)
    rows = {name: {row.key: row.values for row in METRICS[name].rows(asked)} for name in {it[0] for it in COMPARED}}
    nothing: Mapping[str, Any] = {}
    return [
        Compared(
            metric=name,
            column=column,
            unit=unit,
            messaging=rows[name].get(MESSAGING, nothing).get(column),
            phone=rows[name].get(PHONE, nothing).get(column),
        )
        for name, column, unit in COMPARED
    ]


def complaint_pareto(question: Question, *, group_by: GroupBy = GroupBy.CAUSE) -> Pareto:
    """Complaints by cause (or topic). Causes that nobody has found yet stand where their number puts them."""
    rows = METRICS["complaints"].rows(replace(question, group_by=group_by))
    ordered = sorted(rows, key=lambda row: (-row.values["count"], row.label))
    total = sum(row.values["count"] for row in ordered)
    bars, so_far = [], 0
    for row in ordered[:MOST_CAUSES]:
        so_far += row.values["count"]
        bars.append(
            ParetoBar(
                key=row.key, label=row.label, count=row.values["count"], values=row.values, cumulative=so_far / total
            )
        )
    return Pareto(total=total, bars=bars, rest=total - so_far, rest_causes=max(0, len(ordered) - MOST_CAUSES))


def high_and_low(question: Question, *, group_by: GroupBy, target: float) -> HighAndLow:
    """Topics or agents by the mean of their votes: low below ``target`` (of the goal "happy"), or with more low votes than others.
    Those with enough votes stand before those with few.
    """
    rows = [row for row in METRICS["csat"].rows(replace(question, group_by=group_by)) if row.values["count"]]
    high: list[Scored] = []
    low: list[Scored] = []
    for row in rows:
        if row.key is not None:
            (low if _is_low(row, target) else high).append(_scored(row))
    return HighAndLow(
        high=sorted(high, key=lambda it: (it.is_thin, -it.mean, it.label))[:MOST_LISTED],
        low=sorted(low, key=lambda it: (it.is_thin, it.mean, it.label))[:MOST_LISTED],
    )


def _is_low(row: Row, target: float) -> bool:
    return bool(row.values["mean"] < target or row.values["share_low"] > MOSTLY)


def _scored(row: Row) -> Scored:
    count = row.values["count"]
    return Scored(key=row.key, label=row.label, mean=row.values["mean"], count=count, is_thin=count < FEW_VOTES)


def won_back(question: Question) -> Mapping[str, Any]:
    """The figure of recovery for the whole period."""
    (row,) = METRICS["recovery"].rows(replace(question, group_by=GroupBy.NOTHING))
    return row.values
