"""Calls and text messages as an agent meets them: seen in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from channels_app.adapters.base import Address, CallReceived, digest
from helpdesk.common.clock import now
from tests.factories import make_channel, make_ticket
from tests.support.browser import shoot
from tickets.models import CallbackRequest, Ticket
from tickets.services.intake import receive

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[[Ticket], Page]
CARLA = Address(address="+447911123456", name="Carla Cruz")


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
