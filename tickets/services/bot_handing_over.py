"""From the bot to a person: a state with a time, a note that tells what happened, a place in the queue, and the bot's silence after it."""

from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.text import preview
from helpdesk.core.services import language_for, read_site_settings
from tickets.models import (
    ArticleTranslation,
    BotSession,
    HandoffRule,
    Message,
    RoutingDecision,
    Ticket,
    TriageItem,
    Trigger,
)
from tickets.policies.bot import Move
from tickets.policies.hand_over import LONGEST_PART, HandOver
from tickets.services.assignment import assign
from tickets.services.bot_sessions import end, handed_off_data
from tickets.services.bot_speaking import speak
from tickets.services.changes import TicketChange
from tickets.services.handing_over import write_hand_over
from tickets.services.lifecycle import move_to
from tickets.services.notifying import notify, people_for

State = BotSession.State
MOST_QUOTED = 5
QUOTED_CHARACTERS = 300


def hand_over(
    change: TicketChange, session: BotSession, reason: str, *, move: Move | None = None, rule_id: int | None = None
) -> None:
    """End the talk and put the ticket where people look. The caller holds conversation, ticket and talk locked and saves the change.

    With a ``move`` the customer is told, where he can be. His clocks have run since he wrote and go on; the ticket is open, unread,
    in the team that the rule names, and is given out like a new one. Doing it to a talk that is over changes nothing.
    """
    if session.state != State.ACTIVE:
        return
    ticket = change.ticket
    session.waiting_since, session.rule_id = ticket.waiting_since, rule_id
    if move is not None:
        _tell_customer(change, session, move)
    session.summary = write_summary(change, session, reason)
    end(session, state=State.HANDED_OFF, reason=reason)
    _put_into_queue(change, rule_id)
    change.tell("bot.handed_off", handed_off_data(session))
    RoutingDecision.objects.create(
        ticket=ticket,
        kind=RoutingDecision.Kind.HANDOFF,
        at=now(),
        data={"reason": reason, "bot": session.bot_id, "turns": session.turns, "rule": rule_id},
    )
    people = [session.delegated_by_id] if session.delegated_by_id is not None else people_for(ticket)
    notify(
        user_ids=people, kind="bot_handed_off", key=f"bot:{session.pk}", ticket_id=ticket.pk, data={"reason": reason}
    )
    give_out(ticket)


def give_out(ticket: Ticket) -> None:
    """Let rules and assignment look at the ticket now that no bot has it."""
    TriageItem.objects.create(ticket=ticket, trigger=Trigger.HANDED_OFF, created_at=now())
    ring_on_commit("tickets.tasks.process_triage", ticket.pk)


def _tell_customer(change: TicketChange, session: BotSession, move: Move) -> None:
    try:
        speak(change, session, move)
    except HelpdeskError:
        # He cannot be written to at the moment; the person will find a way.
        return
    session.last_turn_at = now()


def _put_into_queue(change: TicketChange, rule_id: int | None) -> None:
    ticket = change.ticket
    if ticket.status in (Ticket.Status.PENDING, Ticket.Status.ON_HOLD):
        move_to(change, Ticket.Status.OPEN)
    change.set(unread_count=max(1, ticket.unread_count), snoozed_until=None)
    team_id = HandoffRule.objects.filter(pk=rule_id).values_list("team_id", flat=True).first() if rule_id else None
    if team_id is not None and team_id != ticket.team_id:
        assign(change, team_id=team_id)


def write_summary(change: TicketChange, session: BotSession, reason: str) -> Message:
    """The note that spares the customer to repeat himself: what he wanted, what was tried, what he gave, what is missing."""
    with translation.override(language_for(read_site_settings().default_language)):
        return write_hand_over(change, _summary(session, reason))


def _summary(session: BotSession, reason: str) -> HandOver:
    said = Message.objects.filter(
        conversation=session.conversation_id, ticket=session.ticket_id, author=Message.Author.CUSTOMER
    )
    texts = said.order_by("sort_at", "id").values_list("reply_text", "text")[:MOST_QUOTED]
    asked = "\n".join(filter(None, (preview(reply or text, QUOTED_CHARACTERS) for reply, text in texts)))
    lines = [_("Bot “%(bot)s”: %(why)s.") % {"bot": session.bot.name, "why": reason_text(reason)}]
    if session.task:
        lines.append(_("Task: %(task)s") % {"task": preview(session.task, QUOTED_CHARACTERS)})
    titles = _titles(session)
    if titles:
        lines.append(_("Articles shown: %(titles)s") % {"titles": ", ".join(titles)})
    words = _question_words(session)
    lines += [f"{words.get(key, key)}: {answer}" for key, answer in session.collected.items() if answer]
    missing = [words.get(key, key) for key in words if not session.collected.get(key)]
    return HandOver(
        asked=asked[:LONGEST_PART] or "–",
        done="\n".join(lines)[:LONGEST_PART],
        missing="\n".join(missing)[:LONGEST_PART],
    )


def _question_words(session: BotSession) -> dict[str, str]:
    """Key -> the question in short words: of a task all, of a bot those that it has come to."""
    questions = session.task_questions if session.is_delegated else session.bot.questions
    site = read_site_settings().default_language
    return {
        one["key"]: preview(one["ask"].get(site) or next(iter(one["ask"].values()), one["key"]), 120)
        for one in questions
        if session.is_delegated or one["key"] in session.collected or one["key"] == session.asking
    }


def _titles(session: BotSession) -> list[str]:
    shown = list(dict.fromkeys(session.shown))
    titles = dict(ArticleTranslation.objects.filter(pk__in=shown).values_list("pk", "title"))
    return [titles[pk] for pk in shown if pk in titles]


def reason_text(reason: str) -> str:
    """Why a talk was handed over, in the active language."""
    known = {
        **{str(value): str(label) for value, label in HandoffRule.Kind.choices},
        "machine": _("a machine seems to write at the other end"),
        "too_many": _("it has written too often within the hour"),
        "too_many_turns": _("the talk went on for too long"),
        "not_known": _("it knows no answer"),
        "collected": _("it has asked for what is needed"),
        "failed": _("it failed"),
        "silent": _("it did not answer in time"),
        "customer_silent": _("the customer says nothing more"),
        "cannot_speak": _("it cannot write to the customer"),
        "agent_replied": _("a person has answered"),
        "taken_back": _("a person took the ticket back"),
        "switched_off": _("the bot was switched off"),
        "done": _("its task is done"),
    }
    return known.get(reason, reason)
