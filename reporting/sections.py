"""The sections of the overview (HELPDESK_DASHBOARD_SECTIONS): each takes the request and gives its HTML."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.core.services import read_site_settings
from reporting.goal_cards import figures_url, goal_card
from reporting.metrics.csat import FEW_VOTES
from reporting.metrics.question import NONE, Question
from reporting.policies.chart import bar_chart
from reporting.policies.period import Period, last_days
from reporting.selectors import overview
from reporting.selectors.goals import goal_standings
from reporting.selectors.overview import LimitRow, Workload
from tickets.policies.sla_words import metric_name

GOAL_DAYS = 30
TRAFFIC_DAYS = 14
MOST_ROWS = 6
MOST_CHANNELS = 12
VIEW_TICKETS = ("tickets.view_ticket", "tickets.view_every_ticket")


def today(request: HttpRequest) -> SafeString:
    """What is open now, and who should be answered next."""
    user = request.user
    if not any(user.has_perm(code) for code in VIEW_TICKETS):
        return SafeString("")
    load = _workload(user)
    context = {
        "load": load,
        "next_tickets": overview.next_tickets(user) if load.waiting_longest_since else [],
        "inbox": reverse("admin:tickets_ticket_changelist"),
        "is_new": not (load.open or load.has_real or load.has_demo),
        "may_set_up": user.has_perm("channels_app.view_channel"),
        "waiting_url": figures_url("first-response", show="waiting", **_demo_parameter(shows_demo(request, load))),
    }
    return render_to_string("reporting/today.html", context)


def goals(request: HttpRequest) -> SafeString:
    """The four goals, how each channel is looked after, and the spread of the votes."""
    return _figures(request, "goals", GOAL_DAYS, _render_goals)


def limits(request: HttpRequest) -> SafeString:
    """Time limits of the last 30 days: kept, missed, still running, and what is late or due within the hour now."""
    # Who has set none pays nothing for them.
    has_limits = request.user.has_perm("reporting.view_ticketfact") and _workload(request.user).has_limits
    return _figures(request, "limits", GOAL_DAYS, _render_limits) if has_limits else SafeString("")


def traffic(request: HttpRequest) -> SafeString:
    """Messages in and out per day for two weeks, as a chart and as a table."""
    return _figures(request, "traffic", TRAFFIC_DAYS, _render_traffic)


def _figures(
    request: HttpRequest, name: str, days: int, render: Callable[[Question, dict[str, Any]], SafeString]
) -> SafeString:
    """A section of figures, kept for a minute for everybody who sees the same figures and tickets in the same language."""
    if not request.user.has_perm("reporting.view_ticketfact"):
        return SafeString("")
    load = _workload(request.user)
    question = Question(user=request.user, period=_period(days), only_demo=shows_demo(request, load))
    shown = {"is_demo": question.only_demo, "can_leave_demo": load.has_real, "can_see_demo": load.has_demo}
    # The limits say what is late now, which goes by the tickets that somebody sees: he may see more figures than tickets.
    scope = f"{overview.figure_scope(request.user)}-{overview.ticket_scope(request.user)}"
    key = f"overview-{name}-{scope}-{shown}-{question.period.to_on}-{question.period.zone}-{get_language()}"
    return overview.kept(hashlib.sha256(key.encode()).hexdigest(), partial(render, question, shown))


def _render_goals(question: Question, shown: dict[str, Any]) -> SafeString:
    responses, satisfaction = overview.responses(question), overview.satisfaction(question)
    standings = goal_standings(question.user, only_demo=question.only_demo, zone=question.period.zone)
    most = max(satisfaction.spread) or 1
    demo = _demo_parameter(question.only_demo)
    context = {
        "days": GOAL_DAYS,
        "goals": [goal_card(standing, demo) for standing in standings],
        "total": responses.total,
        "channels": [_coverage_row(row, demo) for row in responses.channels[:MOST_CHANNELS]],
        "more_channels": max(0, len(responses.channels) - MOST_CHANNELS),
        "volume_url": figures_url("volume", group_by="channel", **demo),
        "response_url": figures_url("first-response", group_by="channel", **demo),
        "waiting_url": figures_url("first-response", show="waiting", **demo),
        "satisfaction": satisfaction,
        "satisfaction_url": figures_url("csat", **demo),
        "low_url": figures_url("csat", show="low", **demo),
        "quality_url": reverse("admin:reporting_goal_changelist") + (f"?{urlencode(demo)}" if demo else ""),
        "spread": [
            (score, count, f"{100 * count / most:.1f}%", f"{100 - 100 * count / most:.1f}%")
            for score, count in enumerate(satisfaction.spread, start=1)
        ],
        "has_few_votes": satisfaction.values["count"] < FEW_VOTES,
        **shown,
    }
    return render_to_string("reporting/goals.html", context)


def _coverage_row(row: overview.ChannelRow, demo: dict[str, str]) -> dict[str, Any]:
    """A channel with the ways to its tickets."""
    return {
        "row": row,
        "url": figures_url("first-response", channel=row.slug, **demo),
        "waiting_url": figures_url("first-response", channel=row.slug, show="waiting", **demo),
        "volume_url": figures_url("volume", channel=row.slug, group_by="day", **demo),
        "width": f"{100 * (row.values['share_within_60_minutes'] or 0):.1f}%",
    }


def _render_limits(question: Question, shown: dict[str, Any]) -> SafeString:
    found = overview.limits(question)
    if not found.metrics:
        return SafeString("")
    load, demo = _workload(question.user), _demo_parameter(question.only_demo)
    met, missed = (sum(getattr(row, name) for row in found.metrics) for name in ("met", "missed"))
    chart = bar_chart([[day.met for day in found.days], [day.missed for day in found.days]])
    context = {
        "days_counted": GOAL_DAYS,
        "attainment": met / (met + missed) if met + missed else None,
        "decided": met + missed,
        "missed": missed,
        "running": sum(row.running for row in found.metrics),
        "load": load,
        "inbox": reverse("admin:tickets_ticket_changelist"),
        "limits_url": figures_url("sla", group_by="limit", **demo),
        "missed_url": figures_url("sla", group_by="limit", show="missed", **demo),
        "running_url": figures_url("sla", group_by="limit", show="running", **demo),
        "tables": [
            (_("Limit"), _limit_rows(found.metrics, "limit", demo, label=metric_name)),
            (_("Channel"), _limit_rows(found.channels[:MOST_ROWS], "channel", demo)),
            (_("Team"), _limit_rows(found.teams[:MOST_ROWS], "team", demo)),
        ],
        "chart": chart,
        "places": [
            {"day": day, "on": on, "bars": bars, "center": center, "is_minor": (len(found.days) - 1 - number) % 5 != 0}
            for number, (day, on, bars, center) in enumerate(
                zip(found.days, question.period.days, chart.groups, chart.centers, strict=True)
            )
        ],
        **shown,
    }
    return render_to_string("reporting/limits.html", context)


def _limit_rows(
    rows: Sequence[LimitRow], group: str, demo: dict[str, str], *, label: Callable[[str], str] = str
) -> list[dict[str, Any]]:
    """Rows of a table, each with the way to its figure, to what was missed and to what still runs."""
    return [
        {
            "row": row,
            "label": label(row.label) if row.label else _("No team"),
            "width": f"{100 * (row.attainment or 0):.1f}%",
            "url": figures_url("sla", **{group: row.key or NONE}, **demo),
            "missed_url": figures_url("sla", show="missed", **{group: row.key or NONE}, **demo),
            "running_url": figures_url("sla", show="running", **{group: row.key or NONE}, **demo),
        }
        for row in rows
    ]


def _render_traffic(question: Question, shown: dict[str, Any]) -> SafeString:
    days = overview.traffic(question.user, question.period, only_demo=question.only_demo)
    chart = bar_chart([[max(0, day.received) for day in days], [max(0, day.sent) for day in days]])
    context = {
        "days": days,
        "chart": chart,
        "places": [
            {"day": day, "bars": bars, "center": center, "is_minor": (len(days) - 1 - number) % 3 != 0}
            for number, (day, bars, center) in enumerate(zip(days, chart.groups, chart.centers, strict=True))
        ],
        "received": sum(day.received for day in days),
        "sent": sum(day.sent for day in days),
        "volume_url": figures_url("volume", group_by="day", **_demo_parameter(question.only_demo)),
        **shown,
    }
    return render_to_string("reporting/traffic.html", context)


def shows_demo(request: HttpRequest, load: Workload) -> bool:
    """Whether the figures are those of the demo data: when asked for, or when there is nothing else yet."""
    asked = request.GET.get("demo")
    if asked in ("0", "1"):
        return asked == "1"
    return load.has_demo and not load.has_real


def _workload(user: Any) -> Workload:
    return overview.kept(f"overview-load-{overview.ticket_scope(user)}", partial(overview.workload, user))


def _zone() -> ZoneInfo:
    return ZoneInfo(read_site_settings().time_zone)


def _period(days: int) -> Period:
    moment: datetime = now()
    return last_days(days, at=moment, zone=overview.kept("overview-zone", _zone))


def _demo_parameter(only_demo: bool) -> dict[str, str]:
    return {"demo": "1"} if only_demo else {}
