"""The heartbeat of the workspace: an agent is at work in the ticket, or has left it."""

from django.http import HttpResponse

from tickets.admin.doors import AgentRequest
from tickets.models import Ticket
from tickets.services.work import beat, leave


def work(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """``w=1``: something unsent stands in the composer. ``end``: he leaves; ``end=idle``: he had stopped working before."""
    if "end" in request.POST:
        leave(ticket_id=ticket.pk, agent_id=request.user.pk, is_idle=request.POST["end"] == "idle")
    else:
        beat(ticket=ticket, agent_id=request.user.pk, is_writing=request.POST.get("w") == "1")
    return HttpResponse(status=204)
