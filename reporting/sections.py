"""The sections of the overview (HELPDESK_DASHBOARD_SECTIONS): each takes the request and gives its HTML."""

from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from helpdesk.common.clock import now
from helpdesk.core.services import read_site_settings
from reporting.metrics.csat import FEW_VOTES
from reporting.metrics.question import Question
from reporting.policies.chart import bar_chart
from reporting.policies.period import Period, last_days
from reporting.selectors import overview
from reporting.selectors.overview import Workload

GOAL_DAYS = 30
TRAFFIC_DAYS = 14
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
        "waiting_url": _figures_url("first-response", show="waiting", **_demo_parameter(request, load)),
    }
    return render_to_string("reporting/today.html", context, request)


def goals(request: HttpRequest) -> SafeString:
    """First response and satisfaction of the last 30 days."""
    if not request.user.has_perm("reporting.view_ticketfact"):
        return SafeString("")
    load, period = _workload(request.user), _period(GOAL_DAYS)
    only_demo = shows_demo(request, load)
    question = Question(user=request.user, period=period, only_demo=only_demo)
    key = f"overview-{{}}-{overview.figure_scope(request.user)}-{only_demo}-{period.to_on}-{period.zone}"
    responses = overview.kept(key.format("responses"), partial(overview.responses, question))
    satisfaction = overview.kept(key.format("satisfaction"), partial(overview.satisfaction, question))
    most = max(satisfaction.spread) or 1
    demo = _demo_parameter(request, load)
    context = {
        "days": GOAL_DAYS,
        "responses": responses,
        "channels": [
            (
                row,
                _figures_url("first-response", channel=row.slug, **demo),
                f"{100 * (row.values['share_within_60_minutes'] or 0):.1f}%",
            )
            for row in responses.channels[:6]
        ],
        "response_url": _figures_url("first-response", **demo),
        "waiting_url": _figures_url("first-response", show="waiting", **demo),
        "late_url": _figures_url("first-response", show="late", **demo),
        "satisfaction": satisfaction,
        "satisfaction_url": _figures_url("csat", **demo),
        "low_url": _figures_url("csat", show="low", **demo),
        "spread": [
            (score, count, f"{100 * count / most:.1f}%", f"{100 - 100 * count / most:.1f}%")
            for score, count in enumerate(satisfaction.spread, start=1)
        ],
        "has_few_votes": satisfaction.values["count"] < FEW_VOTES,
        **_demo_context(load, only_demo),
    }
    return render_to_string("reporting/goals.html", context, request)


def traffic(request: HttpRequest) -> SafeString:
    """Messages in and out per day for two weeks, as a chart and as a table."""
    if not request.user.has_perm("reporting.view_ticketfact"):
        return SafeString("")
    load, period = _workload(request.user), _period(TRAFFIC_DAYS)
    only_demo = shows_demo(request, load)
    key = f"overview-traffic-{overview.figure_scope(request.user)}-{only_demo}-{period.to_on}-{period.zone}"
    days = overview.kept(key, partial(overview.traffic, request.user, period, only_demo=only_demo))
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
        "volume_url": _figures_url("volume", group_by="day", **_demo_parameter(request, load)),
        **_demo_context(load, only_demo),
    }
    return render_to_string("reporting/traffic.html", context, request)


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


def _demo_parameter(request: HttpRequest, load: Workload) -> dict[str, str]:
    return {"demo": "1"} if shows_demo(request, load) else {}


def _demo_context(load: Workload, only_demo: bool) -> dict[str, bool]:
    return {"is_demo": only_demo, "can_leave_demo": load.has_real, "can_see_demo": load.has_demo}


def _figures_url(metric: str, **parameters: str) -> str:
    return reverse("admin:reporting_ticketfact_changelist") + "?" + urlencode({"metric": metric, **parameters})
