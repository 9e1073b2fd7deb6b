"""Talking to a bot as a customer does, with every turn taken at once."""

from typing import Any

from channels_app.models import Channel
from tests.factories import make_channel, receive_message
from tickets.models import Bot, BotSession, HandoffRule, Message, Ticket
from tickets.policies.bot import DEFAULT_RULES
from tickets.services.actors import Actor
from tickets.services.articles import publish_article, save_article
from tickets.services.bot_turns import run_turn
from tickets.services.triage import triage_ticket


def make_bot(channel: Channel, **fields: Any) -> Bot:
    """A bot at work on a channel, with the rules that every bot begins with."""
    bot = Bot.objects.create(**{"name": "Robin", "is_active": True} | fields)
    bot.channels.set([channel])
    for position, (kind, number) in enumerate(DEFAULT_RULES):
        HandoffRule.objects.create(bot=bot, kind=kind, number=number, position=position)
    return Bot.objects.get(pk=bot.pk)


def publish(title: str, body: str = "Thirty days.", keywords: tuple[str, ...] = ()) -> int:
    """An English article; the id of its text."""
    saved = save_article(language="en", title=title, body=body, keywords=keywords, actor=Actor.system())
    return publish_article(translation_id=saved.pk, actor=Actor.system()).pk


class Talk:
    """One customer who writes to a channel."""

    def __init__(self, channel: Channel | None = None) -> None:
        self.channel = channel or make_channel(kind="webchat")
        self.ticket_id = 0

    def write(self, text: str, *, takes_turn: bool = True, **item: Any) -> "Talk":
        """A message of the customer; triage looks at it, and the bot moves if it has to."""
        filed = receive_message(self.channel, subject="", text=text, thread_id="one", language="en", **item)
        assert filed.ticket_id is not None
        self.ticket_id = filed.ticket_id
        triage_ticket(ticket_id=self.ticket_id)
        if takes_turn:
            self.take_turn()
        return self

    def press(self, payload: str, title: str = "") -> "Talk":
        """A pressed button."""
        return self.write(title or payload, payload=payload)

    def take_turn(self) -> None:
        for session in BotSession.objects.filter(state="active", expected_by__isnull=False):
            run_turn(session_id=session.pk)

    @property
    def ticket(self) -> Ticket:
        return Ticket.objects.get(pk=self.ticket_id)

    @property
    def session(self) -> BotSession:
        return BotSession.objects.order_by("-pk")[0]

    @property
    def said(self) -> list[Message]:
        """What the bot has said, oldest first."""
        return list(Message.objects.filter(author="bot").order_by("pk"))

    @property
    def last(self) -> Message:
        return self.said[-1]

    def offers(self) -> list[str]:
        """The payloads of the buttons under its last message."""
        return [choice["payload"] for choice in self.last.details.get("choices", [])]
