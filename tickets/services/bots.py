"""Setting bots up, giving them a ticket, taking it back, and trying them without a customer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from channels_app.adapters.base import Can
from channels_app.models import Channel
from channels_app.registry import adapter_class
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible, Unprocessable
from helpdesk.common.text import clean_text
from tickets.models import Bot, BotSession, Conversation, HandoffRule, Message, Team, Ticket
from tickets.policies.action_plans import Outcome
from tickets.policies.bot import DEFAULT_RULES, Heard, Talk, decide
from tickets.policies.bot_lines import Scene, Shown, compose, offers_of, own_text, with_way_out
from tickets.policies.bot_questions import check_questions, check_wording, read_questions, task_questions
from tickets.policies.bot_texts import bot_texts_for
from tickets.policies.conditions import check_conditions
from tickets.policies.language import recognise_language
from tickets.policies.sentiment import analyse_sentiment
from tickets.selectors.articles import find_articles
from tickets.selectors.bots import bots_at_work, setup_of
from tickets.services.actions import Doing
from tickets.services.actors import Actor
from tickets.services.bot_endings import give_to_a_person, locked_talk
from tickets.services.bot_handing_over import hand_over
from tickets.services.bot_sessions import begin, owe_a_turn
from tickets.services.changes import TicketChange
from tickets.services.lifecycle import refuse
from tickets.services.locking import lock_active_conversations, lock_ticket
from tickets.services.replies import conversation_for

LONGEST_TASK = 2000
State = BotSession.State
FIELDS = frozenset({
    "name", "is_active", "works", "greeting", "hours_message", "questions", "answers_from_articles", "threshold", "uses_llm",
    "quiet_after", "resolves_quiet",
})  # fmt: skip


@transaction.atomic
def save_bot(
    *,
    changes: Mapping[str, Any],
    actor: Actor,
    bot_id: int | None = None,
    channel_ids: Sequence[int] | None = None,
    rules: Sequence[Mapping[str, Any]] | None = None,
) -> Bot:
    """Set up a bot; a new one gets the rules that every bot begins with. ``rules`` in their order take the place of all.

    A bot that is switched off hands its talks over. Raises InvalidInput ("invalid_bot", "invalid_conditions" with the field), Conflict
    ("channel_taken": another bot that is on has it), NotVisible.
    """
    # Its key stays free: a talk that begins meanwhile names it, and holds tickets that may be waited for below.
    bot = Bot() if bot_id is None else Bot.objects.select_for_update(no_key=True).filter(pk=bot_id).first()
    if bot is None:
        raise NotVisible("bot_not_found", _("There is no such bot."))
    for name, value in _checked(changes).items():
        setattr(bot, name, value)
    if not bot.name or Bot.objects.filter(name=bot.name).exclude(pk=bot.pk).exists():
        raise InvalidInput("invalid_bot", _("Give it a name of its own."), fields={"name": "taken"})
    bot.save()
    if channel_ids is not None:
        bot.channels.set(Channel.objects.filter(pk__in=channel_ids))
    _refuse_taken_channels(bot)
    if rules is not None:
        set_rules(bot, rules)
    elif bot_id is None:
        set_rules(bot, [{"kind": kind, "number": number} for kind, number in DEFAULT_RULES])
    if not bot.is_active:
        for session_id in bot.sessions.filter(state=State.ACTIVE).order_by("id").values_list("pk", flat=True):
            give_to_a_person(session_id=session_id, reason="switched_off")
    # Its channels are rows of their own, whose change nobody announces.
    transaction.on_commit(bots_at_work.forget)
    bots_at_work.forget()
    return bot


def set_rules(bot: Bot, rules: Sequence[Mapping[str, Any]]) -> None:
    """The hand-off rules in their order. That a person can be asked for is always among them."""
    given = [dict(rule) for rule in rules]
    if not any(rule.get("kind") == "asked_for" for rule in given):
        given.insert(0, {"kind": "asked_for"})
    rows = [_rule(bot, rule, position) for position, rule in enumerate(given)]
    bot.rules.all().delete()
    HandoffRule.objects.bulk_create(rows)


def _rule(bot: Bot, rule: Mapping[str, Any], position: int) -> HandoffRule:
    kind, number, team_id = rule.get("kind"), rule.get("number"), rule.get("team")
    place = f"rules.{position}"
    if kind not in HandoffRule.Kind.values:
        raise InvalidInput("invalid_bot", _("Choose when it hands over."), fields={f"{place}.kind": "unknown"})
    if number is not None and (isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= 100):
        raise InvalidInput("invalid_bot", _("Give a number from 1 to 100."), fields={f"{place}.number": "invalid"})
    if team_id is not None and not Team.objects.filter(pk=team_id).exists():
        raise InvalidInput("invalid_bot", _("There is no such team."), fields={f"{place}.team": "unknown"})
    return HandoffRule(
        bot=bot,
        kind=kind,
        position=position,
        is_active=kind == "asked_for" or bool(rule.get("is_active", True)),
        number=number,
        conditions=check_conditions(rule.get("conditions") or {}),
        team_id=team_id,
    )


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(changes) - FIELDS
    if unknown:
        raise InvalidInput("invalid_bot", _("There is no such setting."), fields=dict.fromkeys(unknown, "unknown"))
    clean = dict(changes)
    if "name" in clean:
        clean["name"] = " ".join(clean_text(str(clean["name"])).split())[:60]
    for name in ("greeting", "hours_message"):
        if name in clean:
            clean[name] = check_wording(clean[name], name)
    if "questions" in clean:
        clean["questions"] = check_questions(clean["questions"])
    if "works" in clean and clean["works"] not in Bot.Works.values:
        raise InvalidInput("invalid_bot", _("Choose when it works."), fields={"works": "unknown"})
    threshold = clean.get("threshold")
    if threshold is not None and not 0 < threshold <= 1:
        raise InvalidInput("invalid_bot", _("Give a number from 0 to 1."), fields={"threshold": "invalid"})
    quiet = clean.get("quiet_after")
    if quiet is not None and not timedelta(minutes=1) <= quiet <= timedelta(days=30):
        raise InvalidInput("invalid_bot", _("Give a time from a minute to 30 days."), fields={"quiet_after": "invalid"})
    return clean


def _refuse_taken_channels(bot: Bot) -> None:
    if not bot.is_active:
        return
    for channel in bot.channels.all():
        if Can.SEND not in adapter_class(channel.kind).can:
            text = _("“%(channel)s” cannot send, so no bot can answer there.") % {"channel": channel.name}
            raise InvalidInput("invalid_bot", text, fields={"channels": "cannot_send"})
        other = channel.bots.filter(is_active=True).exclude(pk=bot.pk).first()
        if other is not None:
            text = _("On “%(channel)s” the bot “%(bot)s” answers already.") % {
                "channel": channel.name,
                "bot": other.name,
            }
            raise Conflict("channel_taken", text, fields={"channels": "taken"})


# Giving and taking a ticket ---------------------------------------------------------------------------------------------


@transaction.atomic
def hand_to_bot(*, ticket_id: int, bot_id: int, task: str, actor: Actor) -> BotSession:
    """Give a bot a task on a ticket: each line of ``task`` is a question to the customer, or the name of one of the bot's own.

    The agent gets the ticket back with the answers as a note. Raises NotVisible, Unprocessable ("empty_task", "would_be_public"),
    Conflict ("with_bot", "bot_off", "ticket_closed", "wrong_status").
    """
    lock_active_conversations([ticket_id])
    ticket = lock_ticket(ticket_id)
    if ticket.status in (Ticket.Status.CLOSED, Ticket.Status.RESOLVED):
        raise refuse(ticket, "agent_reply")
    bot = Bot.objects.filter(pk=bot_id).first()
    if bot is None:
        raise NotVisible("bot_not_found", _("There is no such bot."))
    if not bot.is_active:
        raise Conflict("bot_off", _("This bot is switched off."))
    conversation = conversation_for(ticket, None)
    _refuse_busy(conversation)
    clean = clean_text(task).strip()[:LONGEST_TASK]
    questions = task_questions(clean, read_questions(bot.questions), ticket.language)
    if not questions:
        text = _("Write what the bot shall ask, one question a line.")
        raise Unprocessable("empty_task", text, fields={"task": "empty"})
    change = TicketChange(ticket, actor)
    delegated = {"task": clean, "task_questions": questions, "delegated_by_id": actor.user_id}
    session = begin(bot_id=bot.pk, conversation=conversation, ticket=ticket, change=change, delegated=delegated)
    owe_a_turn(session, None)
    change.save()
    return session


def _refuse_busy(conversation: Conversation) -> None:
    if conversation.visibility == Conversation.Visibility.PUBLIC:
        raise Unprocessable("would_be_public", _("Everybody would read this here: no bot answers in public."))
    if BotSession.objects.filter(conversation=conversation, state=State.ACTIVE).exists():
        raise Conflict("with_bot", _("A bot is talking with this customer already."))


@transaction.atomic
def take_back(*, ticket_id: int, actor: Actor) -> BotSession:
    """A person takes a ticket back from the bot, which is silent from now on; what it knows stands on the ticket. Raises Conflict."""
    known = BotSession.objects.filter(ticket_id=ticket_id, state=State.ACTIVE).values_list("pk", flat=True).first()
    found = locked_talk(known) if known is not None else None
    if found is None:
        raise Conflict("not_with_bot", _("No bot has this ticket."))
    session, change = found
    hand_over(change, session, "taken_back")
    change.save()
    return session


def hand_to_bot_by_action(doing: Doing, action: Mapping[str, Any]) -> Outcome:
    """The action "hand_to_bot" of rules and macros: the bot answers the customer's last message."""
    bot = Bot.objects.filter(pk=action["bot"], is_active=True).first()
    if bot is None:
        return doing.skipped(action, "bot_off")
    ticket = doing.ticket
    theirs = Message.objects.filter(ticket=ticket, author=Message.Author.CUSTOMER, is_auto_reply=False)
    message = theirs.select_related("conversation").order_by("-id").first()
    if message is None or message.conversation is None or message.conversation.visibility == "public":
        return doing.skipped(action, "nothing_to_answer")
    if BotSession.objects.filter(conversation=message.conversation, state=State.ACTIVE).exists():
        return doing.skipped(action, "with_bot")
    if BotSession.objects.filter(ticket=ticket, state=State.HANDED_OFF).exists():
        return doing.skipped(action, "handed_off")
    session = begin(bot_id=bot.pk, conversation=message.conversation, ticket=ticket, change=doing.change)
    owe_a_turn(session, message)
    return doing.done(action, bot=bot.pk)


