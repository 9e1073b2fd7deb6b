"""Quick replies in the composer: what fits this ticket, as this customer would read it."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render

from channels_app.models import Channel
from tickets.admin.doors import AgentRequest
from tickets.models import Conversation, Ticket
from tickets.selectors.library import LONGEST_QUERY, suggest_quick_replies, topics_of
from tickets.selectors.rendered_replies import Reading, render_all


def suggest(request: AgentRequest) -> HttpResponse:
    """``?q=`` narrows, ``ticket`` and ``conversation`` say for whom; ``channel`` where an agent writes first. The rows of the list."""
    if not request.user.has_perm("tickets.view_quickreply"):
        raise Http404
    reading = _reading(request)
    channel = reading.channel
    found = suggest_quick_replies(
        request.user,
        query=request.GET.get("q", "")[:LONGEST_QUERY],
        language=reading.language,
        channel_kind=channel.kind if channel is not None else "",
        topic_ids=topics_of(reading.ticket.topic_id) if reading.ticket is not None else [],
    )
    context: dict[str, Any] = {
        "rows": render_all(found, reading),
        "channel": channel,
        "query": request.GET.get("q", ""),
    }
    return render(request, "tickets/quick_reply_list.html", context)


def _reading(request: AgentRequest) -> Reading:
    if request.GET.get("ticket"):
        seen = Ticket.objects.visible_to(request.user).select_related("customer__organization", "channel__brand")
        ticket = seen.filter(pk=_number(request.GET["ticket"])).first()
        if ticket is None:
            raise Http404
        return Reading(ticket=ticket, conversation=conversation_of(ticket, request), agent=request.user)
    channel = Channel.objects.filter(pk=_number(request.GET.get("channel", ""))).select_related("brand").first()
    return Reading(agent=request.user, given_channel=channel)


def conversation_of(ticket: Ticket, request: AgentRequest) -> Conversation | None:
    """The ticket's conversation that ``?conversation=`` names; None for one of another ticket."""
    pk = _number(request.GET.get("conversation", ""))
    if not pk:
        return None
    own = Q(active_ticket=ticket.pk) | Q(messages__ticket=ticket.pk)
    return Conversation.objects.filter(own, pk=pk).select_related("channel__brand", "identity", "customer").first()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
