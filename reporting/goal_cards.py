"""A goal as a card: the figure, its target, how it moves, and the ways to its tickets and its definition."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from reporting.metrics import METRICS
from reporting.policies.goals import RUNNING_WORDS, TRENDS, line_of
from reporting.policies.wording import spoken, spoken_share
from reporting.selectors.goals import GoalStanding

LINE_WIDTH, LINE_HEIGHT = 240, 44
# The tickets behind what still runs.
_RUNNING_SUBSET = {"quick": "waiting", "efficient": "running", "solved": "unresolved", "happy": "unanswered"}


def figures_url(metric: str, **parameters: str) -> str:
    """The page of a figure."""
    return reverse("admin:reporting_ticketfact_changelist") + "?" + urlencode({"metric": metric, **parameters})


def goal_card(standing: GoalStanding, demo: dict[str, str]) -> dict[str, Any]:
    """What the template of a card needs."""
    goal, measure, reading = standing.goal, standing.measure, standing.reading
    values = [point.value for point in reading.points]
    lines, target_y = line_of(values, target=goal.target, width=LINE_WIDTH, height=LINE_HEIGHT)
    period = {"from": str(standing.period.from_on), "to": str(standing.period.to_on), **demo}
    change = abs(reading.change) if reading.change is not None else None
    return {
        "goal": goal,
        "label": measure.label,
        "value": spoken(reading.now.value, measure.unit),
        "target": spoken(goal.target, measure.unit),
        "is_lower_better": measure.is_lower_better,
        "is_met": reading.is_met,
        "trend": reading.trend,
        "trend_words": TRENDS[reading.trend] % {"share": spoken_share(change)},
        "count": reading.now.count,
        "days": len(standing.period.days),
        "running": standing.running,
        "running_words": RUNNING_WORDS[goal.kind],
        "provisional": standing.provisional,
        "provisional_url": figures_url(measure.metric, group_by="day", show="provisional", **period),
        "covered": "" if standing.covered is None else spoken_share(standing.covered),
        "uncovered_url": figures_url(measure.metric, group_by="day", show="unknown", **period),
        "lines": lines,
        "target_y": target_y,
        "width": LINE_WIDTH,
        "height": LINE_HEIGHT,
        "spoken_line": ", ".join(spoken(value, measure.unit) for value in values),
        "definition": METRICS[measure.metric].definition(),
        "owner": goal.owner.display_name if goal.owner is not None else _("nobody yet"),
        "url": figures_url(measure.metric, group_by="day", **period),
        "running_url": figures_url(measure.metric, group_by="day", show=_RUNNING_SUBSET[goal.kind], **period),
        "edit_url": reverse("admin:reporting_goal_change", args=[goal.pk]),
    }
