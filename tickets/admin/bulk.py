"""Changes to many tickets of the inbox at once: one service call a ticket, and a report of what was refused."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from helpdesk.common.errors import HelpdeskError, InvalidInput, PermissionRefused
from tickets.admin.doors import AgentRequest
from tickets.admin.inbox import MAX_SELECTED
from tickets.admin.macro_menu import permitted_macro
from tickets.admin.snoozing import presets_now
from tickets.models import Tag, Ticket
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket, change_priority, change_tags
from tickets.services.lifecycle import resolve_ticket
from tickets.services.macros import run_macro
from tickets.services.snoozing import snooze_ticket

MAX_REFUSALS_SHOWN = 5
Change = Callable[[int], object]


@dataclass(frozen=True, kw_only=True)
class BulkVerb:
    """``prepare`` turns the value behind the colon into the change of one ticket; ``done`` says what became of them."""

    permission: str
    prepare: Callable[[AgentRequest, str], Change]
    done: object


def _assign_to_me(request: AgentRequest, value: str) -> Change:
    return partial(_assign, Actor.agent(request.user), request.user.pk)


def _assign_to(request: AgentRequest, value: str) -> Change:
    return partial(_assign, Actor.agent(request.user), _id_or_none(value))


def _assign(actor: Actor, assignee_id: int | None, ticket_id: int) -> object:
    return assign_ticket(ticket_id=ticket_id, actor=actor, assignee_id=assignee_id)


def _move_to_team(request: AgentRequest, value: str) -> Change:
    actor, team_id = Actor.agent(request.user), _id_or_none(value)
    return lambda ticket_id: assign_ticket(ticket_id=ticket_id, actor=actor, team_id=team_id)


def _resolve(request: AgentRequest, value: str) -> Change:
    actor = Actor.agent(request.user)
    return lambda ticket_id: resolve_ticket(ticket_id=ticket_id, actor=actor, reason="bulk")


def _prioritise(request: AgentRequest, value: str) -> Change:
    if value not in Ticket.Priority.values:
        raise InvalidInput("unknown_priority", _("There is no such priority."))
    actor = Actor.agent(request.user)
    return lambda ticket_id: change_priority(ticket_id=ticket_id, actor=actor, priority=value)


def _snooze(request: AgentRequest, value: str) -> Change:
    until = dict(presets_now()).get(value)
    if until is None:
        raise InvalidInput("invalid_until", _("Choose a time."))
    actor = Actor.agent(request.user)
    return lambda ticket_id: snooze_ticket(ticket_id=ticket_id, until=until, actor=actor)


def _tag(request: AgentRequest, value: str) -> Change:
    tag = Tag.objects.filter(pk=_id_or_none(value) or 0).first()
    if tag is None:
        raise InvalidInput("unknown_tag", _("There is no such tag any more."))
    actor = Actor.agent(request.user)
    return lambda ticket_id: change_tags(ticket_id=ticket_id, actor=actor, add=[tag.name])


def _run_macro(request: AgentRequest, value: str) -> Change:
    macro, actor = permitted_macro(request, value), Actor.agent(request.user)
    return lambda ticket_id: run_macro(ticket_id=ticket_id, macro_id=macro.pk, actor=actor)


VERBS = {
    "macro": BulkVerb(
        permission="tickets.change_ticket", prepare=_run_macro, done=gettext_lazy("the macro was run on %(count)d")
    ),
    "assign_to_me": BulkVerb(
        permission="tickets.assign_ticket", prepare=_assign_to_me, done=gettext_lazy("%(count)d assigned to you")
    ),
    "assign": BulkVerb(permission="tickets.assign_ticket", prepare=_assign_to, done=gettext_lazy("%(count)d assigned")),
    "team": BulkVerb(permission="tickets.assign_ticket", prepare=_move_to_team, done=gettext_lazy("%(count)d moved")),
    "resolve": BulkVerb(permission="tickets.change_ticket", prepare=_resolve, done=gettext_lazy("%(count)d resolved")),
    "priority": BulkVerb(
        permission="tickets.change_ticket", prepare=_prioritise, done=gettext_lazy("%(count)d given another priority")
    ),
    "snooze": BulkVerb(permission="tickets.change_ticket", prepare=_snooze, done=gettext_lazy("%(count)d put aside")),
    "tag": BulkVerb(permission="tickets.change_ticket", prepare=_tag, done=gettext_lazy("%(count)d tagged")),
}


def change_selected(request: AgentRequest) -> HttpResponse:
    """Do what the inbox posted: ``action`` is "verb" or "verb:value", ``_selected_action`` the tickets.

    "Select across pages" is refused: it would reach tickets that nobody has looked at.
    """
    name, _colon, value = request.POST.get("action", "").partition(":")
    verb = VERBS.get(name)
    if verb is None:
        return HttpResponseBadRequest(_("There is no such action."))
    if not request.user.has_perm(verb.permission):
        raise PermissionRefused("not_allowed", _("Your role does not allow this."))
    chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
    if request.POST.get("select_across", "0") not in ("", "0"):
        return HttpResponseBadRequest(_("Only tickets that were selected one by one can be changed."))
    if len(chosen) > MAX_SELECTED or not all(pk.isascii() and pk.isdigit() and len(pk) < 19 for pk in chosen):
        text = _("At most %(count)d tickets can be changed at once.") % {"count": MAX_SELECTED}
        return HttpResponseBadRequest(text)
    try:
        change = verb.prepare(request, value)
    except HelpdeskError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(request.get_full_path())
    _report(request, verb, *_apply(request, change, {int(pk) for pk in chosen}))
    return HttpResponseRedirect(request.get_full_path())


def _apply(request: AgentRequest, change: Change, ids: set[int]) -> tuple[int, list[str]]:
    """(how many were changed, refusals as text) over those of ``ids`` that the agent may see."""
    done, refusals = 0, []
    for pk, number in Ticket.objects.visible_to(request.user).filter(pk__in=ids).values_list("pk", "number"):
        try:
            change(pk)
            done += 1
        except HelpdeskError as error:
            refusals.append(f"#{number} {error.message}")
    return done, refusals


def _report(request: AgentRequest, verb: BulkVerb, done: int, refusals: list[str]) -> None:
    if not done and not refusals:
        messages.warning(request, _("No ticket was selected, nothing was changed."))
        return
    text = str(verb.done) % {"count": done}
    if refusals:
        refused = ngettext("%(count)d refused", "%(count)d refused", len(refusals)) % {"count": len(refusals)}
        more = " …" if len(refusals) > MAX_REFUSALS_SHOWN else ""
        text = f"{text}, {refused}: {' '.join(refusals[:MAX_REFUSALS_SHOWN])}{more}"
    (messages.warning if refusals else messages.success)(request, text)


def _id_or_none(value: str) -> int | None:
    if value and not (value.isascii() and value.isdigit() and len(value) < 19):
        raise InvalidInput("unknown_choice", _("There is no such choice."))
    return int(value) if value else None
