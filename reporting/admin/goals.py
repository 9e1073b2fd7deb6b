"""The four goals and what stands behind them, on one page; and the form of a goal."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.accounts.models import User
from helpdesk.common.admin import ServiceAdmin
from helpdesk.common.clock import now
from helpdesk.core.services import read_site_settings
from reporting.forms import QuestionForm
from reporting.goal_cards import figures_url, goal_card
from reporting.metrics import METRICS
from reporting.metrics.question import NONE, GroupBy, Question
from reporting.models import Goal
from reporting.policies.goals import MEASURES
from reporting.policies.period import Period, last_days
from reporting.policies.wording import spoken, spoken_share
from reporting.selectors import quality
from reporting.selectors.goals import goal_standings, target_of
from surveys.models import CorrectiveAction

PERIODS = (7, 30, 90, 365)
_TARGET_HELP = {
    "share": gettext_lazy("A share between 0 and 1: 0.9 is 90 percent."),
    "seconds": gettext_lazy("Seconds: 600 are ten minutes."),
    "score": gettext_lazy("From 1 to 10."),
}
_MOST = {"share": 1.0, "score": 10.0, "seconds": 86400.0}


class GoalForm(ModelForm):
    """What is aimed at, by whom and over which period."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = MEASURES[self.instance.kind].unit
        self.fields["target"].help_text = _TARGET_HELP[self.unit]
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(is_active=True, is_staff=True).order_by("first_name", "last_name", "pk")

    def clean_target(self) -> float:
        target: float = self.cleaned_data["target"]
        if not 0 < target <= _MOST[self.unit]:
            self.add_error("target", str(_TARGET_HELP[self.unit]))
        return target


@admin.register(Goal)
class GoalAdmin(ServiceAdmin):
    """``/admin/reporting/goal/?days=90`` or ``?from=2026-03-23&to=2026-03-29``; the rows are made with the installation, nobody
    adds or deletes one."""

    form = GoalForm
    fields = ("target", "owner", "period_days")
    list_title = gettext_lazy("Goals and quality")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("reporting.view_ticketfact"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """All of it for the last 7, 30, 90 or 365 days, the goals for their own periods; or all of it from one day to another.

        Wrong days are told above, and the last 30 days are shown.
        """
        if not self.has_view_permission(request):
            raise PermissionDenied
        only_demo = request.GET.get("demo") == "1"
        zone = ZoneInfo(read_site_settings().time_zone)
        asked, errors = _asked_period(request, zone)
        chosen = request.GET.get("days", "")
        days = int(chosen) if chosen in {str(one) for one in PERIODS} else 30
        standings = goal_standings(request.user, only_demo=only_demo, zone=zone, period=asked)
        question = Question(
            user=request.user, period=asked or last_days(days, at=now(), zone=zone), only_demo=only_demo
        )
        demo = {"demo": "1"} if only_demo else {}
        context = {
            **self.admin_site.each_context(request),
            "title": _("Goals and quality"),
            "opts": self.opts,
            "errors": errors,
            "days": None if asked else days,
            "asked": asked,
            "periods": PERIODS,
            "is_demo": only_demo,
            "demo_query": "&demo=1" if only_demo else "",
            "goals": [goal_card(one, demo) for one in standings],
            "may_set": self.has_change_permission(request),
            **_behind(question, {"from": str(question.period.from_on), "to": str(question.period.to_on), **demo}),
            "lists": _lists(request, question, demo, target=target_of("happy", standings)),
        }
        return render(request, "reporting/quality.html", context)


def _asked_period(request: HttpRequest, zone: ZoneInfo) -> tuple[Period | None, list[tuple[str, str]]]:
    """The period that ``from`` and ``to`` ask for (None: none), and what is wrong with them: (name, text)."""
    given = {name: request.GET[name] for name in ("from", "to") if request.GET.get(name)}
    if not given:
        return None, []
    form = QuestionForm(given, at=now(), zone=zone)
    if not form.is_valid():
        return None, [(name, str(texts[0])) for name, texts in form.errors.items()]
    return form.cleaned_data["period"], []


def _behind(question: Question, period: dict[str, str]) -> dict[str, Any]:
    """Comparison, Pareto and recovery with the ways to their tickets."""
    pareto = quality.complaint_pareto(question)
    most = pareto.bars[0].count if pareto.bars else 1
    recovery = quality.won_back(question)
    columns = {metric.name: {name: label for name, label, _unit in metric.columns} for metric in METRICS.values()}
    return {
        "compared": [
            {
                "label": METRICS[it.metric].label,
                "column": columns[it.metric][it.column],
                "messaging": spoken(it.messaging, it.unit),
                "phone": spoken(it.phone, it.unit),
                "url": figures_url(it.metric, group_by="medium", **period),
            }
            for it in quality.compare_media(question)
        ],
        "pareto": pareto,
        "bars": [
            {
                "bar": bar,
                "width": f"{100 * bar.count / most:.1f}%",
                "cumulative": spoken_share(bar.cumulative),
                "url": figures_url(
                    "complaints", group_by="day", cause=str(bar.key) if bar.key is not None else NONE, **period
                ),
            }
            for bar in pareto.bars
        ],
        "complaints_url": figures_url("complaints", group_by="cause", **period),
        "without_case_url": figures_url("complaints", group_by="cause", show="without_case", **period),
        "recovery": recovery,
        "recovery_url": figures_url("recovery", group_by="cause", **period),
        "running_url": figures_url("recovery", show="running", **period),
    }


def _lists(request: HttpRequest, question: Question, demo: dict[str, str], *, target: float) -> list[dict[str, Any]]:
    """Topics and agents with high and low scores; who may, adds an action or a coaching note right here."""
    may_add = request.user.has_perm("surveys.add_correctiveaction")
    may_coach = request.user.has_perm("surveys.coach_agent")
    add_url = (
        reverse("admin:surveys_correctiveaction_add") if may_add and admin.site.is_registered(CorrectiveAction) else ""
    )
    period = {"from": str(question.period.from_on), "to": str(question.period.to_on), **demo}
    sides = ((GroupBy.TOPIC, _("Topics"), may_add), (GroupBy.AGENT, _("Agents"), may_add and may_coach))
    lists = []
    for group_by, title, may in sides:
        found = quality.high_and_low(question, group_by=group_by, target=target)
        for name, rows in ((_("highest"), found.high), (_("lowest"), found.low)):
            shown = [
                {
                    "it": it,
                    "url": figures_url("csat", group_by="day", **{group_by.value: str(it.key)}, **period),
                    "add_url": f"{add_url}?{group_by.value}={it.key}" if add_url and may and rows is found.low else "",
                }
                for it in rows
            ]
            lists.append({"title": title, "name": name, "rows": shown, "is_agent": group_by is GroupBy.AGENT})
    return lists
