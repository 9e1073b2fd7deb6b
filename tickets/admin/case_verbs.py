"""Verbs on the case from the workspace: split, move, link, ask for, move to private, the public line at the end."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.common.errors import InvalidInput, NotVisible
from tickets.admin.doors import AgentRequest
from tickets.admin.further_panels import rendered_panels
from tickets.admin.inbox import view_of
from tickets.models import Conversation, InformationRequest, Ticket, TicketEvent
from tickets.services.actors import Actor
from tickets.services.asking import ask_for, cancel_request
from tickets.services.linking import (
    channels_to_go_on,
    link_conversation,
    start_conversation,
    unlink_conversation,
)
from tickets.services.moving import move_messages, undo_move
from tickets.services.redirects import (
    closing_offer,
    leave_without_closing_line,
    move_to_private,
    redirect_offer,
    write_closing_line,
)
from tickets.services.splitting import split_ticket

MOST_LINKABLE = 20


@dataclass(frozen=True, kw_only=True)
class Done:
    """What a toast says, and where its "Undo" posts to below the ticket's address."""

    text: str
    undo: str = ""


def split(request: AgentRequest, ticket: Ticket, actor: Actor) -> Done:
    """``message`` (several) become a ticket of their own."""
    chosen = _ids(request, "message")
    made = split_ticket(
        ticket_id=ticket.pk, message_ids=chosen, actor=actor, subject=request.POST.get("subject", "")[:500]
    )
    return _moved(ticket, made, len(chosen))


def move(request: AgentRequest, ticket: Ticket, actor: Actor) -> Done:
    """``message`` (several) go to the ticket with the ``number``."""
    number = _number(request.POST.get("number", "").strip().lstrip("#"))
    # A number that the agent may not see reads like one that does not exist.
    target = Ticket.objects.visible_to(request.user).filter(number=number).first() if number is not None else None
    if target is None:
        raise InvalidInput("unknown_ticket", _("There is no ticket with this number."), fields={"number": "unknown"})
    chosen = _ids(request, "message")
    move_messages(ticket_id=ticket.pk, message_ids=chosen, into_ticket_id=target.pk, actor=actor)
    return _moved(ticket, target, len(chosen))


def _moved(ticket: Ticket, target: Ticket, count: int) -> Done:
    given = TicketEvent.objects.filter(ticket=ticket, kind="messages.given", data__other=target.pk)
    sequence = given.order_by("-sequence").values_list("sequence", flat=True)[0]
    words = ngettext("A message is on #%(number)s now.", "%(count)s messages are on #%(number)s now.", count)
    return Done(text=words % {"count": count, "number": target.number}, undo=f"take-back/{sequence}/")


def take_back(request: AgentRequest, ticket: Ticket, sequence: int) -> HttpResponse:
    """Undo a split or a move that the event ``sequence`` tells. The other ticket must be the agent's to see as well."""
    event = TicketEvent.objects.filter(ticket=ticket, sequence=sequence, kind="messages.given").first()
    other = event.data["other"] if event is not None else None
    if other is None or not Ticket.objects.visible_to(request.user).filter(pk=other).exists():
        raise NotVisible("event_not_found", _("There is nothing to take back."))
    undo_move(ticket_id=ticket.pk, sequence=sequence, actor=Actor.agent(request.user))
    return HttpResponse(status=204, headers={"HX-Trigger": "newmsg"})


