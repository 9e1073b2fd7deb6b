"""Live conversations in the workspace: whether the visitor is there and writes, and telling him that we do."""

from django.http import Http404, HttpResponse, JsonResponse

from tickets.admin.doors import AgentRequest
from tickets.models import Ticket, Visitor
from tickets.services.live import tell_agent_typing
from tickets.webchat.hub import hub
from tickets.webchat.panel import is_here, live_conversation


def live(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """GET: how it stands (and up to which event, so that the page knows whether to fetch). POST: I am writing."""
    conversation = live_conversation(ticket)
    if conversation is None:
        raise Http404
    if request.method == "POST":
        if request.user.has_perm("tickets.reply_ticket"):
            tell_agent_typing(conversation_id=conversation.pk, agent_id=request.user.pk)
        return HttpResponse(status=204)
    known = Visitor.objects.filter(channel=conversation.channel_id, address=conversation.identity.address)
    visitor = known.order_by("-last_seen_at").only("last_seen_at").first()
    told = {
        "is_typing": hub.is_visitor_typing(conversation.pk),
        "is_here": visitor is not None and is_here(visitor),
        "sequence": ticket.event_sequence,
    }
    return JsonResponse(told)
