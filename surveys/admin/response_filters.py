"""What answers can be narrowed to; the choices come from small tables, never from the answers."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from surveys.models import Answer, Response, Survey, SurveyQuestion
from surveys.policies.questions import CHOICE, question_words
from surveys.policies.scales import SCALES
from tickets.models import Team, Topic

MOST_CHOICES = 100
_TOP = Q()
for _scale in SCALES.values():
    _TOP |= Q(scale=_scale.key, score__gte=_scale.top)
_BANDS = {
    "low": (_("Low"), Q(is_low=True)),
    "middle": (_("In between"), Q(is_low=False) & ~_TOP),
    "top": (_("Very good"), Q(is_low=False) & _TOP),
}
_PERIODS = {
    "1": _("Last 24 hours"), "7": _("Last 7 days"), "30": _("Last 30 days"), "90": _("Last 90 days"), "365": _("Last 12 months"),
}  # fmt: skip


class BandFilter(admin.SimpleListFilter):
    """How good the score was, on whatever scale."""

    title = _("score")
    parameter_name = "band"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _condition) in _BANDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Response]) -> QuerySet[Response]:
        return queryset.filter(_BANDS[self.value()][1]) if self.value() in _BANDS else queryset  # type: ignore[index]


class ScaleFilter(admin.SimpleListFilter):
    title = _("scale")
    parameter_name = "scale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(scale.key, scale.label) for scale in SCALES.values()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Response]) -> QuerySet[Response]:
        return queryset.filter(scale=self.value()) if self.value() in SCALES else queryset


class PeriodFilter(admin.SimpleListFilter):
    """When the vote was given."""

    title = _("period")
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(_PERIODS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Response]) -> QuerySet[Response]:
        days = self.value()
        return queryset.filter(answered_at__gte=now() - timedelta(days=int(days))) if days in _PERIODS else queryset


class CommentFilter(admin.SimpleListFilter):
    """Whether the customer wrote something."""

    title = _("comment")
    parameter_name = "comment"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("With a comment")), ("no", _("Without"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Response]) -> QuerySet[Response]:
        if self.value() == "yes":
            return queryset.exclude(comment="")
        return queryset.filter(comment="") if self.value() == "no" else queryset


class ReasonFilter(admin.SimpleListFilter):
    """Which choice of a further question was among the answers."""

    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        questions = SurveyQuestion.objects.filter(kind=CHOICE).order_by("survey_id", "position")[:MOST_CHOICES]
        labels: dict[str, str] = {}
        for question in questions:
            for key, label in question_words(question, get_language() or "en")[1]:
                labels.setdefault(key, label)
        return list(labels.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Response]) -> QuerySet[Response]:
        chosen = self.value()
        if not chosen:
            return queryset
        return queryset.filter(Exists(Answer.objects.filter(response=OuterRef("pk"), choice=chosen[:40])))


class _RowFilter(admin.SimpleListFilter):
    """By a row of another, small table."""

    model: Any
    column = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = self.model.objects.order_by("pk")[:MOST_CHOICES]
        return [(str(row.pk), getattr(row, "display_name", str(row))) for row in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Response]) -> QuerySet[Response]:
        value = self.value() or ""
        if not (value.isascii() and value.isdecimal() and len(value) < 19):
            return queryset
        return queryset.filter(**{self.column or f"{self.parameter_name}_id": int(value)})


class ChannelFilter(_RowFilter):
    title = _("channel")
    parameter_name = "channel"
    model = Channel


class TeamFilter(_RowFilter):
    title = _("team")
    parameter_name = "team"
    model = Team


class AgentFilter(_RowFilter):
    title = _("agent")
    parameter_name = "agent"
    model = User


class TopicFilter(_RowFilter):
    title = _("topic")
    parameter_name = "topic"
    model = Topic


class SurveyFilter(_RowFilter):
    title = _("survey")
    parameter_name = "survey"
    model = Survey
    column = "invitation__survey_id"


FILTERS = (
    BandFilter, PeriodFilter, CommentFilter, ReasonFilter, ChannelFilter, TeamFilter, AgentFilter, TopicFilter, SurveyFilter,
    ScaleFilter,
)  # fmt: skip
