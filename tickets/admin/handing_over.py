"""The hand-over note in the workspace: offered after each change of assignee or team, prefilled, skipped with one key."""

from django.http import HttpResponse
from django.shortcuts import render

from tickets.admin.doors import AgentRequest
from tickets.models import Ticket
from tickets.policies.hand_over import LONGEST_PART, HandOver
from tickets.selectors.hand_over import prefilled_hand_over
from tickets.services.actors import Actor
from tickets.services.handing_over import PARTS, hand_over_ticket


def hand_over(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """GET: the form as far as the ticket can write it. POST: keep the note; nothing is left of the form."""
    if request.method == "POST":
        written = HandOver(**{part: request.POST.get(part, "") for part in PARTS})
        hand_over_ticket(ticket_id=ticket.pk, actor=Actor.agent(request.user), hand_over=written)
        return HttpResponse("", headers={"HX-Trigger": "newmsg"})
    context = {"ticket": ticket, "hand_over": prefilled_hand_over(ticket_id=ticket.pk), "longest": LONGEST_PART}
    return render(request, "tickets/hand_over.html", context)


def is_handed_over(before: Ticket, after: Ticket, *, by: int) -> bool:
    """Whether somebody else than the agent himself has the case now, so that there is somebody to tell."""
    moved = (before.assignee_id, before.team_id) != (after.assignee_id, after.team_id)
    return moved and after.assignee_id != by
