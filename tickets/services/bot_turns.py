"""A bot's turns: a customer's message makes one due, a task does it, a sweep hands over what was not done in time.

A turn that is due stands in the row of the talk, so that nothing that dies loses it: whoever finds it later does it, and after a
minute a person gets the talk. Nothing is asked of a network while rows are locked.
"""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction

from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.failpoints import failpoint
from tickets.models import ArticleSearch, ArticleView, BotSession, Customer, Message, Ticket, Topic
from tickets.policies.bot import NO, YES, Heard, Holds, Move, Talk, decide, first_question, is_machine
from tickets.policies.bot_lines import Shown
from tickets.policies.conditions import holds
from tickets.selectors.articles import Found, find_articles
from tickets.selectors.bots import setup_of
from tickets.services.article_reading import count_view, give_feedback, visitor_digest
from tickets.services.bot_endings import OVER, give_back, give_to_a_person, locked_talk, solve
from tickets.services.bot_handing_over import hand_over
from tickets.services.bot_sessions import echoes, end, note_heard, owe_a_turn, settle_turn
from tickets.services.bot_speaking import speak
from tickets.services.bot_wording import Worded, is_wording_on, word_answer
from tickets.services.changes import TicketChange
from tickets.services.facts import TicketFacts

logger = logging.getLogger(__name__)

MOST_MESSAGES_PER_HOUR = 20
MOST_BUBBLES = 5
WORDING = "wording"
State = BotSession.State
Kind = Message.Kind


@dataclass(frozen=True, kw_only=True)
class _ToWord:
    """A turn that waits for the language model: the articles from which it may answer what."""

    session_id: int
    message_id: int | None
    move: Move
    question: str


def run_turn(*, session_id: int) -> bool:
    """Do the turn that is due; False where none is. A fault of whatever kind gives the talk to a person."""
    try:
        to_word = _take_turn(session_id)
        if to_word is None:
            return True
        worded = word_answer(
            session_id=session_id,
            question=to_word.question,
            articles=[one.translation_id for one in to_word.move.articles],
        )
        _say_worded(to_word, worded)
    except Exception:
        logger.exception("the turn of talk %s failed", session_id)
        give_to_a_person(session_id=session_id, reason="failed")
        return False
    return True


@transaction.atomic
def _take_turn(session_id: int) -> _ToWord | None:
    found = locked_talk(session_id)
    if found is None or found[0].expected_by is None or found[0].stage == WORDING:
        return None
    session, change = found
    note_heard(session)
    failpoint("bot.before_move")
    try:
        if _is_over(session, change):
            return None
        return _move(session, change)
    finally:
        change.save()


def _is_over(session: BotSession, change: TicketChange) -> bool:
    """End a talk that has nothing more to say: its ticket is done with, a machine writes, or too much was written already."""
    ticket = change.ticket
    if ticket.status in OVER or ticket.is_spam or ticket.merged_into_id:
        end(session, state=State.FINISHED, reason="ticket_over")
    elif _has_person_spoken(session):
        hand_over(change, session, "agent_replied")
    elif is_machine(echoes(session.heard)):
        hand_over(change, session, "machine")
    elif _messages_this_hour(session) >= MOST_MESSAGES_PER_HOUR:
        hand_over(change, session, "too_many")
    return session.state != State.ACTIVE


def _has_person_spoken(session: BotSession) -> bool:
    theirs = Message.objects.filter(
        conversation=session.conversation_id, author=Message.Author.AGENT, kind=Kind.MESSAGE
    )
    return theirs.filter(received_at__gt=session.started_at).exists()


def _messages_this_hour(session: BotSession) -> int:
    since = now() - timedelta(hours=1)
    own = Message.objects.filter(conversation=session.conversation_id, author=Message.Author.BOT, received_at__gt=since)
    return own.count()


def _move(session: BotSession, change: TicketChange) -> _ToWord | None:
    setup = setup_of(session.bot, questions=session.task_questions if session.is_delegated else None)
    talk = _talk_of(session)
    if session.pending_message is None:
        _do(session, change, first_question(setup, talk))
        return None
    heard = _heard(session, change.ticket)
    move = decide(setup, talk, heard, find=lambda query: _search(session, change.ticket, query), holds=_asking(change))
    _keep_judgement(session, talk, heard)
    if move.kind == "article" and session.bot.uses_llm and is_wording_on():
        session.stage = WORDING
        session.save(update_fields=["stage", "heard"])
        return _ToWord(session_id=session.pk, message_id=session.pending_message_id, move=move, question=heard.text)
    _do(session, change, move)
    return None


@transaction.atomic
def _say_worded(to_word: _ToWord, worded: Worded) -> None:
    """Say what the model has worded, or where it has worded nothing that may be said, the articles alone."""
    found = locked_talk(to_word.session_id)
    if found is None or found[0].pending_message_id != to_word.message_id:
        _begin_again(found)
        return
    session, change = found
    if not _is_over(session, change):
        _do(session, change, _named_first(to_word.move, worded), worded=worded.text)
    change.save()


def _named_first(move: Move, worded: Worded) -> Move:
    """The move with the article that the answer was taken from at its head: that is the source which is named."""
    if worded.translation_id is None:
        return move
    return replace(
        move, articles=tuple(sorted(move.articles, key=lambda one: one.translation_id != worded.translation_id))
    )


