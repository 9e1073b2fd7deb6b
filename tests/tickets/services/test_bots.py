"""Bots are set up whole or not at all; agents give them tasks and get them back; a trial says what the real rules would."""

from typing import Any

import pytest

from helpdesk.common.errors import Conflict, InvalidInput, Unprocessable
from tests.factories import make_channel
from tests.support.talking import Talk, make_bot, publish
from tickets.models import Bot, HandoffRule, Message, Notification
from tickets.policies.bot import Talk as Standing
from tickets.services.actors import Actor
from tickets.services.bots import hand_to_bot, save_bot, take_back, try_bot

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


def test_a_new_bot_has_its_rules_and_one_for_a_person_that_nobody_can_remove() -> None:
    bot = save_bot(changes={"name": "Robin"}, actor=SYSTEM)
    assert [rule.kind for rule in bot.rules.all()][:2] == ["asked_for", "sensitive_topic"]
    save_bot(bot_id=bot.pk, changes={}, rules=[{"kind": "turns", "number": 3}], actor=SYSTEM)
    assert list(HandoffRule.objects.values_list("kind", "is_active")) == [("asked_for", True), ("turns", True)]
    with pytest.raises(InvalidInput):
        save_bot(bot_id=bot.pk, changes={"questions": [{"key": "Bad key", "ask": {"en": "?"}}]}, actor=SYSTEM)


def test_a_channel_has_one_bot_that_is_on_and_one_that_is_switched_off_hands_over() -> None:
    talk = Talk()
    bot = make_bot(talk.channel)
    with pytest.raises(Conflict):
        save_bot(changes={"name": "Other", "is_active": True}, channel_ids=[talk.channel.pk], actor=SYSTEM)
    talk.write("Hello")
    save_bot(bot_id=bot.pk, changes={"is_active": False}, actor=SYSTEM)
    assert (talk.session.state, talk.session.reason) == ("handed_off", "switched_off")


def test_an_agent_gives_a_task_and_gets_the_ticket_back_with_the_answers(agent: Any) -> None:
    talk = Talk(make_channel(kind="webchat"))
    talk.write("My lamp is dark", takes_turn=False)
    bot = make_bot(make_channel(kind="webchat"))
    actor = Actor.agent(agent)
    with pytest.raises(Unprocessable):
        hand_to_bot(ticket_id=talk.ticket_id, bot_id=bot.pk, task=" ", actor=actor)
    hand_to_bot(
        ticket_id=talk.ticket_id, bot_id=bot.pk, task="What is the serial number?\nWhere did you buy it?", actor=actor
    )
    talk.take_turn()
    assert "What is the serial number?" in talk.last.text
    assert talk.offers() == ["bot:human"]
    talk.write("SN-77").write("In Rome")
    session = talk.session
    assert (session.state, session.result, session.delegated_by) == ("finished", "done", agent)
    assert session.summary is not None
    assert "What is the serial number?: SN-77" in session.summary.text
    assert Notification.objects.get(kind="returned").user == agent
    assert talk.ticket.first_response_at is None


def test_a_ticket_can_be_taken_back_and_the_bot_stays_silent(agent: Any) -> None:
    talk = Talk()
    make_bot(talk.channel)
    talk.write("Hello")
    take_back(ticket_id=talk.ticket_id, actor=Actor.agent(agent))
    with pytest.raises(Conflict):
        take_back(ticket_id=talk.ticket_id, actor=Actor.agent(agent))
    talk.write("Hello?")
    assert len(talk.said) == 1


def test_a_trial_speaks_by_the_real_rules_and_keeps_nothing() -> None:
    bot = Bot.objects.get(pk=save_bot(changes={"name": "Robin"}, actor=SYSTEM).pk)
    publish("Where is my order?")
    first = try_bot(bot=bot, talk=Standing(), text="Where is my order?")
    assert "Hello Alex" in first.text
    assert [payload for payload, _title in first.buttons] == ["bot:yes", "bot:no", "bot:human"]
    assert try_bot(bot=bot, talk=first.talk, text="", payload="bot:human").hand_off == "asked_for"
    assert not Message.objects.exists()
