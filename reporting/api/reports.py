"""``/api/v1/reports/…``: figures with their definitions."""

from collections.abc import Iterable
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.clock import now
from helpdesk.core.services import read_site_settings
from reporting.api.rendering import CsvRenderer, DeclaredFormats
from reporting.forms import QuestionForm
from reporting.metrics import METRICS, Metric
from reporting.metrics.metric import COMMON_GROUPS, FACT_GROUPS
from reporting.metrics.question import MESSAGING, PHONE, Question
from reporting.models import TicketFact
from tickets.models import Metric as Limit
from tickets.models import Ticket

PARAMETERS = ("from", "to", "group_by", "channel", "team", "agent", "include_demo", "format")


class ReportRow(serializers.Serializer):
    """One group. Seconds are wall-clock seconds, shares lie between 0 and 1; what nobody knows is null, never 0."""

    key = serializers.JSONField(
        allow_null=True, help_text="A slug, an id, a day, a week, a month or an hour; null: none."
    )
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    mean = serializers.FloatField(allow_null=True)
    median = serializers.FloatField(allow_null=True)
    p90 = serializers.FloatField(allow_null=True)


@extend_schema_serializer(many=False)
class ReportRead(serializers.Serializer):
    metric = serializers.CharField()
    definition = serializers.CharField()
    to = serializers.DateField()
    group_by = serializers.CharField(allow_null=True)
    rows = ReportRow(many=True)
    drilldown_url = serializers.URLField()

    def get_fields(self) -> dict[str, Any]:
        # The name is a word of the language and cannot be an attribute of a class.
        fields = super().get_fields()
        return fields | {"from": serializers.DateField()}


def _parameter(name: str, description: str, **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, required=False, description=description, **options)


DESCRIBED = [
    _parameter("from", "First day, included, in the site's time zone (2026-01-31). Default: the 30 days up to `to`."),
    _parameter("to", "Last day, included. Default: today."),
    _parameter(
        "group_by",
        "One row for each; without it one row for all.",
        enum=[value.value for value in COMMON_GROUPS if value],
    ),
    _parameter("channel", "Only this channel (its slug)."),
    _parameter("team", "Only this team (its id, or `none`)."),
    _parameter("agent", "Only this agent (an id, or `none`)."),
    _parameter("include_demo", "Count demo tickets too.", enum=["true", "false"]),
    _parameter("format", "The form of the answer.", enum=["json", "csv"]),
]


SLA_DESCRIBED = [
    *(described for described in DESCRIBED if described.name != "group_by"),
    _parameter(
        "group_by",
        "One row for each; without it one row for all.",
        enum=[value.value for value in METRICS["sla"].groups if value],
    ),
    _parameter("topic", "Only this topic (its id, or `none`)."),
    _parameter("priority", "Only this priority.", enum=list(Ticket.Priority.values)),
    _parameter("limit", "Only this kind of limit.", enum=list(Limit.values)),
]


TOPIC_DESCRIBED = [
    *(described for described in DESCRIBED if described.name != "group_by"),
    _parameter(
        "group_by",
        "One row for each; without it one row for all.",
        enum=[value.value for value in METRICS["next-response"].groups if value],
    ),
    _parameter("topic", "Only this topic (its id, or `none`)."),
]


FACT_PARAMETERS = (*PARAMETERS, "topic", "medium")
FACT_DESCRIBED = [
    *(described for described in DESCRIBED if described.name != "group_by"),
    _parameter(
        "group_by",
        "One row for each; without it one row for all.",
        enum=[value.value for value in FACT_GROUPS if value],
    ),
    _parameter("topic", "Only this topic (its id, or `none`)."),
    _parameter("medium", "Only what is written, or only what is spoken.", enum=[MESSAGING, PHONE]),
]


CAUSE_DESCRIBED = [
    *(described for described in FACT_DESCRIBED if described.name != "group_by"),
    _parameter(
        "group_by",
        "One row for each; without it one row for all.",
        enum=[value.value for value in METRICS["complaints"].groups if value],
    ),
    _parameter("cause", "Only this root cause (its id, or `none`)."),
]


class ReportViewSet(ResourceViewSet):
    """What every report shares. Subclasses name their metric."""

    queryset = TicketFact.objects.none()
    metric: ClassVar[Metric]
    resource = "reports"
    permissions: ClassVar = {"list": ("reporting.view_ticketfact",)}
    renderer_classes = (JSONRenderer, CsvRenderer)
    content_negotiation_class = DeclaredFormats
    pagination_class = None  # type: ignore[assignment]
    filter_backends = ()
    http_method_names = ["get", "head"]

    def known_parameters(self) -> Iterable[str]:
        return PARAMETERS

    def list(self, request: Request) -> Response:
        zone = ZoneInfo(read_site_settings().time_zone)
        parameters = {name: value for name, value in request.query_params.items() if name != "format"}
        form = QuestionForm(parameters, at=now(), zone=zone, groups=self.metric.groups)
        if not form.is_valid():
            raise ValidationError({name: [str(text) for text in texts] for name, texts in form.errors.items()})
        question = form.question(self.caller)
        answer = Response(
            {
                "metric": self.metric.name,
                "definition": self.metric.definition(),
                "from": str(question.period.from_on),
                "to": str(question.period.to_on),
                "group_by": question.group_by.value or None,
                "rows": [
                    {"key": row.key, "label": row.label, **_ordered(row.values)} for row in self.metric.rows(question)
                ],
                "drilldown_url": self._drilldown_url(question),
            }
        )
        if isinstance(request.accepted_renderer, CsvRenderer):
            name = f"{self.metric.name}-{question.period.from_on}-{question.period.to_on}.csv"
            answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def handle_exception(self, error: Exception) -> Response:
        # A refusal is JSON, whatever form the figures were asked in.
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = "application/json"
        return super().handle_exception(error)

    def _drilldown_url(self, question: Question) -> str:
        parameters = {
            "metric": self.metric.name,
            "from": str(question.period.from_on),
            "to": str(question.period.to_on),
            "group_by": question.group_by.value,
            **question.filters(),
            "include_demo": "true" if question.include_demo else "",
        }
        query = urlencode({name: value for name, value in parameters.items() if value})
        return f"{settings.SITE_URL.rstrip('/')}{reverse('admin:reporting_ticketfact_changelist')}?{query}"


