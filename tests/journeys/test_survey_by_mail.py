"""The question by mail: its link opens the page in a real browser, and a bare number that comes back by mail is a vote as well."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from channels_app.adapters.base import RawEvent
from channels_app.services.storing import store_events
from surveys.models import Answer, Invitation, Response, Survey
from surveys.services.planning import plan_tickets
from surveys.services.preset import ensure_preset_survey
from surveys.services.sending import send_due_surveys
from tests.support.asgi_server import running_asgi_server
from tests.support.browser import SHOTS
from tests.support.smtp_sink import SmtpSink
from tickets.models import Message, Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.lifecycle import resolve_ticket
from tickets.services.processing import process_waiting_events
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMER = "carla@customer.example"


@pytest.fixture
def desk(settings: Any) -> Iterator[str]:
    with running_asgi_server() as address:
        settings.SITE_URL, settings.HELPDESK_UNDO_SECONDS = address, 0
        yield address


def write(channel: Any, text: str, *, answers: Any = None) -> None:
    """Deliver a mail of the customer, as her mail program writes it."""
    to = channel.config["address"]
    headers = [
        f"From: Carla <{CUSTOMER}>",
        f"To: {to}",
        "Subject: My lamp",
        f"Message-ID: <{abs(hash(text))}@customer.example>",
    ]
    if answers is not None:
        headers += [f"In-Reply-To: {answers['Message-ID']}", f"References: {answers['Message-ID']}"]
        text += f"\r\n\r\nOn Monday we wrote:\r\n> {answers['Subject']}\r\n> 1 - 2 - 3\r\n"
    body = "\r\n".join([*headers, "Content-Type: text/plain; charset=utf-8", "", text]).encode()
    store_events(channel=channel, events=[RawEvent(body=body, content_type="message/rfc822", source="poll")])
    process_waiting_events()


def asked_mail(channel: Any, agent: Any, sink: SmtpSink) -> Any:
    """The survey mail that reached the customer after her case was resolved."""
    channel.config |= sink.config()
    channel.save()
    ensure_preset_survey()
    Survey.objects.update(delay=timedelta(0))
    write(channel, "Where is my lamp?")
    ticket = Ticket.objects.get()
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="It arrives today.")
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    plan_tickets([ticket.pk])
    send_due_surveys()
    while send_due_messages():
        pass
    return sink.messages[-1]


def test_link_of_the_mail_leads_to_a_vote_with_its_reasons(email_channel, agent, smtp_sink, desk, browser: Browser):
    mail = asked_mail(email_channel, agent, smtp_sink)
    link = re.search(rf"{desk}/survey/\S+score=3", mail.get_body(("plain",)).get_content())
    assert link is not None
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(link[0])
    assert not Response.objects.exists()
    expect(page.get_by_role("radio", name=re.compile("^3"))).to_be_checked()
    page.get_by_label("Speed").check()
    page.get_by_label("Friendliness").check()
    _shoot(page, "page-question")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you! Your answer has reached us.")).to_be_visible()
    _shoot(page, "page-thanks")
    assert Response.objects.get().score == 3
    assert {answer.choice for answer in Answer.objects.all()} == {"speed", "friendliness"}
    assert Ticket.objects.get().status == "resolved"
    page.close()


def test_number_that_answers_the_mail_is_the_vote_and_a_question_is_a_question(email_channel, agent, smtp_sink):
    mail = asked_mail(email_channel, agent, smtp_sink)
    write(email_channel, "9", answers=mail)
    write(email_channel, "9", answers=mail)
    response = Response.objects.get()
    assert (response.score, response.answered_via, response.history) == (9, "message", [])
    assert Invitation.objects.get().state == "answered"
    assert Message.objects.filter(purpose="vote").count() == 1
    assert Ticket.objects.get().status == "resolved"
    sent = len(smtp_sink.messages)
    while send_due_messages():
        pass
    assert len(smtp_sink.messages) == sent
    write(email_channel, "My order 9 is missing", answers=mail)
    assert Ticket.objects.get().status == "open"
    assert Response.objects.get().score == 9


def _shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