def _begin_again(found: tuple[BotSession, TicketChange] | None) -> None:
    """The customer has written meanwhile: his newest words are answered, not the ones before."""
    if found is not None and found[0].expected_by is not None:
        session = found[0]
        session.stage = "listening"
        owe_a_turn(session, session.pending_message)


def _talk_of(session: BotSession) -> Talk:
    asking, _colon, attempts = session.asking.partition(":")
    return Talk(
        stage=session.stage,
        asking=asking,
        attempts=int(attempts or 0),
        shown=tuple(session.shown),
        collected=session.collected,
        turns=session.turns,
        low_confidence_count=session.low_confidence_count,
        is_delegated=session.is_delegated,
        because=session.reason,
    )


def _heard(session: BotSession, ticket: Ticket) -> Heard:
    """Everything that the customer has said since the last turn, as one: people write in several bubbles."""
    message = session.pending_message
    assert message is not None
    theirs = Message.objects.filter(conversation=session.conversation_id, author=Message.Author.CUSTOMER)
    if session.last_turn_at is not None:
        theirs = theirs.filter(received_at__gt=session.last_turn_at)
    theirs = theirs.filter(ticket=ticket)
    bubbles = list(theirs.order_by("-id")[:MOST_BUBBLES])[::-1] or [message]
    payload = str(bubbles[-1].details.get("payload", ""))
    topic = Topic.objects.filter(pk=ticket.topic_id).first() if ticket.topic_id else None
    return Heard(
        text="\n".join(filter(None, (bubble.reply_text or bubble.text for bubble in bubbles))) or ticket.subject,
        payload=payload if payload.startswith("bot:") else "",
        has_files=any(bubble.attachments.exists() for bubble in bubbles),
        has_location=any("location" in bubble.details for bubble in bubbles),
        language=session.language or ticket.language or message.language,
        sentiment=message.sentiment,
        confidence=message.sentiment_confidence or 0.0,
        is_topic_sensitive=topic is not None and topic.is_sensitive,
        is_vip=session.conversation.customer.is_vip,
    )


def _search(session: BotSession, ticket: Ticket, query: str) -> list[Found]:
    # The subject of a mail often is the question.
    asked = f"{ticket.subject}\n{query}" if session.last_turn_at is None else query
    found = find_articles(query=asked, language=session.language or ticket.language, limit=5)
    ArticleSearch.objects.create(
        at=now(),
        source=ArticleView.Source.BOT,
        language=ticket.language,
        message=session.pending_message,
        translation_id=found[0].translation_id if found else None,
        score=found[0].score if found else 0.0,
    )
    return found


def _asking(change: TicketChange) -> Holds:
    facts = TicketFacts(change.ticket)
    return lambda conditions: holds(conditions, facts)


def _keep_judgement(session: BotSession, talk: Talk, heard: Heard) -> None:
    if talk.stage == "offered" and heard.payload in (YES, NO) and talk.shown:
        give_feedback(
            translation_id=talk.shown[-1],
            visitor=visitor_digest(f"conversation:{session.conversation_id}"),
            is_helpful=heard.payload == YES,
            ticket_id=session.ticket_id,
        )


def _do(session: BotSession, change: TicketChange, move: Move, *, worded: str = "") -> None:
    """Carry a move out: say it, and end the talk where it ends."""
    _keep_talk(session, move.talk)
    _keep_attributes(session, change, move)
    if move.hand_off:
        rule_id = move.rule.pk if move.rule is not None else None
        hand_over(change, session, move.hand_off, move=move, rule_id=rule_id)
        return
    mark = change.mark()
    try:
        with transaction.atomic():
            speak(change, session, move, articles=_shown(move), worded=worded)
    except HelpdeskError:
        change.back_to(mark)
        hand_over(change, session, "cannot_speak")
        return
    # In one order, so that two talks that show the same articles cannot wait for each other.
    for translation_id in sorted(article.translation_id for article in move.articles):
        count_view(translation_id=translation_id, source=ArticleView.Source.BOT)
    settle_turn(session, quiet_after=session.bot.quiet_after)
    session.save()
    if move.result == "solved":
        solve(session, change, move.solved_by)
    elif move.result:
        give_back(change, session, result=move.result)


def _keep_talk(session: BotSession, talk: Talk) -> None:
    session.stage, session.asking = talk.stage, f"{talk.asking}:{talk.attempts}" if talk.asking else ""
    session.shown, session.collected = list(talk.shown), dict(talk.collected)
    session.turns, session.low_confidence_count = talk.turns, talk.low_confidence_count
    session.reason = talk.because


def _keep_attributes(session: BotSession, change: TicketChange, move: Move) -> None:
    """What was asked for as an attribute of the customer becomes one, as soon as he has said it."""
    questions = session.task_questions if session.is_delegated else session.bot.questions
    given = {
        one["attribute"]: move.talk.collected[one["key"]]
        for one in questions
        if one.get("attribute") and move.talk.collected.get(one["key"])
    }
    customer = session.conversation.customer
    if not given or all(customer.attributes.get(name) == value for name, value in given.items()):
        return
    # Locked with the talk.
    row = Customer.objects.get(pk=customer.pk)
    row.attributes = row.attributes | given
    row.save(update_fields=["attributes"])
    change.tell("customer.changed", {"customer": row.pk, "fields": ["attributes"]})


def _shown(move: Move) -> list[Shown]:
    return [Shown(title=article.title, link=article.url) for article in move.articles]
