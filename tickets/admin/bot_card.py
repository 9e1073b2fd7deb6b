"""The bot on the ticket: who has it, what stands in its summary, giving it a task and taking it back; and the language model's help."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from helpdesk.common.errors import InvalidInput
from tickets.admin.doors import AgentRequest
from tickets.models import Bot, BotSession, Ticket
from tickets.selectors.bots import bots_at_work, latest_session
from tickets.services.actors import Actor
from tickets.services.bot_handing_over import reason_text
from tickets.services.bots import hand_to_bot, take_back
from tickets.services.handing_over import PURPOSE
from tickets.services.llm import is_on
from tickets.services.llm_help import draft_answer, summarise_ticket


def card(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """Fetched beside the ticket: empty where no bot has anything to do with it."""
    session = latest_session(ticket)
    may_reply = request.user.has_perm("tickets.reply_ticket") and ticket.status not in ("closed", "resolved")
    is_active = session is not None and session.state == BotSession.State.ACTIVE
    context = {
        "ticket": ticket,
        "session": session,
        "is_active": is_active,
        "why": reason_text(session.reason) if session is not None and session.reason and not is_active else "",
        "summary": session.summary.details.get(PURPOSE) if session is not None and session.summary else None,
        "bots": Bot.objects.filter(pk__in=bots_at_work().by_pk) if may_reply and not is_active else (),
        "may_reply": may_reply,
        "has_draft": may_reply and is_on("draft"),
        "has_summary": may_reply and is_on("summary"),
    }
    return render(request, "tickets/bot_card.html", context)


def to_bot(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    """``bot`` gets the ``task``: one question a line."""
    bot = request.POST.get("bot", "")
    if not (bot.isascii() and bot.isdigit() and len(bot) < 19):
        raise InvalidInput("unknown_bot", _("Choose a bot."), fields={"bot": "unknown"})
    return hand_to_bot(ticket_id=ticket.pk, bot_id=int(bot), task=request.POST.get("task", ""), actor=actor)


def from_bot(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    return take_back(ticket_id=ticket.pk, actor=actor)


def draft(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """A draft for the composer; nothing is sent."""
    return JsonResponse({"text": draft_answer(ticket_id=ticket.pk, user_id=request.user.pk)})


def summary(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """What the ticket is about, for whoever opens it."""
    return JsonResponse({"text": summarise_ticket(ticket_id=ticket.pk, user_id=request.user.pk)})