def link(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    """``conversation`` brings its next messages here."""
    chosen = _conversation(request)
    return link_conversation(ticket_id=ticket.pk, conversation_id=chosen, actor=actor)


def unlink(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    return unlink_conversation(ticket_id=ticket.pk, conversation_id=_conversation(request), actor=actor)


def _conversation(request: AgentRequest) -> int:
    """The conversation of the form, if something of it is the agent's to see."""
    pk = _number(request.POST.get("conversation", ""))
    if pk is None or not Conversation.objects.visible_to(request.user).filter(pk=pk).exists():
        raise NotVisible("conversation_not_found", _("There is no such conversation."))
    return pk


def answer_by(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    """Begin a conversation on ``channel``; the composer then offers it."""
    return start_conversation(
        ticket_id=ticket.pk, channel_id=_number(request.POST.get("channel", "")) or 0, actor=actor
    )


def ask(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    """Ask for ``kind`` with ``text`` or the product's own question."""
    return ask_for(
        ticket_id=ticket.pk,
        kind=request.POST.get("kind", ""),
        text=request.POST.get("text", ""),
        actor=actor,
        undo_seconds=settings.HELPDESK_UNDO_SECONDS,
    )


def cancel_ask(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    pk = _number(request.POST.get("request", ""))
    if pk is None or not InformationRequest.objects.filter(pk=pk, ticket=ticket).exists():
        raise NotVisible("request_not_found", _("There is no such request."))
    return cancel_request(request_id=pk, actor=actor)


def to_private(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    """Thank in public with ``text``, go on in private with ``private_text``, on ``channel`` where one is named."""
    return move_to_private(
        ticket_id=ticket.pk,
        actor=actor,
        text=request.POST.get("text", ""),
        private_text=request.POST.get("private_text", ""),
        channel_id=_number(request.POST.get("channel", "")),
        undo_seconds=settings.HELPDESK_UNDO_SECONDS,
    )


def closing_line(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    return write_closing_line(
        ticket_id=ticket.pk,
        actor=actor,
        text=request.POST.get("text", ""),
        undo_seconds=settings.HELPDESK_UNDO_SECONDS,
    )


def no_closing_line(request: AgentRequest, ticket: Ticket, actor: Actor) -> object:
    return leave_without_closing_line(ticket_id=ticket.pk, actor=actor)


# What the menus offer --------------------------------------------------------------------------------------------------


def more(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """What else can be done with the case; fetched when the menu is opened."""
    may_reply = request.user.has_perm("tickets.reply_ticket")
    channels = channels_to_go_on(customer_id=ticket.customer_id) if may_reply else []
    here = set(Conversation.objects.filter(active_ticket=ticket).values_list("channel_id", flat=True))
    context = {
        "ticket": ticket,
        "view": view_of(request),
        "may_reply": may_reply,
        "may_merge": request.user.has_perm("tickets.merge_ticket"),
        "kinds": InformationRequest.Kind.choices,
        "channels": channels,
        "further": [one for one in channels if one[0] not in here],
        "redirect": redirect_offer(ticket=ticket) if may_reply else None,
        "linkable": _linkable(request, ticket),
        "linked": _linked(ticket),
        "further_verbs": rendered_panels(settings.HELPDESK_TICKET_MENU, ticket, request.user),
    }
    return render(request, "tickets/more.html", context)


def _linkable(request: AgentRequest, ticket: Ticket) -> list[Conversation]:
    theirs = Conversation.objects.visible_to(request.user).filter(customer=ticket.customer_id)
    others = theirs.exclude(active_ticket=ticket).select_related("channel", "identity", "active_ticket")
    return list(others.order_by("-last_message_at")[:MOST_LINKABLE])


def _linked(ticket: Ticket) -> list[Conversation]:
    told = TicketEvent.objects.filter(ticket=ticket, kind="conversation.linked")
    ids = {event.data["conversation"] for event in told.order_by("-sequence")[:MOST_LINKABLE]}
    active = Conversation.objects.filter(active_ticket=ticket, pk__in=ids)
    return list(active.select_related("channel", "identity").order_by("pk"))


def closing(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """The public line that is due, ready to be sent; nothing where none is."""
    offer = closing_offer(ticket) if request.user.has_perm("tickets.reply_ticket") else None
    return render(request, "tickets/closing.html", {"ticket": ticket, "offer": offer})


def _ids(request: AgentRequest, name: str) -> list[int]:
    return [number for number in map(_number, request.POST.getlist(name)[:1000]) if number is not None]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
