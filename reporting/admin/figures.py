"""The page of figures: a metric with its definition, its rows, and the tickets behind them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from helpdesk.common.admin import ReadOnlyAdmin
from helpdesk.common.clock import now
from helpdesk.core.services import read_site_settings
from reporting.forms import QuestionForm
from reporting.metrics import METRICS, Metric
from reporting.metrics.question import FILTERS, NONE, GroupBy, Question, Row
from reporting.models import TicketFact
from reporting.policies.period import Period
from reporting.policies.wording import spoken
from tickets.selectors.inbox import BadCursor, Cursor

PAGE_SIZE = 50
KEPT_PARAMETERS = ("from", "to", "group_by", *FILTERS, "demo", "include_demo")
DEFAULT_METRIC = "first-response"
# Groups, and filters of the same name, that not every metric has.
OWN_GROUPS = (GroupBy.TOPIC, GroupBy.PRIORITY, GroupBy.LIMIT, GroupBy.MEDIUM, GroupBy.CAUSE)


@dataclass(frozen=True, kw_only=True)
class Link:
    """A choice on the page."""

    name: str | Promise
    url: str
    is_current: bool


@admin.register(TicketFact)
class FiguresAdmin(ReadOnlyAdmin):
    """``/admin/reporting/ticketfact/?metric=first-response&from=&to=&group_by=channel&channel=support&show=waiting``."""

    list_title = _lazy("Figures")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The rows are shown as figures; a single one has no page.
        return obj is None and super().has_view_permission(request, obj)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A wrong parameter is told above the form, and the figure of the last 30 days is shown."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        metric = METRICS.get(request.GET.get("metric", ""), METRICS[DEFAULT_METRIC])
        zone = ZoneInfo(read_site_settings().time_zone)
        form = QuestionForm(request.GET, at=now(), zone=zone, groups=metric.groups)
        if not form.is_valid():
            errors = form.errors
            form = QuestionForm({"group_by": "channel"}, at=now(), zone=zone)
            form.full_clean()
        else:
            errors = None
        subset = request.GET.get("show", "")
        only_demo = request.GET.get("demo") == "1"
        question = form.question(request.user, only_demo=only_demo, subset=subset if subset in metric.subsets else "")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Figures"),
            "opts": self.opts,
            "metric": metric,
            "errors": [(name, texts[0]) for name, texts in errors.items()] if errors else [],
            "question": question,
            "form": form,
            "groups": form.fields["group_by"].choices,  # type: ignore[attr-defined]
            "is_demo": only_demo,
            "metrics": _metric_links(request, metric),
            "subsets": _subset_links(request, metric, question.subset),
            "filters": _filter_links(request),
            "table": [_table_row(request, metric, question, row) for row in metric.rows(question)],
            **_tickets(request, metric, question),
        }
        return render(request, "reporting/figures.html", context)


def _address(request: HttpRequest, **changes: str | None) -> str:
    """This page with some parameters changed or, by None, left out; the place in the list is left out always."""
    kept = {name: request.GET[name] for name in ("metric", "show", *KEPT_PARAMETERS) if request.GET.get(name)}
    parameters = {name: value for name, value in (kept | changes).items() if value}
    return reverse("admin:reporting_ticketfact_changelist") + "?" + urlencode(parameters)


def _metric_links(request: HttpRequest, current: Metric) -> list[Link]:
    return [
        Link(
            name=metric.label,
            url=_address(request, metric=metric.name, **_unfit(request, metric)),
            is_current=metric is current,
        )
        for metric in METRICS.values()
    ]


def _unfit(request: HttpRequest, metric: Metric) -> dict[str, str | None]:
    """What another metric does not know: the subset, and groups and filters that are not its own."""
    unfit: dict[str, str | None] = {"show": None}
    if request.GET.get("group_by", "") not in metric.groups:
        unfit["group_by"] = "channel"
    return unfit | {group.value: None for group in OWN_GROUPS if group not in metric.groups}


def _subset_links(request: HttpRequest, metric: Metric, current: str) -> list[Link]:
    named = [("", _("all")), *((name, label) for name, (label, _condition) in metric.subsets.items())]
    return [
        Link(name=label, url=_address(request, show=name or None), is_current=name == current) for name, label in named
    ]


def _filter_links(request: HttpRequest) -> list[Link]:
    """The filters that are set; following one takes it away."""
    return [
        Link(name=f"{name}: {request.GET[name]}", url=_address(request, **{name: None}), is_current=True)
        for name in FILTERS
        if request.GET.get(name)
    ]


def _table_row(request: HttpRequest, metric: Metric, question: Question, row: Row) -> dict[str, Any]:
    values = [spoken(row.values.get(name), unit) for name, _label, unit in metric.columns]
    return {"label": row.label, "url": _row_url(request, question, row), "values": values}


def _row_url(request: HttpRequest, question: Question, row: Row) -> str:
    """Where a row leads: the same figure narrowed to it. The first and the last week or month end with the period."""
    match group_by := question.group_by:
        case (
            GroupBy.CHANNEL
            | GroupBy.TEAM
            | GroupBy.AGENT
            | GroupBy.TOPIC
            | GroupBy.PRIORITY
            | GroupBy.LIMIT
            | GroupBy.MEDIUM
            | GroupBy.CAUSE
        ):
            return _address(
                request, **{group_by.value: str(row.key) if row.key is not None else NONE, "group_by": "day"}
            )
        case GroupBy.DAY:
            return _address(request, **{"from": str(row.key), "to": str(row.key), "group_by": "hour"})
        case GroupBy.WEEK:
            monday = date.fromisoformat(f"{row.key}-1")
            return _days_url(request, question.period, monday, monday + timedelta(days=6))
        case GroupBy.MONTH:
            first = date.fromisoformat(f"{row.key}-01")
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            return _days_url(request, question.period, first, last)
    return ""


def _days_url(request: HttpRequest, period: Period, first: date, last: date) -> str:
    """The days of the period from ``first`` to ``last``, one row each."""
    days = {"from": str(max(first, period.from_on)), "to": str(min(last, period.to_on))}
    return _address(request, **days, group_by="day")


def _tickets(request: HttpRequest, metric: Metric, question: Question) -> dict[str, Any]:
    """The tickets behind the figure, a page by keyset."""
    tickets = metric.tickets(question)
    try:
        after = Cursor.read(request.GET["after"]) if request.GET.get("after") else None
    except BadCursor:
        after = None
    if after is not None:
        tickets = tickets.filter(opened_at__lte=after.at).exclude(opened_at=after.at, pk__gte=after.pk)
    rows = list(tickets[: PAGE_SIZE + 1])
    following = rows[PAGE_SIZE - 1] if len(rows) > PAGE_SIZE else None
    older = f"{_address(request)}&after={Cursor(at=following.opened_at, pk=following.pk)}" if following else ""
    return {"tickets": rows[:PAGE_SIZE], "older_url": older}
