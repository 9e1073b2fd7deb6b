"""The four goals: what each is measured by, whether it is met, how it moves, and the line of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Points of the line over one period.
POINTS = 10
# Smaller moves than this share of the earlier value are no news.
STEADY = 0.02


@dataclass(frozen=True, kw_only=True)
class GoalMeasure:
    """``metric`` and ``column`` of its figure; ``unit`` as metrics have them; ``target`` is the one an installation starts with."""

    metric: str
    column: str
    unit: str
    target: float
    label: str | Promise
    is_lower_better: bool = False


MEASURES: Mapping[str, GoalMeasure] = {
    "quick": GoalMeasure(
        metric="first-response", column="share_within_60_minutes", unit="share", target=0.9,
        label=_("answered within 60 minutes"),
    ),
    "efficient": GoalMeasure(
        metric="handle-time", column="mean", unit="seconds", target=600, label=_("average handle time"),
        is_lower_better=True,
    ),
    "solved": GoalMeasure(
        metric="first-contact-resolution", column="share_of_handled", unit="share", target=0.7,
        label=_("solved at the first contact"),
    ),
    "happy": GoalMeasure(
        metric="csat", column="mean", unit="score", target=8.5, label=_("satisfaction, of 10"),
    ),
}  # fmt: skip

# What ``GoalReading.trend`` says, with the share of the move.
TRENDS = {
    "better": _("better by %(share)s than the period before"),
    "worse": _("worse by %(share)s than the period before"),
    "steady": _("as in the period before"),
    "": _("nothing to compare with yet"),
}

# What is not in the figure of a goal yet.
RUNNING_WORDS = {
    "quick": _("still waiting"),
    "efficient": _("contacts still running"),
    "solved": _("not resolved yet"),
    "happy": _("not answered yet"),
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one stretch of time adds up to: ``value`` is ``total`` over ``count``; NULL (None) where there is nothing."""

    total: float = 0
    count: int = 0

    @property
    def value(self) -> float | None:
        return self.total / self.count if self.count else None

    def __add__(self, other: "Part") -> "Part":
        return Part(total=self.total + other.total, count=self.count + other.count)


@dataclass(frozen=True, kw_only=True)
class GoalReading:
    """A goal as it stands: ``now`` is this period, ``before`` the one of the same length before it, ``points`` this period in parts."""

    now: Part
    before: Part
    points: Sequence[Part]
    target: float
    is_lower_better: bool

    @property
    def is_met(self) -> bool | None:
        """None while nobody knows."""
        value = self.now.value
        if value is None:
            return None
        return value <= self.target if self.is_lower_better else value >= self.target

    @property
    def change(self) -> float | None:
        """The move since the period before, as a share of it; None where either is unknown or the earlier one was nothing."""
        value, before = self.now.value, self.before.value
        return None if value is None or not before else (value - before) / before

    @property
    def trend(self) -> str:
        """better, worse, steady, or "" while nobody knows."""
        change = self.change
        if change is None:
            return ""
        if abs(change) < STEADY:
            return "steady"
        return "better" if (change < 0) == self.is_lower_better else "worse"


def read_goal(parts: Mapping[int, Part], *, target: float, is_lower_better: bool) -> GoalReading:
    """The reading from parts numbered from -POINTS (the period before) to POINTS - 1."""
    nothing = Part()
    points = [parts.get(number, nothing) for number in range(POINTS)]
    before = [parts.get(number, nothing) for number in range(-POINTS, 0)]
    return GoalReading(
        now=sum(points, nothing), before=sum(before, nothing), points=points, target=target, is_lower_better=is_lower_better
    )  # fmt: skip


def line_of(values: Sequence[float | None], *, target: float, width: int, height: int) -> tuple[list[str], float]:
    """The line as SVG ``points``, one string per unbroken run (unknown values break it), and the y of the target.

    The axis begins at nothing and ends above the highest value and the target; y grows downwards.
    """
    top = max([value for value in values if value is not None] + [target, 0]) * 1.1 or 1
    step = width / max(1, len(values) - 1)
    runs: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{number * step:.1f},{height - height * value / top:.1f}")
    # One known value between unknown ones is a dot: a line of two points at the same place, with round ends.
    lines = [" ".join(run if len(run) > 1 else run * 2) for run in runs if run]
    return lines, round(height - height * target / top, 1)
