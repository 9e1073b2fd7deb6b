"""Which bot works where, how its talks stand, and what they spared people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from helpdesk.common.remembered import Remembered
from tickets.models import Bot, BotSession, HandoffRule, Message, Ticket
from tickets.policies.article_match import THRESHOLD
from tickets.policies.bot import Rule, Setup
from tickets.policies.bot_questions import read_questions

# What the bot solved is known when the customer has not come back to a person for so long.
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


def talks_with_customers(*, since: datetime, until: datetime) -> QuerySet[BotSession]:
    """Talks that began in [since, until), without the tasks that agents gave."""
    return BotSession.objects.filter(started_at__gte=since, started_at__lt=until, is_delegated=False)


def with_what_was_spared(sessions: QuerySet[BotSession]) -> QuerySet[BotSession]:
    """Each with ``is_spared``: the customer said that it helped, and no person had to do with it.

    So no talk on the ticket was handed over, no person has ever answered it, and none a ticket that the same customer opened on any
    channel within ``DEFLECTED_AFTER`` of the end. It is final when that time is over.
    """
    answers = Message.objects.filter(author=Message.Author.AGENT, kind=Message.Kind.MESSAGE)
    answers = answers.exclude(delivery_state=Message.DeliveryState.CANCELLED)
    asked_again = answers.filter(
        ticket__customer=OuterRef("ticket__customer"),
        ticket__opened_at__gt=OuterRef("ended_at"),
        ticket__opened_at__lte=OuterRef("ended_at") + DEFLECTED_AFTER,
    )
    handed_off = BotSession.objects.filter(ticket=OuterRef("ticket"), state=BotSession.State.HANDED_OFF)
    nobody = ~Exists(answers.filter(ticket=OuterRef("ticket"))) & ~Exists(asked_again) & ~Exists(handed_off)
    is_spared = Q(state=BotSession.State.FINISHED, result="solved") & nobody
    return sessions.annotate(is_spared=ExpressionWrapper(is_spared, output_field=BooleanField()))
