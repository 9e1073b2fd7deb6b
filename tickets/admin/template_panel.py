"""Choosing a template: the approved ones of a channel, their variables, and what the customer will read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from channels_app.models import Channel, MessageTemplate
from tickets.admin.doors import AgentRequest
from tickets.admin.writing import template_values
from tickets.models import Conversation, Ticket
from tickets.services.template_texts import fill_template

MOST_TEMPLATES = 500


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One field of a template: what it is called, and what has been typed so far."""

    name: str
    label: str
    value: str


def of_ticket(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """The panel of the composer: ``?conversation=`` and, once one is chosen, ``template_id`` with its values."""
    pk = _number(request.GET.get("conversation", ""))
    own = Q(active_ticket=ticket.pk) | Q(messages__ticket=ticket.pk)
    conversation = Conversation.objects.filter(own, pk=pk).select_related("channel").first() if pk else None
    if conversation is None:
        raise Http404
    return _panel(request, conversation.channel, place=f"conversation={pk}", language=ticket.language)


def of_channel(request: AgentRequest) -> HttpResponse:
    """The panel of the page on which an agent writes first (``?channel=``); empty for a channel without templates."""
    pk = _number(request.GET.get("channel", ""))
    channel = Channel.objects.filter(pk=pk, is_active=True).first() if pk else None
    if channel is None or not request.user.has_perm("tickets.add_ticket"):
        raise Http404
    return _panel(request, channel, place=f"channel={pk}", language="")


def _panel(request: AgentRequest, channel: Channel, *, place: str, language: str) -> HttpResponse:
    """The whole panel, or (``?preview=``) only what the customer reads, so that the field being typed in keeps its focus."""
    templates = _approved(channel, language)
    chosen = next((one for one in templates if str(one.pk) == request.GET.get("template_id", "")), None)
    variables = _variables(chosen, template_values(request.GET)) if chosen is not None else []
    values = {variable.name: variable.value for variable in variables}
    context: dict[str, Any] = {
        "templates": templates,
        "chosen": chosen,
        "variables": variables,
        "preview": fill_template(chosen, values) if chosen is not None else "",
        "panel_url": f"{request.path}?{place}",
    }
    name = "tickets/template_preview.html" if "preview" in request.GET else "tickets/template_panel.html"
    return render(request, name, context)


def _approved(channel: Channel, language: str) -> list[Any]:
    """Those in the customer's language first, then by name."""
    found = MessageTemplate.objects.filter(channel=channel, provider_status=MessageTemplate.Status.APPROVED)
    rows: list[Any] = list(found.order_by("name", "language")[:MOST_TEMPLATES])
    for row in rows:
        row.language_name = _language_name(row.language)
    own = language.partition("-")[0].lower()
    return sorted(rows, key=lambda row: not own or row.language.replace("_", "-").partition("-")[0].lower() != own)


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code.replace("_", "-").lower())["name_translated"])
    except KeyError:
        return code


def _variables(template: MessageTemplate, typed: Sequence[str]) -> list[Variable]:
    return [
        Variable(name=name, label=_label(name), value=typed[index] if index < len(typed) else "")
        for index, name in enumerate(template.variables)
    ]


def _label(name: str) -> str:
    """What a person reads beside a variable; the provider names only some of them."""
    kind, separator, rest = name.partition("__")
    if separator and kind == "header":
        return _("Heading") if rest == "text" else _("Heading: address of the file")
    if separator and kind == "button":
        number, _separator, part = rest.partition("_")
        place = int(number) + 1 if number.isdigit() else number
        words = _("Button %(number)s: code") if part == "code" else _("Button %(number)s: end of its address")
        return words % {"number": place}
    return _("Variable %(name)s") % {"name": name} if name.isdigit() else name.replace("_", " ")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
