"""The addresses of the ticket pages, by what they are for: which view stands where, by which method, and who may enter it."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
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
    work,
    workspace,
    writing,
)
from tickets.admin.doors import AgentRequest, View, door, on_ticket
from tickets.models import Ticket
from tickets.selectors.timeline import workspace_tickets

REPLY, CUSTOMER, ASSIGN = "tickets.reply_ticket", "tickets.change_customer", "tickets.assign_ticket"
CHANGE, MERGE = "tickets.change_ticket", "tickets.merge_ticket"
BOTH = "GET, POST"


def ticket_addresses() -> list[URLPattern]:
    """All of them, below the place of tickets in the admin; ``admin:tickets_ticket_<name>`` in ``reverse``."""
    return [*_of_lists(), *_of_the_page(), *_of_the_panel(), *_of_messages(), *_of_the_composer(), *_of_the_case()]


def _named(route: str, view: View, name: str) -> URLPattern:
    return path(route, view, name=f"tickets_ticket_{name}")


def _post(view: View, permission: str) -> View:
    return on_ticket(view, method="POST", permission=permission)


def _inbox(request: AgentRequest) -> HttpResponse:
    return bulk.change_selected(request) if request.method == "POST" else inbox.inbox(request)


def _history(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    # The timeline is the history: every event of the ticket stands there.
    return HttpResponseRedirect(reverse("admin:tickets_ticket_change", args=[ticket.pk]))


def _shortcuts(request: AgentRequest) -> HttpResponse:
    """The keys, fetched by who asks for them."""
    return render(request, "tickets/shortcuts.html")


def _of_lists() -> list[URLPattern]:
    return [
        _named("", door(_inbox, method=BOTH), "changelist"),
        _named("pane/", door(inbox.pane), "pane"),
        _named("choices/<slug:what>/", door(choices.choices), "choices"),
        _named("macros/", door(macro_menu.menu_of_selected), "macros_of_selected"),
        _named("shortcuts/", door(_shortcuts), "shortcuts"),
        _named("add/", door(new_ticket.new_ticket, method=BOTH), "add"),
        _named("add/known-addresses/", door(new_ticket.suggestions), "suggestions"),
        _named("add/templates/", door(template_panel.of_channel), "channel_templates"),
        _named("chat/<int:channel_id>/install/", door(webchat_install.install), "chat_install"),
    ]


def _of_the_page() -> list[URLPattern]:
    return [
        _named("<int:pk>/", on_ticket(_history), "open"),
        _named("<int:pk>/history/", on_ticket(_history), "history"),
        _named("<int:pk>/change/", on_ticket(workspace.workspace, tickets=workspace_tickets), "change"),
        _named("<int:pk>/messages/", on_ticket(workspace.messages, tickets=workspace.polled_tickets), "messages"),
        _named("<int:pk>/live/", on_ticket(live.live, method=BOTH), "live"),
        _named("<int:pk>/read/", _post(writing.read, REPLY), "read"),
        _named("<int:pk>/work/", _post(work.work, REPLY), "work"),
    ]


def _of_the_panel() -> list[URLPattern]:
    return [
        _named("<int:pk>/panel/", on_ticket(panel.panel, tickets=panel.panel_tickets), "panel"),
        _named("<int:pk>/panel/clocks/", on_ticket(clock_panel.clocks, tickets=panel.panel_tickets), "clocks"),
        _named("<int:pk>/panel/decisions/", on_ticket(decisions.decisions), "decisions"),
        _named("<int:pk>/panel/channels/", on_ticket(panel.preferred_channels), "preferred_channels"),
        _named("<int:pk>/panel/prefer/", _post(panel.prefer, CUSTOMER), "prefer"),
        _named("<int:pk>/panel/call-back/", _post(call_panel.call_back, REPLY), "call_back"),
        _named("<int:pk>/panel/apart/", _post(panel.apart, CUSTOMER), "apart"),
    ]


def _of_messages() -> list[URLPattern]:
    return [
        _named("<int:pk>/message/<int:message_id>/html/", on_ticket(files.whole_message), "whole_message"),
        _named("<int:pk>/file/<uuid:uuid>/", on_ticket(files.download), "file"),
        _named("<int:pk>/picture/<uuid:uuid>/", on_ticket(files.picture), "picture"),
        _named("<int:pk>/media/<uuid:uuid>/", on_ticket(media.play), "media"),
        _named("<int:pk>/undo/<int:message_id>/", _post(writing.undo, REPLY), "undo"),
        _named("<int:pk>/again/<int:message_id>/", _post(writing.again, REPLY), "again"),
        _named("<int:pk>/leave/<int:message_id>/", _post(writing.leave, REPLY), "leave"),
    ]


def _of_the_composer() -> list[URLPattern]:
    return [
        _named("<int:pk>/reply/", _post(writing.reply, REPLY), "reply"),
        _named("<int:pk>/draft/", _post(writing.draft, REPLY), "draft"),
        _named("<int:pk>/tone/", _post(tone.tone, REPLY), "tone"),
        _named("<int:pk>/templates/", on_ticket(template_panel.of_ticket, permission=REPLY), "templates"),
        _named("<int:pk>/colleagues/", on_ticket(choices.colleagues, permission=REPLY), "colleagues"),
        _named("<int:pk>/bot/", on_ticket(bot_card.card), "bot"),
        _named("<int:pk>/ai/draft/", _post(bot_card.draft, REPLY), "ai_draft"),
        _named("<int:pk>/ai/summary/", _post(bot_card.summary, REPLY), "ai_summary"),
    ]


def _of_the_case() -> list[URLPattern]:
    hand_over = on_ticket(handing_over.hand_over, method=BOTH, permission=ASSIGN)
    return [
        _named("<int:pk>/more/", on_ticket(case_verbs.more), "more"),
        _named("<int:pk>/macros/", on_ticket(macro_menu.menu, tickets=workspace_tickets), "macros"),
        _named("<int:pk>/snooze-menu/", on_ticket(snoozing.snooze_menu, permission=CHANGE), "snooze_menu"),
        _named("<int:pk>/hand-over/", hand_over, "hand_over"),
        _named("<int:pk>/closing/", on_ticket(case_verbs.closing), "closing"),
        _named("<int:pk>/take-back/<int:sequence>/", _post(case_verbs.take_back, MERGE), "take_back"),
        _named("<int:pk>/do/<slug:verb>/", on_ticket(changes.do, method="POST"), "do"),
    ]
