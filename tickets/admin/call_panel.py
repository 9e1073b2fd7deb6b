"""Calls beside the conversation: what is known of them, and calling the customer back."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import InvalidInput, NotVisible
from tickets.admin.doors import AgentRequest, in_zone_of
from tickets.admin.panel import panel, panel_tickets
from tickets.models import CallbackRequest, Ticket
from tickets.policies.call_summary import clock
from tickets.selectors.calls import calls_of_ticket, open_callback
from tickets.services.actors import Actor
from tickets.services.callbacks import cancel_callback, finish_callback, request_callback

_FORMAT = "%Y-%m-%dT%H:%M"


def call_panel(ticket: Ticket, user: Any) -> SafeString:
    """The customer's calls on this ticket and the call he waits for. Two queries."""
    callback = open_callback(ticket)
    calls = calls_of_ticket(ticket)
    may_call = user.has_perm("tickets.reply_ticket") and ticket.status != Ticket.Status.CLOSED
    if not calls and callback is None and not may_call:
        return SafeString("")
    soon = timezone.localtime(now() + timedelta(hours=1)).replace(minute=0)
    context = {
        "ticket": ticket,
        "callback": callback,
        "is_late": callback is not None and callback.due_at < now(),
        "calls": [(call, _told(call.talk_seconds), _told(call.hold_seconds)) for call in calls],
        "may_call": may_call,
        "due_at": (callback.due_at.astimezone(timezone.get_current_timezone()) if callback else soon).strftime(_FORMAT),
    }
    return SafeString(render_to_string("tickets/call_panel.html", context))


def call_back(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """``verb``: request (with ``due_at`` as a local time, ``phone``, ``wish``), done or cancel; answers the panel."""
    actor, verb = Actor.agent(request.user), request.POST.get("verb", "request")
    shown = panel_tickets(request.user).get(pk=ticket.pk)
    if verb == "request":
        with in_zone_of(shown):
            due_at = _due_at(request.POST.get("due_at", ""))
        request_callback(
            ticket_id=ticket.pk,
            actor=actor,
            due_at=due_at,
            phone=request.POST.get("phone", "").strip(),
            wish=request.POST.get("wish", ""),
        )
    elif verb in ("done", "cancel"):
        callback = CallbackRequest.objects.visible_to(request.user).filter(ticket=ticket, state="open").first()
        if callback is None:
            raise NotVisible("callback_not_found", _("There is no such call back."))
        service = finish_callback if verb == "done" else cancel_callback
        service(callback_id=callback.pk, actor=actor)
    else:
        raise InvalidInput("unknown_verb", _("There is no such action."), fields={"verb": "unknown"})
    return panel(request, panel_tickets(request.user).get(pk=ticket.pk))


def _due_at(written: str) -> datetime:
    """The instant of a local time in the zone that is in force."""
    try:
        local: datetime = forms.DateTimeField(input_formats=[_FORMAT]).clean(written)
    except forms.ValidationError:
        raise InvalidInput("invalid_time", _("Say by when."), fields={"due_at": "invalid"}) from None
    if local < now() - timedelta(minutes=1):
        raise InvalidInput("time_is_past", _("This time is over already."), fields={"due_at": "past"})
    return local


def _told(seconds: int | None) -> str:
    return clock(seconds) if seconds else ""
