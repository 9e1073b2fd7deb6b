"""The rows of a bot's talks: beginning them, ending them, noting that a turn is due."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from helpdesk.common.clock import now
from helpdesk.common.doorbell import ring_on_commit
from helpdesk.common.text import text_for_search
from tickets.models import BotSession, Conversation, Message, Ticket
from tickets.policies.bot import KEPT_HEARD, Echo
from tickets.selectors.bots import bots_at_work
from tickets.services.changes import TicketChange

# A bot that has not moved by then is no help: its talk goes to a person.
SILENCE = timedelta(seconds=60)
QUIET_AFTER = timedelta(hours=1)
State = BotSession.State


def begin(
    *,
    bot_id: int,
    conversation: Conversation,
    ticket: Ticket,
    change: TicketChange,
    delegated: dict[str, Any] | None = None,
) -> BotSession:
    """A new talk; the caller holds conversation and ticket locked, and there is none in this conversation."""
    session = BotSession(
        bot_id=bot_id,
        conversation=conversation,
        ticket=ticket,
        language=ticket.language,
        started_at=now(),
        is_delegated=delegated is not None,
        **(delegated or {}),
    )
    session.save(force_insert=True)
    data = {"bot": bot_id, "conversation": conversation.pk, "is_delegated": session.is_delegated}
    change.tell("bot.started", data)
    return session


def owe_a_turn(session: BotSession, message: Message | None) -> None:
    """Note that the bot has to move, by when, and ring for it. Saves the talk."""
    session.pending_message = message
    session.expected_by, session.quiet_at = now() + SILENCE, None
    session.save()
    ring_on_commit("tickets.tasks.take_bot_turn", session.pk)


def note_heard(session: BotSession) -> None:
    """Keep when the customer spoke in this turn, and what stands for his words. Several bubbles are one turn. Not saved."""
    message = session.pending_message
    if message is not None:
        session.heard = [*session.heard, [message.received_at.isoformat(), digest_of(message)]][-KEPT_HEARD:]


def settle_turn(session: BotSession, *, quiet_after: timedelta | None) -> None:
    """The bot has moved, and waits for the customer. Not saved."""
    moment = now()
    session.pending_message = session.expected_by = None
    session.last_turn_at, session.quiet_at = moment, moment + (quiet_after or QUIET_AFTER)


def end(session: BotSession, *, state: str, reason: str = "", result: str = "") -> None:
    """The talk is over; saved."""
    session.state, session.reason, session.result = state, reason, result
    session.ended_at = now()
    session.pending_message = session.expected_by = session.quiet_at = None
    session.save()


def end_talks_of(change: TicketChange, *, reason: str) -> None:
    """A person has taken the case into his hands: the bot is silent from now on. Part of the verb that he does."""
    if not bots_at_work():
        return
    for session in BotSession.objects.select_for_update().filter(ticket=change.ticket, state=State.ACTIVE):
        session.waiting_since = change.ticket.waiting_since
        end(session, state=State.HANDED_OFF, reason=reason)
        change.tell("bot.handed_off", handed_off_data(session))


def handed_off_data(session: BotSession) -> dict[str, Any]:
    """What the log keeps of a hand-off."""
    since = session.waiting_since
    return {
        "bot": session.bot_id,
        "conversation": session.conversation_id,
        "reason": session.reason,
        "turns": session.turns,
        "waiting_since": since.isoformat() if since is not None else None,
    }


def digest_of(message: Message) -> str:
    """What stands for the words of a message; "" for one that says nothing, for a short one, and for a pressed button.

    People say "yes" and "hello?" twice; a machine repeats sentences.
    """
    words = text_for_search(message.reply_text or message.text).split()
    if "payload" in message.details or len(words) < 4:
        return ""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


def echoes(heard: Sequence[Sequence[str]]) -> list[Echo]:
    """What is kept of the last messages, as the policy reads it."""
    return [Echo(at=datetime.fromisoformat(at), digest=digest) for at, digest in heard]
