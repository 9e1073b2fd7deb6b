"""The router of ``/api/v1/``: which resources there are. Nothing is published that does not work."""

from typing import Any, ClassVar

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path, reverse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from channels_app.api.channels import BrandViewSet, ChannelViewSet
from helpdesk import views
from helpdesk.accounts.api.agents import AgentViewSet
from helpdesk.accounts.api.job_runs import JobRunViewSet
from helpdesk.common.api import SIGNED_IN
from helpdesk.common.api.views import StrictParameters
from reporting.api.reports import (
    BotDeflectionReport,
    ComplaintsReport,
    CsatReport,
    DeflectionReport,
    FirstContactResolutionReport,
    FirstResponseReport,
    HandleTimeReport,
    HelpDeflectionReport,
    NextResponseReport,
    RecoveryReport,
    ResolutionReport,
    SlaReport,
    VolumeReport,
)
from surveys.api.incentives import IncentiveViewSet
from surveys.api.invitations import SurveyInvitationViewSet
from surveys.api.recovery_cases import RecoveryCaseViewSet
from surveys.api.responses import SurveyResponseViewSet
from surveys.api.root_causes import RootCauseViewSet
from surveys.api.surveys import SurveyViewSet
from tickets.api.articles import ArticleViewSet
from tickets.api.attachments import AttachmentViewSet
from tickets.api.bots import BotViewSet
from tickets.api.business_hours import BusinessHoursViewSet
from tickets.api.conversations import ConversationViewSet
from tickets.api.customers import CustomerViewSet
from tickets.api.events import TicketEventViewSet
from tickets.api.identities import IdentityViewSet, OrganizationViewSet
from tickets.api.inbound_events import InboundEventViewSet
from tickets.api.macros import MacroViewSet
from tickets.api.messages import MessageViewSet
from tickets.api.quick_replies import QuickReplyViewSet
from tickets.api.reviews import ReviewViewSet
from tickets.api.routing_rules import RoutingRuleViewSet
from tickets.api.sla import PolicyViewSet, TimerViewSet
from tickets.api.teams import TagViewSet, TeamViewSet
from tickets.api.tickets import TicketViewSet
from tickets.api.topics import TopicViewSet

router = SimpleRouter()
RESOURCES: dict[str, Any] = {
    "agents": AgentViewSet,
    "articles": ArticleViewSet,
    "attachments": AttachmentViewSet,
    "bots": BotViewSet,
    "brands": BrandViewSet,
    "business-hours": BusinessHoursViewSet,
    "channels": ChannelViewSet,
    "conversations": ConversationViewSet,
    "customers": CustomerViewSet,
    "identities": IdentityViewSet,
    "inbound-events": InboundEventViewSet,
    "incentives": IncentiveViewSet,
    "job-runs": JobRunViewSet,
    "macros": MacroViewSet,
    "messages": MessageViewSet,
    "organizations": OrganizationViewSet,
    "quick-replies": QuickReplyViewSet,
    "recovery-cases": RecoveryCaseViewSet,
    "reports/bot-deflection": BotDeflectionReport,
    "reports/complaints": ComplaintsReport,
    "reports/csat": CsatReport,
    "reports/deflection": DeflectionReport,
    "reports/first-contact-resolution": FirstContactResolutionReport,
    "reports/first-response": FirstResponseReport,
    "reports/handle-time": HandleTimeReport,
    "reports/help-deflection": HelpDeflectionReport,
    "reports/next-response": NextResponseReport,
    "reports/resolution": ResolutionReport,
    "reports/recovery": RecoveryReport,
    "reports/sla": SlaReport,
    "reports/volume": VolumeReport,
    "reviews": ReviewViewSet,
    "root-causes": RootCauseViewSet,
    "routing-rules": RoutingRuleViewSet,
    "sla-policies": PolicyViewSet,
    "sla-timers": TimerViewSet,
    "survey-invitations": SurveyInvitationViewSet,
    "survey-responses": SurveyResponseViewSet,
    "surveys": SurveyViewSet,
    "tags": TagViewSet,
    "teams": TeamViewSet,
    "ticket-events": TicketEventViewSet,
    "tickets": TicketViewSet,
    "topics": TopicViewSet,
}
for name, viewset in RESOURCES.items():
    router.register(name, viewset, basename=name)


class SwaggerView(SpectacularSwaggerSplitView):
    """The document as pages to read and try out, with the script in a file of its own as our policy wants it."""

    url_name = "api:schema"
    template_name = "helpdesk/api_docs.html"


class ApiRoot(StrictParameters, APIView):
    """What there is, for whoever is signed in."""

    permissions: ClassVar = {"get": SIGNED_IN, "head": SIGNED_IN}

    @extend_schema(responses={200: {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}})
    def get(self, request: Request) -> Response:
        """Each resource with its address."""
        return Response({name: request.build_absolute_uri(reverse(f"api:{name}-list")) for name in RESOURCES})


@csrf_exempt
def unknown_address(request: HttpRequest) -> HttpResponse:
    """404 in the API's words, and no redirect that would lose a body sent without the closing slash."""
    return views.not_found(request)


_version_1: list[URLPattern | URLResolver] = [
    path("", ApiRoot.as_view(), name="root"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", staff_member_required(SwaggerView.as_view()), name="docs"),
    *router.urls,
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(_version_1)),
    re_path(r"^", unknown_address, name="unknown"),
]
