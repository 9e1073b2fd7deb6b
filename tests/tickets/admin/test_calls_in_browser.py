"""Calls and text messages as an agent meets them: seen in a real browser."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from channels_app.adapters.base import Address, CallReceived, digest
from helpdesk.accounts.roles import ensure_roles
from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket
from tests.support.browser import find_chromium, running_browser
from tickets.models import CallbackRequest, Ticket
from tickets.services.intake import receive

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[[Ticket], Page]
CARLA = Address(address="+447911123456", name="Carla Cruz")
SHOTS = os.environ.get("HELPDESK_SHOTS", "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if find_chromium() is None and os.environ.get("CI") != "true":
        pytest.skip("chromium is not installed")
    with running_browser() as chromium:
        yield chromium


@pytest.fixture
def open_ticket(live_server: Any, browser: Browser, person: Callable[..., Any], client: Any) -> Iterator[Open]:
    """A ticket's workspace for an agent; a complaint of the browser fails the test."""
    ensure_roles()
    client.force_login(person("ana", "agent", first_name="Ana", last_name="Agent"))
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)

    def visit(ticket: Ticket) -> Page:
        page.goto(f"{live_server.url}/admin/tickets/ticket/{ticket.pk}/change/")
        return page

    yield visit
    page.goto("about:blank")
    context.close()
    assert complaints == []


def shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def test_text_is_counted_in_messages_while_it_is_written(open_ticket: Open) -> None:
    channel = make_channel(kind="sms", slug="texts", name="Texts")
    page = open_ticket(make_ticket(channel, sender=CARLA, text="Where is my parcel?"))
    box = page.get_by_label("Your reply")
    box.press_sequentially("x")
    expect(page.locator("#hd-count")).to_have_text("1 text message")
    box.fill("x" * 100 + "…")
    box.press_sequentially("x")
    expect(page.locator("#hd-count")).to_have_text("2 text messages, because of …")
    shoot(page, "segments")


def test_call_back_is_requested_and_settled_beside_the_call(open_ticket: Open) -> None:
    channel = make_channel(kind="voice", slug="phone", name="Telephone")
    ringing = CallReceived(
        dedup_key=digest("ring"), external_id="CA1", sent_at=now(), caller=CARLA, called="+447700900123", step="ringing"
    )
    filed = receive(channel=channel, item=ringing)
    page = open_ticket(Ticket.objects.get(pk=filed.ticket_id))
    panel = page.locator("#hd-panel")
    expect(panel).to_contain_text("in the menu")
    panel.get_by_text("Request a call back").click()
    panel.get_by_label("Wish of the customer").fill("after lunch")
    shoot(page, "call_back_form")
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_contain_text("after lunch")
    expect(panel.get_by_role("link", name="Call", exact=True)).to_have_attribute("href", "tel:+447911123456")
    shoot(page, "call_back")
    page.set_viewport_size({"width": 390, "height": 844})
    shoot(page, "call_back_phone")
    page.set_viewport_size({"width": 1440, "height": 900})
    panel.get_by_role("button", name="Called").click()
    expect(panel).not_to_contain_text("after lunch")
    assert CallbackRequest.objects.get().state == "done"