# Trying it --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What the bot would say to a made-up customer, its buttons, why, and where the talk then stands."""

    text: str
    buttons: tuple[tuple[str, str], ...]
    talk: Talk
    hand_off: str = ""
    result: str = ""
    score: float | None = None


def try_bot(*, bot: Bot, talk: Talk, text: str, payload: str = "") -> Trial:
    """The next move by the real rules, with nothing sent and nothing kept. The customer is called Alex and writes in a chat."""
    language = recognise_language(text, hint="").language or "en"
    mood = analyse_sentiment(text, language=language)
    heard = Heard(
        text=clean_text(text)[:2000],
        payload=payload,
        language=language,
        sentiment=mood.label,
        confidence=mood.confidence,
    )
    best: list[float] = []

    def find(query: str) -> list[Any]:
        found = find_articles(query=query, language=language, limit=5)
        best.extend(one.score for one in found[:1])
        return found

    move = decide(setup_of(bot), talk, heard, find=find)
    texts = bot_texts_for(language)
    scene = Scene(
        texts=texts,
        bot=bot.name,
        name="Alex",
        is_first=talk.turns == 0,
        greeting=own_text(bot.greeting, language),
        articles=[Shown(title=one.title, link=one.url) for one in move.articles],
        languages=(language,),
    )
    chat = adapter_class("webchat")
    spoken = with_way_out(compose(move, scene), offers_of(move), texts=texts, limits=chat.limits, has_buttons=True)
    return Trial(
        text=spoken.text,
        buttons=tuple((choice.payload, choice.title) for choice in spoken.choices),
        talk=replace(move.talk),
        hand_off=move.hand_off,
        result=move.result,
        score=best[0] if best else None,
    )
