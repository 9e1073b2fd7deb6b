"""The menu of macros on a ticket: what each would send and do, and running one."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.common.errors import NotVisible, PermissionRefused
from tickets.admin.action_words import action_words, names_for
from tickets.admin.choices import Option
from tickets.admin.doors import AgentRequest
from tickets.admin.inbox import inbox_url, view_of
from tickets.admin.quick_reply_panel import conversation_of
from tickets.models import Macro, Ticket
from tickets.selectors.inbox import next_ticket
from tickets.selectors.library import offered_macros, runnable_macros
from tickets.selectors.rendered_replies import Reading, render_quick_reply
from tickets.services.actors import Actor
from tickets.services.macros import rights_for, run_macro


def menu(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """The macros that this agent may run, each with its answer as this customer would read it (``?conversation=``)."""
    macros = [macro for macro in offered_macros(request.user) if _may_run(request, macro)]
    names = names_for(macro.actions for macro in macros)
    reading = Reading(ticket=ticket, conversation=conversation_of(ticket, request), agent=request.user)
    rows: list[dict[str, Any]] = []
    for macro in macros:
        words = [action_words(action, names) for action in macro.actions]
        if macro.status_after:
            words.append(str(macro.get_status_after_display()))
        rendered = render_quick_reply(macro.quick_reply, reading) if macro.quick_reply is not None else None
        rows.append({"macro": macro, "words": words, "rendered": rendered})
    context = {"ticket": ticket, "rows": rows, "may_write": request.user.has_perm("tickets.add_macro")}
    return render(request, "tickets/macro_menu.html", context)


def run(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    """The verb "macro": one that sends nothing, or whose answer nobody wants to look at first."""
    macro = permitted_macro(request, request.POST.get("macro", ""))
    return run_macro(ticket_id=ticket.pk, macro_id=macro.pk, actor=actor)


def permitted_macro(request: AgentRequest, value: str) -> Macro:
    """The macro of a form. Raises NotVisible for one of others, PermissionRefused where it does what this person may not."""
    macro = _macro(request, value)
    if not _may_run(request, macro):
        raise PermissionRefused("not_allowed", _("Your role does not allow what this macro does."))
    return macro


def _macro(request: AgentRequest, value: str) -> Macro:
    pk = int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0
    macro = runnable_macros(request.user).filter(pk=pk).first()
    if macro is None:
        raise NotVisible("macro_not_found", _("There is no such macro any more."))
    found: Macro = macro
    return found


def _may_run(request: AgentRequest, macro: Macro) -> bool:
    return all(request.user.has_perm(right) for right in rights_for(macro))


def next_url(request: AgentRequest, ticket: Ticket) -> str:
    """Where somebody goes on when this ticket is done: the next of his view, else the view's list."""
    view = view_of(request)
    following = next_ticket(user=request.user, view=view, besides=ticket.pk)
    if following is None:
        return inbox_url(view)
    return f"{reverse('admin:tickets_ticket_change', args=[following.pk])}?view={view}"


def menu_of_selected(request: AgentRequest) -> HttpResponse:
    """Buttons for the inbox's selection: macros named ``action`` ("macro:5")."""
    if not request.user.has_perm("tickets.change_ticket"):
        raise Http404
    macros = [macro for macro in offered_macros(request.user) if _may_run(request, macro)]
    options = [Option(value=f"macro:{macro.pk}", label=macro.name) for macro in macros]
    return render(request, "tickets/choices.html", {"options": options, "name": "action", "can_add": False})
