"""The least that a view, or the tuned stock admin, can do for the same page: what ours are measured against."""

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import include, path
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tickets.models import Message, Ticket
from tickets.models.ticket import OPEN_STATUSES

PAGE = 25
# The engine that knows the admin's own templates and none of ours.
STOCK_TEMPLATES = "stock"
TICKET_FIELDS = (
    "id", "number", "subject", "status", "priority", "priority_score", "channel_id", "channel__slug", "channel__name", "customer_id",
    "customer__name", "team_id", "assignee_id", "language", "opened_at", "first_response_at", "last_resolved_at", "closed_at",
    "version", "reopen_count", "last_message_at", "preview", "unread_count",
)  # fmt: skip
MESSAGE_FIELDS = (
    "id", "uuid", "ticket_id", "conversation_id", "channel_id", "direction", "kind", "author", "author_agent_id",
    "author_identity_id", "subject", "text", "reply_text", "flags", "language", "contact_number", "received_at", "sort_at",
    "sent_at", "delivery_state", "error_code",
)  # fmt: skip

# Fenced: the plain form makes the planner walk the messages.
SEARCH = """
WITH hits AS MATERIALIZED (SELECT message_id FROM tickets_messagesearch WHERE vector @@ %s::tsquery LIMIT 500)
SELECT id FROM tickets_ticket WHERE id IN (SELECT ticket_id FROM tickets_message WHERE id IN (SELECT message_id FROM hits))
ORDER BY last_message_at DESC, id DESC LIMIT 25
"""
REPORT = """
SELECT channel_id, count(*), avg(first_response_seconds)::float,
       percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY first_response_seconds)
FROM reporting_ticketfact WHERE opened_at >= statement_timestamp() - interval '30 days' GROUP BY channel_id
"""


class BareView(APIView):
    """A session, a user, and rows as they come from ``.values()``."""

    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]


class BareList(BareView):
    def get(self, request: Request) -> Response:
        rows = Ticket.objects.order_by("-last_message_at", "-id").values(*TICKET_FIELDS)[: PAGE + 1]
        return Response({"results": list(rows[:PAGE]), "next": None})


class BareDetail(BareView):
    def get(self, request: Request, pk: int) -> Response:
        ticket = Ticket.objects.values(*TICKET_FIELDS).get(pk=pk)
        messages = Message.objects.filter(ticket=pk).order_by("sort_at", "id").values(*MESSAGE_FIELDS)[:50]
        return Response(ticket | {"messages": list(messages)})


class BareSearch(BareView):
    def get(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute(SEARCH, [f"'{request.query_params['search']}'"])
            ids = [pk for (pk,) in cursor.fetchall()]
        rows = Ticket.objects.filter(pk__in=ids).order_by("-last_message_at", "-id").values(*TICKET_FIELDS)
        return Response({"results": list(rows), "next": None})


class BareReport(BareView):
    def get(self, request: Request) -> Response:
        with connection.cursor() as cursor:
            cursor.execute(REPORT)
            return Response({"rows": cursor.fetchall()})


class NoCount(Paginator):
    """Counting all tickets costs more than showing some."""

    count = 10**6


class TunedAdmin(admin.ModelAdmin):
    """The stock changelist, with everything that is known to slow it down switched off."""

    list_display = (
        "number",
        "subject",
        "status",
        "priority",
        "last_message_at",
        "unread_count",
        "preview",
        "customer_id",
    )
    ordering = ("-last_message_at", "-id")
    list_per_page = PAGE
    paginator = NoCount
    show_full_result_count = False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        answer = super().changelist_view(request, extra_context)
        answer.using = STOCK_TEMPLATES
        return answer

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(status__in=OPEN_STATUSES, assignee=request.user.pk)


site = admin.AdminSite(name="bare")
site.register(Ticket, TunedAdmin)

urlpatterns = [
    path("bare/list/", BareList.as_view()),
    path("bare/detail/<int:pk>/", BareDetail.as_view()),
    path("bare/search/", BareSearch.as_view()),
    path("bare/report/", BareReport.as_view()),
    path("bare/admin/", site.urls),
    path("", include("helpdesk.urls")),
]
