"""How a bot says something: the one place where its messages are made, none of them without a way to a person."""

from collections.abc import Sequence

from django.utils import translation
from django.utils.formats import date_format

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.core.services import language_for, read_site_settings
from tickets.models import BotSession, Conversation, InformationRequest, Message, Ticket
from tickets.policies.bot import Move
from tickets.policies.bot_lines import Scene, Shown, Spoken, compose, offers_of, own_text, with_way_out
from tickets.policies.bot_questions import WAITED_FOR
from tickets.policies.bot_texts import bot_texts_for
from tickets.policies.business_time import is_open, next_opening
from tickets.policies.person_names import first_name
from tickets.selectors.sla import active_hours
from tickets.services.changes import TicketChange
from tickets.services.queueing import Answer
from tickets.services.replies import answer_through


def speak(
    change: TicketChange, session: BotSession, move: Move, *, articles: Sequence[Shown] = (), worded: str = ""
) -> Message:
    """Say what a move says; raises what ``check_sendable`` raises. Every message of a bot is made here.

    The bot's answer meets no time limit of a person's, and the customer goes on waiting for one.
    """
    conversation = session.conversation
    scene = scene_of(session, change.ticket, articles=articles, worded=worded)
    spoken = spoken_for(conversation, move, scene)
    message = answer_through(change, conversation, Answer(text=spoken.text, choices=spoken.choices))
    if move.kind == "question" and move.question is not None and move.question.kind in WAITED_FOR:
        _wait_for(change, conversation, move.question.kind, move.question.words(*scene.languages), message)
    return message


def spoken_for(conversation: Conversation, move: Move, scene: Scene) -> Spoken:
    """The message as this channel can show it."""
    adapter = adapter_class(conversation.channel.kind)
    return with_way_out(
        compose(move, scene),
        offers_of(move),
        texts=scene.texts,
        limits=adapter.limits,
        has_buttons=Can.CHOICES in adapter.can,
    )


def scene_of(session: BotSession, ticket: Ticket, *, articles: Sequence[Shown] = (), worded: str = "") -> Scene:
    """What the words of the next message depend on."""
    bot, customer = session.bot, session.conversation.customer
    languages = languages_of(session, ticket)
    texts = bot_texts_for(*languages)
    return Scene(
        texts=texts,
        bot=bot.name,
        name=first_name(customer.name),
        is_first=session.last_turn_at is None,
        greeting=own_text(bot.greeting, *languages),
        hours_message=own_text(bot.hours_message, *languages),
        back_at=back_at(ticket, texts.language),
        articles=articles,
        languages=languages,
        worded=worded,
    )


def languages_of(session: BotSession, ticket: Ticket) -> list[str]:
    """In which languages the customer may be spoken to, the best first."""
    known = [session.language, ticket.language, session.conversation.customer.language]
    return [code for code in [*known, read_site_settings().default_language] if code]


def back_at(ticket: Ticket, language: str) -> str | None:
    """When the team is there again, as the customer reads it; "" when nobody knows, None while it is there."""
    hours = active_hours()
    chosen = hours.for_ticket(ticket)
    moment = now()
    if chosen is None or is_open(hours.weeks[chosen], at=moment):
        return None
    opening = next_opening(hours.weeks[chosen], at=moment)
    if opening is None:
        return ""
    with translation.override(language_for(language)):
        return date_format(opening.astimezone(hours.weeks[chosen].zone), "l, j F, H:i")


def _wait_for(change: TicketChange, conversation: Conversation, kind: str, words: str, message: Message) -> None:
    """Show on the ticket what is missing, until it has come; unlike a person's question it leaves the ticket's status alone."""
    asked = InformationRequest.objects.filter(ticket=change.ticket, kind=kind, state=InformationRequest.State.ASKED)
    if asked.exists():
        return
    request = InformationRequest.objects.create(
        ticket=change.ticket, conversation=conversation, kind=kind, text=words, message=message
    )
    change.tell("information.asked", {"request": request.pk, "message": message.pk, "what": kind})
    change.set(missing_count=change.ticket.missing_count + 1)
