"""The tickets' place in the admin: which pages there are and who may enter them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from tickets.admin import (
    bot_card,
    bulk,
    call_panel,
    case_verbs,
    changes,
    choices,
    clock_panel,
    decisions,
    files,
    handing_over,
    inbox,
    live,
    macro_menu,
    media,
    new_ticket,
    panel,
    snoozing,
    template_panel,
    tone,
    webchat_install,
    workspace,
    writing,
)
from tickets.admin.doors import AgentRequest, View, door, may_read_tickets, on_ticket
from tickets.models import Ticket
from tickets.selectors.search import search_tickets
from tickets.selectors.timeline import workspace_tickets


def _inbox(request: AgentRequest) -> HttpResponse:
    return bulk.change_selected(request) if request.method == "POST" else inbox.inbox(request)


def _history(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    # The timeline is the history: every event of the ticket stands there.
    return HttpResponseRedirect(reverse("admin:tickets_ticket_change", args=[ticket.pk]))


@admin.register(Ticket)
class TicketAdmin(admin.ModelAdmin):
    """Inbox and workspace instead of changelist and form: every change goes through a service, none through the model."""

    search_fields = ("number",)
    ordering = ("-last_message_at", "-id")

    def has_view_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        return may_read_tickets(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_read_tickets(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        return bool(request.user.is_authenticated and request.user.has_perm("tickets.change_ticket"))

    def has_delete_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(request.user).order_by(*self.get_ordering(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Ticket], search_term: str
    ) -> tuple[QuerySet[Ticket], bool]:
        """For the pickers of other pages: the product's own search instead of LIKE over joins."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=search_tickets(query=search_term, user=request.user)), False

    def get_urls(self) -> list[URLPattern]:
        def named(route: str, view: View, name: str) -> URLPattern:
            return path(route, view, name=f"tickets_ticket_{name}")

        def post(view: View, permission: str) -> View:
            return on_ticket(view, method="POST", permission=permission)

        reply, customer, assign = "tickets.reply_ticket", "tickets.change_customer", "tickets.assign_ticket"
        both = "GET, POST"
        own: list[Any] = [
            named("", door(_inbox, method="GET, POST"), "changelist"),
            named("pane/", door(inbox.pane), "pane"),
            named("choices/<slug:what>/", door(choices.choices), "choices"),
            named("add/", door(new_ticket.new_ticket, method="GET, POST"), "add"),
            named("add/known-addresses/", door(new_ticket.suggestions), "suggestions"),
            named("add/templates/", door(template_panel.of_channel), "channel_templates"),
            named("<int:pk>/", on_ticket(_history), "open"),
            named("<int:pk>/change/", on_ticket(workspace.workspace, tickets=workspace_tickets), "change"),
            named("<int:pk>/history/", on_ticket(_history), "history"),
            named("<int:pk>/messages/", on_ticket(workspace.messages, tickets=workspace.polled_tickets), "messages"),
            named("chat/<int:channel_id>/install/", door(webchat_install.install), "chat_install"),
            named("<int:pk>/live/", on_ticket(live.live, method="GET, POST"), "live"),
            named("<int:pk>/panel/", on_ticket(panel.panel, tickets=panel.panel_tickets), "panel"),
            named("<int:pk>/panel/clocks/", on_ticket(clock_panel.clocks, tickets=panel.panel_tickets), "clocks"),
            named("<int:pk>/bot/", on_ticket(bot_card.card), "bot"),
            named("<int:pk>/ai/draft/", post(bot_card.draft, reply), "ai_draft"),
            named("<int:pk>/ai/summary/", post(bot_card.summary, reply), "ai_summary"),
            named("<int:pk>/panel/decisions/", on_ticket(decisions.decisions), "decisions"),
            named(
                "<int:pk>/hand-over/", on_ticket(handing_over.hand_over, method=both, permission=assign), "hand_over"
            ),
            named("<int:pk>/panel/channels/", on_ticket(panel.preferred_channels), "preferred_channels"),
            named("<int:pk>/panel/prefer/", post(panel.prefer, customer), "prefer"),
            named("<int:pk>/panel/call-back/", post(call_panel.call_back, reply), "call_back"),
            named("<int:pk>/panel/apart/", post(panel.apart, customer), "apart"),
            named("<int:pk>/message/<int:message_id>/html/", on_ticket(files.whole_message), "whole_message"),
            named("<int:pk>/file/<uuid:uuid>/", on_ticket(files.download), "file"),
            named("<int:pk>/picture/<uuid:uuid>/", on_ticket(files.picture), "picture"),
            named("<int:pk>/media/<uuid:uuid>/", on_ticket(media.play), "media"),
            named("<int:pk>/templates/", on_ticket(template_panel.of_ticket, permission=reply), "templates"),
            named("macros/", door(macro_menu.menu_of_selected), "macros_of_selected"),
            named("<int:pk>/macros/", on_ticket(macro_menu.menu, tickets=workspace_tickets), "macros"),
            named("<int:pk>/colleagues/", on_ticket(choices.colleagues, permission=reply), "colleagues"),
            named("<int:pk>/reply/", post(writing.reply, reply), "reply"),
            named("<int:pk>/draft/", post(writing.draft, reply), "draft"),
            named("<int:pk>/tone/", post(tone.tone, reply), "tone"),
            named("<int:pk>/read/", post(writing.read, reply), "read"),
            named("<int:pk>/undo/<int:message_id>/", post(writing.undo, reply), "undo"),
            named("<int:pk>/again/<int:message_id>/", post(writing.again, reply), "again"),
            named("<int:pk>/leave/<int:message_id>/", post(writing.leave, reply), "leave"),
            named("<int:pk>/more/", on_ticket(case_verbs.more), "more"),
            named(
                "<int:pk>/snooze-menu/",
                on_ticket(snoozing.snooze_menu, permission="tickets.change_ticket"),
                "snooze_menu",
            ),
            named("<int:pk>/closing/", on_ticket(case_verbs.closing), "closing"),
            named(
                "<int:pk>/take-back/<int:sequence>/", post(case_verbs.take_back, "tickets.merge_ticket"), "take_back"
            ),
            named("<int:pk>/do/<slug:verb>/", on_ticket(changes.do, method="POST"), "do"),
        ]
        return own
