"""Talks of a bot: answer, ask, hand over, be silent; whatever dies or writes at the other end."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from helpdesk.common.clock import now
from tests.factories import make_channel, make_team
from tests.support.talking import Talk, make_bot, publish
from tickets.models import (
    ArticleFeedback,
    BotSession,
    HandoffRule,
    InformationRequest,
    Notification,
    RoutingDecision,
    Ticket,
    TicketEvent,
    Topic,
    TriageItem,
)
from tickets.policies import bot
from tickets.services import bot_turns
from tickets.services.actors import Actor
from tickets.services.bot_watch import watch_bots
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db
HUMAN, YES, NO = "bot:human", "bot:yes", "bot:no"


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The customers of these tests type faster than people do."""
    monkeypatch.setattr(bot, "MACHINE_SECONDS", -1)


@pytest.fixture
def talk() -> Talk:
    talk = Talk()
    make_bot(talk.channel)
    publish("Where is my order?", keywords=("parcel", "tracking"))
    return talk


def test_a_customer_is_greeted_answered_not_helped_handed_over_and_then_left_to_people(talk: Talk, lead: Any) -> None:
    talk.write("Hello!")
    assert "Hello Carla, this is Robin" in talk.last.text
    waiting_since = talk.ticket.waiting_since
    talk.write("Where is my order?")
    assert "“Where is my order?” " in talk.last.text
    assert "/help/en/where-is-my-order/" in talk.last.text
    assert talk.offers() == [YES, NO, HUMAN]
    talk.press(NO)
    assert talk.offers() == [HUMAN]
    talk.press(HUMAN)
    assert "a person, who will answer you here" in talk.last.text
    ticket, session = talk.ticket, talk.session
    assert (session.state, session.reason, session.turns) == ("handed_off", "asked_for", 4)
    assert (ticket.status, ticket.first_response_at, ticket.waiting_since) == ("new", None, waiting_since)
    assert ticket.unread_count >= 1
    spoken = len(talk.said)
    talk.write("Hello? Where is my order?")
    assert len(talk.said) == spoken
    assert ArticleFeedback.objects.get().is_helpful is False
    event = TicketEvent.objects.get(kind="bot.handed_off")
    assert event.data["waiting_since"] == waiting_since.isoformat() if waiting_since else False
    assert RoutingDecision.objects.get(kind="handoff").data["reason"] == "asked_for"
    assert Notification.objects.get(kind="bot_handed_off").user_id == lead.pk
    assert session.summary is not None
    assert "Where is my order?" in session.summary.text


def test_every_message_of_a_bot_offers_a_person_on_every_kind_of_channel(unhurried: None) -> None:
    publish("Where is my order?")
    for kind in ("webchat", "sms"):
        talk = Talk(make_channel(kind=kind))
        make_bot(
            talk.channel,
            name=f"Robin {kind}",
            questions=[{"key": "order", "kind": "order_number", "ask": {"en": "Order number?"}}],
        )
        talk.write("Hello").write("Where is my order?").write("no").write("Blue elephants dance").write(
            "no idea"
        ).write("A-1234")
        assert talk.session.state == "handed_off"
        said = [message for message in talk.said if message.channel_id == talk.channel.pk]
        assert len(said) == 6
        for message in said:
            payloads = [choice["payload"] for choice in message.details.get("choices", [])]
            assert HUMAN in payloads if kind == "webchat" else "Write HUMAN at any time" in message.text
    assert talk.session.collected == {"order": "A-1234"}
    assert InformationRequest.objects.filter(kind="order_number").count() == 2


def test_what_helped_resolves_the_case_without_a_person(talk: Talk) -> None:
    talk.write("Where is my order?").press(YES)
    session = talk.session
    assert (talk.ticket.status, session.state, session.result) == ("resolved", "finished", "solved")
    assert session.solved_by is not None
    assert talk.ticket.first_response_at is None
    assert talk.ticket.agent_reply_count == 0


@pytest.mark.parametrize(
    "item",
    [{"is_auto_reply": True}, {"no_auto_answer": True}, {"is_standby": True}],
)
def test_robots_and_what_others_answer_are_not_answered(talk: Talk, item: dict[str, Any]) -> None:
    talk.write("Where is my order?", **item)
    assert talk.said == []
    talk.write("Hello", takes_turn=True)
    heard = len(talk.said)
    talk.write("Out of office", **item)
    assert len(talk.said) == heard