def _ordered(values: Any) -> dict[str, Any]:
    """The columns that every report has, then its own."""
    first = ("count", "mean", "median", "p90")
    return {name: values[name] for name in first} | {name: value for name, value in values.items() if name not in first}


class FactReportViewSet(ReportViewSet):
    """Of figures that can be told apart by topic and by medium too."""

    def known_parameters(self) -> Iterable[str]:
        return FACT_PARAMETERS


class VolumeReport(FactReportViewSet):
    metric = METRICS["volume"]

    @extend_schema(responses=ReportRead(many=False), parameters=FACT_DESCRIBED)
    def list(self, request: Request) -> Response:
        """How many tickets customers opened; messages in and out, resolved and reopened beside it."""
        return super().list(request)


class FirstResponseReport(FactReportViewSet):
    metric = METRICS["first-response"]

    @extend_schema(responses=ReportRead(many=False), parameters=FACT_DESCRIBED)
    def list(self, request: Request) -> Response:
        """How long customers waited for the first answer of a human; who still waits stands beside it."""
        return super().list(request)


class NextResponseReport(ReportViewSet):
    metric = METRICS["next-response"]

    def known_parameters(self) -> Iterable[str]:
        return (*PARAMETERS, "topic")

    @extend_schema(responses=ReportRead(many=False), parameters=TOPIC_DESCRIBED)
    def list(self, request: Request) -> Response:
        """How long customers waited for each further answer, by the wall clock and in business hours."""
        return super().list(request)


class ResolutionReport(FactReportViewSet):
    metric = METRICS["resolution"]

    @extend_schema(responses=ReportRead(many=False), parameters=FACT_DESCRIBED)
    def list(self, request: Request) -> Response:
        """How long it took until cases were solved, without the time in which they waited for the customer."""
        return super().list(request)


class FirstContactResolutionReport(FactReportViewSet):
    metric = METRICS["first-contact-resolution"]

    @extend_schema(responses=ReportRead(many=False), parameters=FACT_DESCRIBED)
    def list(self, request: Request) -> Response:
        """How many cases were solved at the first contact, of those handled and of those resolved; provisional ones are counted."""
        return super().list(request)


class HandleTimeReport(FactReportViewSet):
    metric = METRICS["handle-time"]

    @extend_schema(responses=ReportRead(many=False), parameters=FACT_DESCRIBED)
    def list(self, request: Request) -> Response:
        """How long people worked on a contact, all of them together; the share of contacts where that is known stands beside it."""
        return super().list(request)


class SlaReport(ReportViewSet):
    metric = METRICS["sla"]

    def known_parameters(self) -> Iterable[str]:
        return (*PARAMETERS, "topic", "priority", "limit")

    @extend_schema(responses=ReportRead(many=False), parameters=SLA_DESCRIBED)
    def list(self, request: Request) -> Response:
        """How many time limits were kept, of those that are decided; what still runs stands beside it."""
        return super().list(request)


class CsatReport(FactReportViewSet):
    metric = METRICS["csat"]

    @extend_schema(responses=ReportRead(many=False), parameters=FACT_DESCRIBED)
    def list(self, request: Request) -> Response:
        """How satisfied customers were, from 1 to 10, and how many answered."""
        return super().list(request)


class CauseReportViewSet(ReportViewSet):
    """Of figures that can be told apart by topic, by medium and by root cause."""

    def known_parameters(self) -> Iterable[str]:
        return (*FACT_PARAMETERS, "cause")


class RecoveryReport(CauseReportViewSet):
    metric = METRICS["recovery"]

    @extend_schema(responses=ReportRead(many=False), parameters=CAUSE_DESCRIBED)
    def list(self, request: Request) -> Response:
        """How many unhappy customers were won back, how soon somebody apologised, and what one of them cost."""
        return super().list(request)


class ComplaintsReport(CauseReportViewSet):
    metric = METRICS["complaints"]

    @extend_schema(responses=ReportRead(many=False), parameters=CAUSE_DESCRIBED)
    def list(self, request: Request) -> Response:
        """Low votes, bad reviews and angry tickets, each ticket once; by cause they are the complaint Pareto."""
        return super().list(request)


class DeflectionReport(ReportViewSet):
    metric = METRICS["deflection"]

    @extend_schema(responses=ReportRead(many=False), parameters=DESCRIBED)
    def list(self, request: Request) -> Response:
        """How many callers who heard the menu went on in writing; what became of the others stands beside it."""
        return super().list(request)


class HelpDeflectionReport(ReportViewSet):
    metric = METRICS["help-deflection"]

    @extend_schema(responses=ReportRead(many=False), parameters=DESCRIBED)
    def list(self, request: Request) -> Response:
        """How many visits of the help pages no contact followed. They belong to no channel, team or agent."""
        return super().list(request)


class BotDeflectionReport(ReportViewSet):
    metric = METRICS["bot-deflection"]

    @extend_schema(responses=ReportRead(many=False), parameters=DESCRIBED)
    def list(self, request: Request) -> Response:
        """How many talks of the bot spared a person; what became of the others stands beside it."""
        return super().list(request)
