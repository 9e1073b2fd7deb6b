"""The step of triage at which a bot notices that it is asked something."""

from typing import TYPE_CHECKING

from helpdesk.common.clock import now
from tickets.models import Bot, BotSession, Conversation, Message, Ticket, Trigger
from tickets.policies.business_time import is_open
from tickets.selectors.bots import ActiveBot, bots_at_work
from tickets.selectors.sla import active_hours
from tickets.services.bot_sessions import begin, end, owe_a_turn

if TYPE_CHECKING:
    from tickets.services.triage import Case

State = BotSession.State


def bot_step(case: "Case") -> None:
    """The step of triage: a message that a bot has to answer makes a turn due. Costs nothing where no bot is on."""
    at_work = bots_at_work()
    if not at_work or case.message is None or case.message.conversation is None:
        return
    message, conversation = case.message, case.message.conversation
    session = BotSession.objects.filter(conversation=conversation, state=State.ACTIVE).select_related("bot").first()
    if session is not None and session.ticket_id != case.ticket.pk:
        end(session, state=State.FINISHED, reason="other_ticket")
        session = None
    if _is_for_nobody(message):
        return
    if session is None:
        bot = at_work.on_channel(conversation.channel_id)
        if bot is None or not _may_begin(case, bot, conversation, message):
            return
        session = begin(bot_id=bot.pk, conversation=conversation, ticket=case.ticket, change=case.change)
    owe_a_turn(session, message)


def _is_for_nobody(message: Message) -> bool:
    """Whether no machine may answer: a robot wrote it, a blocked person, or somebody whom another application answers."""
    return (
        message.is_auto_reply
        or bool(message.headers.get("no_auto_answer"))
        or not {"blocked", "standby", "uploaded"}.isdisjoint(message.flags)
    )


def _may_begin(case: "Case", bot: ActiveBot, conversation: Conversation, message: Message) -> bool:
    ticket = case.ticket
    is_new = Trigger.CREATED in case.triggers and ticket.status in (Ticket.Status.NEW, Ticket.Status.OPEN)
    if not is_new or ticket.is_spam or ticket.assignee_id is not None or ticket.opened_by_agent:
        return False
    if conversation.visibility == Conversation.Visibility.PUBLIC:
        return False
    if BotSession.objects.filter(ticket=ticket).exists():
        return False
    return bot.works == Bot.Works.ALWAYS or not _is_team_there(ticket)


def _is_team_there(ticket: Ticket) -> bool:
    hours = active_hours()
    chosen = hours.for_ticket(ticket)
    return chosen is None or is_open(hours.weeks[chosen], at=now())
