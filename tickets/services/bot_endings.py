"""How a bot's talk ends: solved, given back to the agent who gave the task, or handed over because something went wrong."""

from django.db import transaction

from tickets.models import BotSession, Conversation, Customer, Ticket
from tickets.services.actors import Actor
from tickets.services.bot_handing_over import give_out, hand_over, write_summary
from tickets.services.bot_sessions import end
from tickets.services.changes import TicketChange
from tickets.services.lifecycle import move_to, resolve
from tickets.services.locking import lock_ticket
from tickets.services.notifying import notify

State = BotSession.State
OVER = (Ticket.Status.RESOLVED, Ticket.Status.CLOSED)


def locked_talk(session_id: int) -> tuple[BotSession, TicketChange] | None:
    """The active talk with customer, conversation, ticket and itself locked, in this order; None where it is over."""
    columns = ("conversation_id", "ticket_id", "conversation__customer_id")
    known = BotSession.objects.filter(pk=session_id).values_list(*columns).first()
    if known is None:
        return None
    # What he answers may become an attribute of his; whoever changes customers takes them before their tickets.
    Customer.objects.select_for_update(no_key=True).filter(pk=known[2]).first()
    Conversation.objects.select_for_update().filter(pk=known[0]).first()
    ticket = lock_ticket(known[1])
    rows = BotSession.objects.select_for_update(of=("self",)).filter(pk=session_id, state=State.ACTIVE)
    session = rows.select_related(
        "bot", "conversation__channel__brand", "conversation__identity", "conversation__customer"
    ).first()
    if session is None:
        return None
    session.ticket = ticket
    return session, TicketChange(ticket, Actor.bot())


@transaction.atomic
def give_to_a_person(*, session_id: int, reason: str) -> bool:
    """Hand over without a word to the customer; False where the talk is over already."""
    found = locked_talk(session_id)
    if found is None:
        return False
    session, change = found
    hand_over(change, session, reason)
    change.save()
    return True


def solve(session: BotSession, change: TicketChange, article_id: int | None) -> None:
    """The customer says that it helped: the case is resolved, and the customer waits for nobody."""
    session.solved_by_id = article_id
    session.summary = write_summary(change, session, "solved")
    end(session, state=State.FINISHED, result="solved")
    change.tell("bot.returned", {"bot": session.bot_id, "conversation": session.conversation_id, "result": "solved"})
    if change.ticket.status not in OVER:
        resolve(change, reason="bot")


def give_back(change: TicketChange, session: BotSession, *, result: str) -> None:
    """A task is done: the agent who gave it gets the ticket back with what was collected as a note."""
    session.summary = write_summary(change, session, result)
    end(session, state=State.FINISHED, result=result)
    change.tell("bot.returned", {"bot": session.bot_id, "conversation": session.conversation_id, "result": result})
    if change.ticket.status in (Ticket.Status.PENDING, Ticket.Status.ON_HOLD):
        move_to(change, Ticket.Status.OPEN)
    change.set(unread_count=max(1, change.ticket.unread_count))
    if session.delegated_by_id is not None:
        notify(
            user_ids=[session.delegated_by_id],
            kind="returned",
            key=f"bot:{session.pk}",
            ticket_id=change.ticket.pk,
            data={"result": result},
        )
    give_out(change.ticket)
