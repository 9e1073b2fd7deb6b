"""Which bot works where, how its talks stand, and what they spared people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from helpdesk.common.remembered import Remembered
from tickets.models import Bot, BotSession, HandoffRule, Message, Ticket
from tickets.policies.article_match import THRESHOLD
from tickets.policies.bot import Rule, Setup
from tickets.policies.bot_questions import read_questions

# A case counts as solved by the bot when no person has answered it for so long.
DEFLECTED_AFTER = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class ActiveBot:
    """A bot as it works on its channels."""

    pk: int
    works: str
    channels: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class BotsAtWork:
    """Every bot that is on."""

    by_pk: Mapping[int, ActiveBot]

    def on_channel(self, channel_id: int) -> ActiveBot | None:
        """The bot that greets on a channel."""
        return next((bot for bot in self.by_pk.values() if channel_id in bot.channels), None)

    def __bool__(self) -> bool:
        return bool(self.by_pk)


def _load() -> BotsAtWork:
    bots = Bot.objects.filter(is_active=True).order_by("id").prefetch_related("channels")
    return BotsAtWork(
        by_pk={
            bot.pk: ActiveBot(
                pk=bot.pk, works=bot.works, channels=frozenset(channel.pk for channel in bot.channels.all())
            )
            for bot in bots
        }
    )


bots_at_work = Remembered(_load)
bots_at_work.forget_on_change(Bot)


def setup_of(bot: Bot, *, questions: list[dict[str, object]] | None = None) -> Setup:
    """How a bot decides. ``questions``: those of a task instead of its own; then it answers nothing else."""
    rows = HandoffRule.objects.filter(bot=bot, is_active=True).order_by("position", "id")
    return Setup(
        rules=tuple(Rule(kind=row.kind, pk=row.pk, number=row.number, conditions=row.conditions) for row in rows),
        questions=read_questions(bot.questions if questions is None else questions),
        answers_from_articles=bot.answers_from_articles,
        threshold=bot.threshold if bot.threshold is not None else THRESHOLD,
    )


def latest_session(ticket: Ticket) -> BotSession | None:
    """The newest talk of a bot on a ticket; None where there was none."""
    rows = BotSession.objects.filter(ticket=ticket).select_related("bot", "summary", "rule", "solved_by")
    return rows.order_by("-id").first()


def finished_sessions(*, since: datetime, until: datetime) -> QuerySet[BotSession]:
    """Talks on real tickets that began in [since, until) and are over, without the tasks that agents gave."""
    rows = BotSession.objects.filter(started_at__gte=since, started_at__lt=until, is_delegated=False)
    rows = rows.exclude(state=BotSession.State.ACTIVE)
    return rows.filter(ticket__is_demo=False, ticket__is_spam=False, ticket__merged_into=None)


def solved_by_bot(sessions: QuerySet[BotSession], *, at: datetime) -> QuerySet[BotSession]:
    """Those of them that spared a person: the customer said that it helped, nobody was handed anything, no person has answered since,
    and ``DEFLECTED_AFTER`` is over at ``at``.
    """
    answers = Message.objects.filter(
        ticket=OuterRef("ticket"), author=Message.Author.AGENT, kind=Message.Kind.MESSAGE
    ).exclude(delivery_state=Message.DeliveryState.CANCELLED)
    handed_off = BotSession.objects.filter(ticket=OuterRef("ticket"), state=BotSession.State.HANDED_OFF)
    return sessions.filter(
        ~Exists(answers), ~Exists(handed_off), state=BotSession.State.FINISHED, result="solved",
        ended_at__lte=at - DEFLECTED_AFTER,
    )  # fmt: skip
