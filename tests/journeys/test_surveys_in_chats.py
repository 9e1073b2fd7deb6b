"""The question after a contact on every channel where people chat: asked in the provider's shape, answered as the provider delivers it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from surveys.models import Answer, Invitation, Response, Survey
from surveys.services.planning import plan_tickets
from surveys.services.preset import ensure_preset_survey
from surveys.services.sending import send_due_surveys
from tests.support.chat_wires import WITH_BUTTONS, WITHOUT_BUTTONS, Wire, telegram
from tickets.models import Message, Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.lifecycle import resolve_ticket
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db

ALL = (*WITH_BUTTONS, *WITHOUT_BUTTONS)
TEN = [str(score) for score in range(1, 11)]


def kind(wire: Callable[..., Any]) -> str:
    return wire.__name__


@pytest.fixture
def wire(request: pytest.FixtureRequest, settings: Any) -> Iterator[Wire]:
    settings.HELPDESK_TRUSTED_HOSTS, settings.HELPDESK_UNDO_SECONDS = ["127.0.0.1"], 0
    settings.SITE_URL = "https://desk.example"
    ensure_preset_survey()
    Survey.objects.update(delay=timedelta(0))
    with request.param() as started:
        yield started


def send_all() -> None:
    while send_due_messages():
        pass


def ask(wire: Wire, agent: Any) -> Ticket:
    """Somebody writes, is answered, the ticket is resolved, and the question leaves."""
    wire.write("Where is my parcel?")
    ticket = Ticket.objects.get()
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="It arrives today.")
    send_all()
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    plan_tickets([ticket.pk])
    send_due_surveys()
    send_all()
    return ticket


def is_untouched(ticket: Ticket) -> bool:
    now_there = Ticket.objects.get(pk=ticket.pk)
    return (now_there.status, now_there.reopen_count, now_there.waiting_since) == ("resolved", 0, None)


@pytest.mark.parametrize("wire", WITH_BUTTONS, ids=kind, indirect=True)
def test_question_has_buttons_and_a_pressed_one_is_the_vote_and_leads_to_the_reasons(wire, agent):
    ticket = ask(wire, agent)
    question = wire.seen()[-1]
    assert "How satisfied are you with our help?" in question.text
    assert [title for title, _payload in question.buttons] == TEN
    wire.press(question.button("3"))
    send_all()
    assert (Response.objects.get().score, Response.objects.get().is_low) == (3, True)
    reasons = wire.seen()[-1]
    assert [title for title, _payload in reasons.buttons][:2] == ["Speed", "Ease"]
    wire.press(reasons.button("Friendliness"))
    send_all()
    assert [answer.choice for answer in Answer.objects.all()] == ["friendliness"]
    assert "Thank you" in wire.seen()[-1].text
    assert is_untouched(ticket)
    assert Invitation.objects.get().state == "answered"


@pytest.mark.parametrize("wire", ALL, ids=kind, indirect=True)
def test_free_answers_are_understood_where_there_are_buttons_and_where_there_are_none(wire, agent):
    ticket = ask(wire, agent)
    question = wire.seen()[-1]
    assert question.buttons or "from 1 to 10" in question.text
    wire.write("4/10")
    send_all()
    assert Response.objects.get().score == 4
    assert "Speed" in wire.seen()[-1].text or wire.seen()[-1].buttons
    wire.write("1")
    send_all()
    assert [answer.choice for answer in Answer.objects.all()] == ["speed"]
    assert is_untouched(ticket)
    wire.write("And where is my other parcel?")
    assert Ticket.objects.get(pk=ticket.pk).status == "open"
    assert Response.objects.count() == 1
    assert Message.objects.filter(purpose="vote").count() == 2


@pytest.mark.parametrize("wire", [lambda: telegram("es")], ids=["telegram"], indirect=True)
def test_customer_is_asked_and_understood_in_her_language(wire, agent):
    ask(wire, agent)
    assert "¿Cuál es su grado de satisfacción" in wire.seen()[-1].text
    wire.write("nueve, muchas gracias")
    send_all()
    assert (Response.objects.get().score, Response.objects.get().comment) == (9, "muchas gracias")
    assert "racias" in wire.seen()[-1].text
