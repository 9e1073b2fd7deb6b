"""The main job, end to end: mail in, answered in the browser, mail out, resolved, asked, voted, counted."""

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect
from rest_framework.test import APIClient

from channels_app.services.polling import poll_channel
from helpdesk.accounts.services import create_api_key
from reporting.services.facts import refresh_facts
from surveys.models import Response, Survey
from surveys.services.planning import plan_surveys
from surveys.services.preset import ensure_preset_survey
from surveys.services.sending import send_due_surveys
from tests.factories import make_channel
from tests.support.dovecot import PASSWORD
from tickets.models import Message, Ticket
from tickets.services.delivery import send_due_messages
from tickets.services.processing import process_waiting_events

OPENING = b"""From: Carla Customer <carla@customer.example>
To: support@desk.example
Subject: My lamp is broken
Message-ID: <first@customer.example>

It does not light up any more.
"""


def answer_to(mail: EmailMessage, text: str) -> bytes:
    """What the customer's mail program sends when she presses Reply."""
    reply = EmailMessage()
    reply["From"], reply["To"] = "Carla Customer <carla@customer.example>", "support@desk.example"
    reply["Subject"] = f"Re: {mail['Subject']}"
    reply["Message-ID"] = "<second@customer.example>"
    reply["In-Reply-To"] = mail["Message-ID"]
    reply["References"] = f"{mail['References'] or ''} {mail['Message-ID']}".strip()
    quoted = "\n".join(f"> {line}" for line in mail.get_body(("plain",)).get_content().splitlines())
    reply.set_content(f"{text}\n\nOn Mon, 2 Nov 2026 at 10:00, Support wrote:\n{quoted}\n")
    return reply.as_bytes()


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/admin/")
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name=re.compile("log in|sign in", re.I)).click()
    page.wait_for_url(f"{url}/admin/")


def wait_for_events(job, *, until) -> None:
    """Run a follower until it has seen what was written: other tests' transactions may hold the horizon for a moment."""
    for _ in range(300):
        job()
        if until():
            return
    raise AssertionError("the follower never came that far")


@pytest.mark.django_db(transaction=True)
def test_mail_becomes_a_ticket_is_answered_resolved_asked_and_counted(
    live_server, mailbox, smtp_sink, browser: Browser, person, settings
):
    settings.SITE_URL = live_server.url
    settings.HELPDESK_UNDO_SECONDS = 0
    ana = person("ana", "agent", first_name="Ana", last_name="Agent")
    ensure_preset_survey()
    Survey.objects.update(delay=timedelta(0))
    config = mailbox.config() | smtp_sink.config() | {"address": "support@desk.example"}
    channel = make_channel(kind="email", slug="support", config=config, secrets={"imap_password": PASSWORD})

    def fetch() -> None:
        poll_channel(channel_id=channel.pk)
        channel.refresh_from_db()
        assert not channel.last_error
        process_waiting_events()

    mailbox.deliver(OPENING)
    fetch()
    ticket = Ticket.objects.get()

    page = browser.new_page(viewport={"width": 1440, "height": 900})
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text) if message.type == "error" else None)
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/admin/tickets/ticket/?view=open")
    page.get_by_role("link", name=re.compile("My lamp is broken")).first.click()
    expect(page.get_by_role("log")).to_contain_text("It does not light up any more.")
    page.get_by_label("Your reply").fill("We send you a new one today.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("We send you a new one today.")

    send_due_messages()
    [sent] = smtp_sink.messages
    assert sent["To"] == "Carla Customer <carla@customer.example>"
    assert sent["In-Reply-To"] == "<first@customer.example>"
    assert sent["Subject"].startswith("Re: My lamp is broken")
    assert "We send you a new one today." in sent.get_body(("plain",)).get_content()
    assert "We send you a new one today." in sent.get_body(("html",)).get_content()

    mailbox.deliver(answer_to(sent, "Thank you, it has arrived."))
    fetch()
    expect(page.get_by_role("log")).to_contain_text("Thank you, it has arrived.", timeout=15_000)
    assert Ticket.objects.count() == 1
    assert Message.objects.get(external_id="second@customer.example").reply_text == "Thank you, it has arrived."

    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("Ana Agent resolved this")
    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert ticket.assignee == ana

    wait_for_events(plan_surveys, until=lambda: ticket.invitations.exists())
    send_due_surveys()
    send_due_messages()
    survey_mail = smtp_sink.messages[-1]
    link = re.search(
        rf"{re.escape(live_server.url)}/survey/\S+?score=9", survey_mail.get_body(("plain",)).get_content()
    )
    assert link is not None

    customer = browser.new_page()
    customer.goto(link.group())
    assert not Response.objects.exists()
    expect(customer.get_by_role("radio", name="9")).to_be_checked()
    customer.get_by_role("textbox").fill("Quick and kind.")
    customer.get_by_role("button").last.click()
    customer.wait_for_load_state()
    assert Response.objects.get().score == 9

    page.goto(f"{live_server.url}/admin/tickets/ticket/{ticket.pk}/change/")
    expect(page.get_by_role("log")).to_contain_text("The customer voted 9 of 10")
    expect(page.locator("body")).to_contain_text("Quick and kind.")

    wait_for_events(refresh_facts, until=lambda: getattr(Ticket.objects.get(pk=ticket.pk), "fact", None) is not None)
    page.goto(f"{live_server.url}/admin/")
    expect(page.locator("body")).to_contain_text("9")
    _key, token = create_api_key(user=ana, name="journey", scopes=["read"])
    api = APIClient(headers={"Authorization": f"Bearer {token}"})
    [row] = api.get("/api/v1/reports/csat/?group_by=channel").json()["rows"]
    assert (row["count"], row["mean"]) == (1, 9)
    assert api.get(f"/api/v1/tickets/{ticket.pk}/").json()["status"] == "resolved"
    assert not violations, violations
