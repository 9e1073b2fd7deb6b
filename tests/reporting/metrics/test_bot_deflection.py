"""Of the bot's talks that are decided, the share that spared a person."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from reporting.metrics import METRICS
from reporting.metrics.question import GroupBy, Question
from reporting.models import TicketFact
from tests.factories import make_team, make_ticket
from tests.support.talking import make_bot
from tickets.models import BotSession, Conversation, Message, Ticket

METRIC = METRICS["bot-deflection"]
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SOLVED = {"state": "finished", "result": "solved"}


@pytest.fixture
def make_talk(make_fact: Callable[..., TicketFact], email_channel: Any) -> Callable[..., BotSession]:
    """A talk of Monday, 2 March 2026, that ended ten minutes later, on a ticket of its own."""
    bot = make_bot(email_channel)
    conversation = make_ticket(email_channel).active_conversations.get()

    def make(*, ticket: Ticket | None = None, fact: dict[str, Any] | None = None, **fields: Any) -> BotSession:
        values = {"started_at": AT, "ended_at": AT + timedelta(minutes=10)} | SOLVED | fields
        ticket = ticket or make_fact(**(fact or {})).ticket
        return BotSession.objects.create(bot=bot, conversation=conversation, ticket=ticket, **values)

    return make


@pytest.fixture
def answer(agent: Any) -> Callable[..., None]:
    """A person answers."""

    def make(ticket: Ticket, at: datetime = AT, **fields: Any) -> None:
        values: dict[str, Any] = {
            "direction": "out",
            "author": "agent",
            "author_agent": agent,
            "sort_at": at,
            "received_at": at,
        }
        conversation = None if fields.get("kind") == "note" else Conversation.objects.get()
        values |= {"conversation": conversation, "channel": conversation and conversation.channel}
        Message.objects.create(ticket=ticket, **(values | fields))

    return make


def figures(question: Question, days: float = 10) -> dict[str, Any]:
    with time_machine.travel(AT + timedelta(days=days), tick=False):
        (row,) = METRIC.rows(question)
    return dict(row.values)


def test_rate_is_of_the_decided_talks_and_its_parts_add_up(
    make_talk: Any, answer: Any, ask: Callable[..., Question]
) -> None:
    spared, answered, handed = make_talk(), make_talk(), make_talk(state="handed_off", result="", reason="asked_for")
    answer(answered.ticket)
    answer(handed.ticket)
    answer(spared.ticket, delivery_state="cancelled")
    answer(spared.ticket, kind="note")
    make_talk(result="unconfirmed")
    make_talk(state="active", result="", ended_at=None)
    row = figures(ask())
    names = ("count", "spared", "handed_off", "answered", "unsaid", "running")
    assert [row[name] for name in names] == [4, 1, 1, 1, 1, 1]
    assert row["bot_deflection_rate"] == 0.25
    with time_machine.travel(AT + timedelta(days=10), tick=False):
        behind = {name: list(METRIC.tickets(ask(subset=name))) for name in METRIC.subsets}
    assert behind == {"spared": [spared.ticket], "answered": [answered.ticket], "handed_off": [handed.ticket]}


@pytest.mark.parametrize(("after", "counted"), [(timedelta(days=3), 1), (timedelta(days=3, seconds=-1), 0)])
def test_talk_is_decided_three_days_after_its_end(
    make_talk: Any, ask: Callable[..., Question], after: timedelta, counted: int
) -> None:
    make_talk(ended_at=AT)
    row = figures(ask(), days=after / timedelta(days=1))
    assert (row["count"], row["running"]) == (counted, 1 - counted)
    assert row["bot_deflection_rate"] == (1.0 if counted else None)


@pytest.mark.parametrize(("after", "spared"), [(timedelta(days=3), 0), (timedelta(days=3, seconds=1), 1)])
def test_customer_who_comes_back_to_a_person_within_three_days_was_not_spared_one(
    make_talk: Any, make_fact: Any, answer: Any, ask: Callable[..., Question], after: timedelta, spared: int
) -> None:
    talk = make_talk(ended_at=AT)
    again = make_fact(opened_at=AT + after).ticket
    Ticket.objects.filter(pk=again.pk).update(customer=talk.ticket.customer_id)
    assert figures(ask())["spared"] == 1
    answer(again, at=AT + after)
    assert figures(ask())["spared"] == spared


def test_second_talk_that_is_handed_over_spares_nobody(make_talk: Any, ask: Callable[..., Question]) -> None:
    first = make_talk()
    make_talk(ticket=first.ticket, state="handed_off", result="")
    row = figures(ask())
    assert (row["count"], row["spared"]) == (2, 0)


def test_tasks_demo_spam_merged_and_agent_opened_tickets_are_in_no_rate(
    make_talk: Any, ask: Callable[..., Question]
) -> None:
    make_talk(is_delegated=True)
    make_talk(fact={"is_demo": True})
    for why in ("spam", "merged", "agent_opened"):
        make_talk(fact={"excluded_because": why})
    row = figures(ask())
    assert (row["count"], row["bot_deflection_rate"]) == (0, None)
    assert figures(ask(include_demo=True))["count"] == 1


def test_talks_are_told_apart_by_channel_and_day_and_narrowed(make_talk: Any, ask: Callable[..., Question]) -> None:
    make_talk()
    assert figures(ask(GroupBy.CHANNEL, channel="support"))["spared"] == 1
    assert figures(ask(GroupBy.DAY, agent="none"))["count"] == 1
    assert figures(ask(channel="other"))["count"] == 0


def test_agent_counts_only_what_he_may_see(make_talk: Any, ask: Callable[..., Question], agent: Any, lead: Any) -> None:
    make_talk(fact={"team": make_team("Board", lead, is_private=True)})
    assert figures(ask())["count"] == 1
    assert figures(ask(user=agent))["count"] == 0
