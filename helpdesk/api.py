"""The router of ``/api/v1/``: which resources there are. Nothing is published that does not work."""

from typing import Any

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from channels_app.api.channels import BrandViewSet, ChannelViewSet
from helpdesk import views
from helpdesk.accounts.api.agents import AgentViewSet
from helpdesk.accounts.api.job_runs import JobRunViewSet
from tickets.api.attachments import AttachmentViewSet
from tickets.api.conversations import ConversationViewSet
from tickets.api.customers import CustomerViewSet, IdentityViewSet, OrganizationViewSet
from tickets.api.events import TicketEventViewSet
from tickets.api.inbound_events import InboundEventViewSet
from tickets.api.messages import MessageViewSet
from tickets.api.teams import TagViewSet, TeamViewSet
from tickets.api.tickets import TicketViewSet

router = SimpleRouter()
RESOURCES: dict[str, Any] = {
    "agents": AgentViewSet,
    "attachments": AttachmentViewSet,
    "brands": BrandViewSet,
    "channels": ChannelViewSet,
    "conversations": ConversationViewSet,
    "customers": CustomerViewSet,
    "identities": IdentityViewSet,
    "inbound-events": InboundEventViewSet,
    "job-runs": JobRunViewSet,
    "messages": MessageViewSet,
    "organizations": OrganizationViewSet,
    "tags": TagViewSet,
    "teams": TeamViewSet,
    "ticket-events": TicketEventViewSet,
    "tickets": TicketViewSet,
}
for name, viewset in RESOURCES.items():
    router.register(name, viewset, basename=name)


class SwaggerView(SpectacularSwaggerSplitView):
    """The document as pages to read and try out, with the script in a file of its own as our policy wants it."""

    url_name = "api:schema"
    template_name = "helpdesk/api_docs.html"


@csrf_exempt
def unknown_address(request: HttpRequest) -> HttpResponse:
    """404 in the API's words, and no redirect that would lose a body sent without the closing slash."""
    return views.not_found(request)


_version_1: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", staff_member_required(SwaggerView.as_view()), name="docs"),
    *router.urls,
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include(_version_1)),
    re_path(r"^", unknown_address),
]
