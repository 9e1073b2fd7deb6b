"""The question at the end of a call: heard by who is still on the line, answered by a key or a word."""

from datetime import timedelta
from typing import Any

import pytest

from surveys.models import Invitation, Response, Survey
from surveys.services.planning import plan_tickets
from surveys.services.preset import ensure_preset_survey
from surveys.services.sending import send_due_surveys
from tests.factories import make_channel
from tests.support.twilio_fake import ACCOUNT, AUTH, NUMBER, post_signed, running_twilio_fake
from tests.support.twilio_phone import Phone
from tickets.models import Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.lifecycle import resolve_ticket
from tickets.services.processing import process_waiting_events

pytestmark = pytest.mark.django_db

AGENT = "+447911000111"


@pytest.fixture
def twilio(settings: Any) -> Any:
    settings.HELPDESK_TRUSTED_HOSTS, settings.SITE_URL = ["127.0.0.1"], "https://desk.example"
    ensure_preset_survey()
    with running_twilio_fake() as fake:
        yield fake


@pytest.fixture
def voice(twilio: Any) -> Any:
    config = {**twilio.config, "agents": [f"{AGENT} ana"]}
    return make_channel(kind="voice", slug="phone", config=config, secrets=AUTH)


@pytest.fixture
def texts(twilio: Any) -> Any:
    return make_channel(kind="sms", slug="texts", config=twilio.config, secrets=AUTH)


@pytest.fixture
def talked(voice: Any, agent: Any) -> Phone:
    """A caller whose agent has just hung up."""
    phone = Phone(voice).call().press("2")
    phone.agent_answers()
    return phone.talk_is_over(seconds=95)


def vote() -> tuple[int, str, str]:
    response = Response.objects.select_related("invitation").get()
    return response.score, response.answered_via, response.invitation.sent_via


@pytest.mark.parametrize(("keys", "score"), [("9", 9), ("1", 1), ("0", 10), ("10", 10)])
def test_key_after_the_call_is_the_vote(talked, keys, score):
    assert "How satisfied are you with our help?" in talked.heard[-1]
    assert "from 1 to 9, or 0 for 10" in talked.heard[-1]
    talked.press(keys)
    assert vote() == (score, "call", "call")
    assert "Thank you! Your answer has reached us." in talked.heard[-1]
    assert talked.is_over
    talked.hang_up()
    process_waiting_events()
    invitation = Invitation.objects.get()
    assert (invitation.occasion, invitation.state) == ("contact:1", "answered")
    plan_tickets([invitation.ticket_id])
    assert Invitation.objects.count() == 1


def test_spoken_number_is_the_vote(talked):
    talked.speak("nine out of ten")
    assert vote()[0] == 9


def test_same_key_twice_is_one_vote(talked):
    gather = talked.verb
    talked.press("9")
    talked.verb = gather
    talked.press("9")
    assert vote()[0] == 9
    assert Response.objects.get().history == []


def test_wrong_key_is_asked_once_more(talked):
    Survey.objects.update(scale="1-5")
    talked.press("9")
    assert talked.heard[-1].startswith("That choice is not there.")
    assert "from 1 to 5" in talked.heard[-1]
    talked.press("8")
    assert talked.is_over
    assert not Invitation.objects.exists()


def test_caller_who_presses_nothing_is_asked_by_text_message(talked, texts, twilio, agent):
    talked.stay_silent()
    assert talked.is_over
    assert talked.heard[-1] == "Thank you for your call. Goodbye."
    assert not Invitation.objects.exists()
    talked.hang_up()
    process_waiting_events()
    ticket = Ticket.objects.get()
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    Survey.objects.update(delay=timedelta(0))
    plan_tickets([ticket.pk])
    send_due_surveys()
    while send_due_messages():
        pass
    (question,) = twilio.messages
    assert "How satisfied are you with our help?" in question["Body"][0]
    fields = {"MessageSid": "SM" + "7" * 32, "AccountSid": ACCOUNT, "From": talked.number, "To": NUMBER}
    post_signed(texts, {**fields, "Body": "9/10", "NumMedia": 0})
    process_waiting_events()
    assert vote() == (9, "message", "chat")
    assert Ticket.objects.get().status == "resolved"


def test_low_score_is_seen_on_the_ticket(talked):
    talked.press("2")
    assert Response.objects.get().is_low
    assert Ticket.objects.get().notice == "low_score"


def test_caller_is_not_asked_twice_in_a_day(talked, voice):
    talked.press("9")
    second = Phone(voice).call().press("2")
    second.agent_answers()
    second.talk_is_over(seconds=10)
    assert second.heard[-1] == "Thank you for your call. Goodbye."
    assert second.is_over


def test_caller_nobody_talked_to_is_not_asked(voice):
    phone = Phone(voice).call().press("3")
    phone.hang_up()
    assert not any("How satisfied" in said for said in phone.heard)


def test_thumbs_are_two_keys(voice, agent):
    Survey.objects.update(scale="thumbs")
    phone = Phone(voice).call().press("2")
    phone.agent_answers()
    phone.talk_is_over(seconds=9).press("2")
    assert vote()[0] == 0
