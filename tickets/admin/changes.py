"""The header bar's verbs: each calls one service and answers the bar anew."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.common.errors import InvalidInput, PermissionRefused
from tickets.admin import bot_card, case_verbs, macro_menu, snoozing
from tickets.admin.case_verbs import Done
from tickets.admin.doors import AgentRequest, in_zone_of
from tickets.admin.handing_over import is_handed_over
from tickets.admin.inbox import inbox_url, view_of
from tickets.admin.workspace import bar_context
from tickets.models import Tag, Ticket
from tickets.selectors.inbox import next_ticket
from tickets.selectors.timeline import workspace_tickets
from tickets.services.actors import Actor
from tickets.services.assignment import assign_ticket, change_priority, change_subject, change_tags
from tickets.services.lifecycle import (
    mark_spam,
    put_on_hold,
    reopen_ticket,
    resolve_ticket,
    set_pending,
    unmark_spam,
)
from tickets.services.merging import merge_tickets, unmerge_ticket
from tickets.services.topics import choose_topic

Service = Callable[[AgentRequest, Ticket, Actor], object]


@dataclass(frozen=True, kw_only=True)
class Verb:
    """``reloads``: the composer and the notices read otherwise afterwards, so the whole page is fetched again."""

    permission: str
    service: Service
    reloads: bool = False


def _version(request: AgentRequest) -> int | None:
    return _number(request.POST.get("version", ""))


def _resolve(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    return resolve_ticket(ticket_id=ticket.pk, actor=actor, expected_version=_version(request))


def _assign(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    value = request.POST.get("value", "")
    assignee_id = request.user.pk if value == "me" else _choice(value)
    return assign_ticket(ticket_id=ticket.pk, actor=actor, assignee_id=assignee_id, expected_version=_version(request))


def _team(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    return assign_ticket(ticket_id=ticket.pk, actor=actor, team_id=_choice(request.POST.get("value", "")))


def _priority(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    return change_priority(ticket_id=ticket.pk, actor=actor, priority=request.POST.get("value", ""))


def _topic(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    """``value`` is the id of the topic, "" for none; ``suggested`` says that the agent took what was suggested."""
    is_suggestion = request.POST.get("suggested") == "1"
    chosen = _choice(request.POST.get("value", ""))
    return choose_topic(ticket_id=ticket.pk, topic_id=chosen, actor=actor, is_suggestion=is_suggestion)


def _subject(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    return change_subject(ticket_id=ticket.pk, actor=actor, subject=request.POST.get("subject", ""))


def _tag(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    """``remove`` names a tag to take off, ``name`` one to put on, ``value`` is the id of one to put on."""
    if request.POST.get("remove"):
        return change_tags(ticket_id=ticket.pk, actor=actor, remove=[request.POST["remove"]])
    name = request.POST.get("name", "").strip()
    if not name:
        name = (
            Tag.objects.filter(pk=_choice(request.POST.get("value", "")) or 0).values_list("name", flat=True).first()
            or ""
        )
    elif not Tag.objects.filter(name=name).exists() and not request.user.has_perm("tickets.add_tag"):
        raise PermissionRefused("not_allowed", _("Your role does not allow this."))
    return change_tags(ticket_id=ticket.pk, actor=actor, add=[name])


def _merge(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    number = _number(request.POST.get("number", "").strip().lstrip("#"))
    # Both tickets must be the agent's to see: a number that is not reads like one that does not exist.
    winner = Ticket.objects.visible_to(request.user).filter(number=number).first() if number is not None else None
    if winner is None:
        raise InvalidInput("unknown_ticket", _("There is no ticket with this number."), fields={"number": "unknown"})
    return merge_tickets(ticket_id=ticket.pk, into_ticket_id=winner.pk, actor=actor)


def _unmerge(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    return unmerge_ticket(ticket_id=ticket.pk, actor=actor)


def _plain(service: Callable[..., object]) -> Service:
    return partial(_call_plain, service)


def _call_plain(service: Callable[..., object], request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    return service(ticket_id=ticket.pk, actor=actor)


VERBS = {
    "resolve": Verb(permission="tickets.change_ticket", service=_resolve),
    "pending": Verb(permission="tickets.change_ticket", service=_plain(set_pending)),
    "hold": Verb(permission="tickets.change_ticket", service=_plain(put_on_hold)),
    "reopen": Verb(permission="tickets.change_ticket", service=_plain(reopen_ticket)),
    "assign": Verb(permission="tickets.assign_ticket", service=_assign),
    "team": Verb(permission="tickets.assign_ticket", service=_team),
    "priority": Verb(permission="tickets.change_ticket", service=_priority),
    "topic": Verb(permission="tickets.change_ticket", service=_topic),
    "subject": Verb(permission="tickets.change_ticket", service=_subject),
    "tag": Verb(permission="tickets.change_ticket", service=_tag),
    "spam": Verb(permission="tickets.merge_ticket", service=_plain(mark_spam), reloads=True),
    "not-spam": Verb(permission="tickets.merge_ticket", service=_plain(unmark_spam), reloads=True),
    "merge": Verb(permission="tickets.merge_ticket", service=_merge, reloads=True),
    "unmerge": Verb(permission="tickets.merge_ticket", service=_unmerge, reloads=True),
    "split": Verb(permission="tickets.merge_ticket", service=case_verbs.split),
    "move": Verb(permission="tickets.merge_ticket", service=case_verbs.move),
    "link": Verb(permission="tickets.merge_ticket", service=case_verbs.link, reloads=True),
    "unlink": Verb(permission="tickets.merge_ticket", service=case_verbs.unlink, reloads=True),
    "answer-by": Verb(permission="tickets.reply_ticket", service=case_verbs.answer_by, reloads=True),
    "ask": Verb(permission="tickets.reply_ticket", service=case_verbs.ask),
    "cancel-ask": Verb(permission="tickets.reply_ticket", service=case_verbs.cancel_ask),
    "to-private": Verb(permission="tickets.reply_ticket", service=case_verbs.to_private, reloads=True),
    "macro": Verb(permission="tickets.change_ticket", service=macro_menu.run),
    "closing-line": Verb(permission="tickets.reply_ticket", service=case_verbs.closing_line, reloads=True),
    "snooze": Verb(permission="tickets.change_ticket", service=snoozing.snooze),
    "wake": Verb(permission="tickets.change_ticket", service=snoozing.wake),
    "to-bot": Verb(permission="tickets.reply_ticket", service=bot_card.to_bot),
    "from-bot": Verb(permission="tickets.reply_ticket", service=bot_card.from_bot),
    "no-closing-line": Verb(permission="tickets.reply_ticket", service=case_verbs.no_closing_line, reloads=True),
}


def do(request: AgentRequest, ticket: Ticket, verb: str) -> HttpResponse:
    """Carry out a verb. Answers the bar, or ``HX-Redirect``: to the next ticket of the view where ``next`` asks for it."""
    entry = VERBS.get(verb)
    if entry is None:
        raise Http404
    if not request.user.has_perm(entry.permission):
        raise PermissionRefused("not_allowed", _("Your role does not allow this."))
    done = entry.service(request, ticket, Actor.agent(request.user))
    if entry.reloads:
        return _go(_ticket_url(ticket.pk, view_of(request)))
    if request.POST.get("next"):
        following = next_ticket(user=request.user, view=view_of(request), besides=ticket.pk)
        return _go(_ticket_url(following.pk, view_of(request)) if following else inbox_url(view_of(request)))
    changed = workspace_tickets(request.user).filter(pk=ticket.pk).first()
    if changed is None:
        # Moved into a private team that the agent is not in.
        return _go(inbox_url(view_of(request)))
    with in_zone_of(changed):
        response = render(request, "tickets/bar.html", bar_context(request, changed))
    is_handed = is_handed_over(ticket, changed, by=request.user.pk)
    events: dict[str, Any] = {"newmsg": {}} | ({"handover": {}} if is_handed else {})
    if isinstance(done, Done):
        events["done"] = {"text": done.text, "undo": done.undo}
    response.headers["HX-Trigger"] = json.dumps(events) if "done" in events else ", ".join(events)
    return response


def _go(url: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": url})


def _ticket_url(pk: int, view: str) -> str:
    return f"{reverse('admin:tickets_ticket_change', args=[pk])}?view={view}"


def _choice(value: str) -> int | None:
    number = _number(value)
    if value and number is None:
        raise InvalidInput("unknown_choice", _("There is no such choice."))
    return number


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