def test_a_machine_at_the_other_end_gets_no_answer_and_a_person_gets_the_talk(talk: Talk) -> None:
    talk.write("Thank you for your message, we will answer soon").write(
        "Thank you for your message, we will answer soon"
    )
    assert (talk.session.state, talk.session.reason, len(talk.said)) == ("handed_off", "machine", 1)


def test_haste_ends_in_a_hand_off(talk: Talk) -> None:
    for number in range(8):
        talk.write(f"Please tell me about thing number {number}")
    assert talk.session.state == "handed_off"
    assert len(talk.said) <= 4


def test_no_more_than_so_many_messages_an_hour(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot_turns, "MOST_MESSAGES_PER_HOUR", 2)
    talk.write("Hello").write("hi").write("hey")
    assert (talk.session.reason, len(talk.said)) == ("too_many", 2)


def test_a_bot_that_dies_or_stays_silent_for_a_minute_gives_its_talk_to_a_person(talk: Talk) -> None:
    talk.write("Where is my order?", takes_turn=False)
    assert watch_bots() == 0
    BotSession.objects.update(expected_by=now() - timedelta(seconds=1))
    assert watch_bots() == 1
    assert (talk.session.state, talk.session.reason, talk.said) == ("handed_off", "silent", [])
    assert talk.session.ended_at - talk.session.started_at <= timedelta(seconds=60)
    assert watch_bots() == 0
    assert TriageItem.objects.filter(trigger="handed_off").count() == 1


def test_a_turn_whose_bell_was_lost_is_taken_by_the_sweep(talk: Talk) -> None:
    talk.write("Where is my order?", takes_turn=False)
    BotSession.objects.update(expected_by=F("expected_by") - timedelta(seconds=15))
    assert watch_bots() == 1
    assert len(talk.said) == 1
    assert (talk.session.state, talk.session.expected_by) == ("active", None)


def test_a_fault_in_the_middle_of_a_turn_hands_over_and_leaves_nothing_half_done(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(bot_turns, "settle_turn", broken)
    talk.write("Where is my order?")
    assert (talk.session.state, talk.session.reason, talk.said) == ("handed_off", "failed", [])


def test_a_person_who_answers_silences_the_bot(talk: Talk, agent: Any) -> None:
    talk.write("Hello")
    reply_to_ticket(ticket_id=talk.ticket_id, actor=Actor.agent(agent), text="I am here")
    assert (talk.session.state, talk.session.reason) == ("handed_off", "agent_replied")
    talk.write("Where is my order?")
    assert len(talk.said) == 1


def test_a_sensitive_topic_goes_to_the_team_of_the_rule(talk: Talk) -> None:
    team = make_team("Care")
    HandoffRule.objects.filter(kind="sensitive_topic").update(team=team)
    topic = Topic.objects.create(name="Death in the family", is_sensitive=True, keywords={"": ["passed away"]})
    talk.write("My father passed away, please close his account")
    assert (talk.ticket.topic, talk.ticket.team, talk.session.reason) == (topic, team, "sensitive_topic")


def test_a_customer_who_has_gone_is_looked_at_by_a_person_unless_the_bot_may_resolve(talk: Talk) -> None:
    talk.write("Where is my order?")
    BotSession.objects.update(quiet_at=now())
    assert watch_bots() == 1
    assert (talk.session.reason, talk.ticket.status) == ("customer_silent", "new")


def test_a_bot_that_may_resolves_the_case_of_a_customer_who_has_gone(talk: Talk) -> None:
    BotSession._meta.get_field("bot").related_model.objects.update(resolves_quiet=True)
    talk.write("Where is my order?")
    BotSession.objects.update(quiet_at=now())
    watch_bots()
    assert (talk.session.result, talk.ticket.status) == ("unconfirmed", Ticket.Status.RESOLVED)


def test_a_case_that_comes_back_after_the_bot_has_solved_it_is_a_persons(talk: Talk) -> None:
    talk.write("Where is my order?").press(YES).write("It is still not here")
    assert talk.ticket.status == "open"
    assert len(talk.said) == 2
