"""The composer says what a channel carries before anybody sends: seen in a real browser."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from channels_app.adapters.base import Address
from channels_app.models import MessageTemplate
from helpdesk.common.clock import now
from tests.factories import last_message, make_channel, make_ticket
from tests.support.browser import shoot
from tickets.models import Conversation, Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[[Ticket], Page]
CUSTOMER = Address(address="+4917055501234", name="Sheena Nelson")


@pytest.fixture
def ticket(db: None) -> Ticket:
    channel = make_channel(kind="whatsapp", slug="wa", name="WhatsApp")
    body = "Hello {{1}}, your order {{2}} is on its way."
    MessageTemplate.objects.create(channel=channel, name="on_its_way", language="en", body=body, variables=["1", "2"])
    return make_ticket(channel, sender=CUSTOMER, text="Where is my parcel?")


def close_window() -> None:
    Conversation.objects.update(last_customer_message_at=now() - timedelta(hours=25))


def test_time_left_is_told_and_a_text_that_is_too_long_stays(open_ticket: Open, ticket: Ticket) -> None:
    page = open_ticket(ticket)
    expect(page.locator("#hd-window")).to_contain_text("h left to write freely")
    box = page.get_by_label("Your reply")
    box.fill("x" * 4000)
    expect(page.locator("#hd-count")).to_have_text("4,000 / 4,096")
    box.fill("x" * 4097)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#hd-compose-error")).to_contain_text("too long for this channel")
    expect(box).to_have_value("x" * 4097)
    shoot(page, "too_long")
    assert not Message.objects.filter(direction="out").exists()


def test_file_that_the_channel_refuses_is_named_before_it_is_uploaded(open_ticket: Open, ticket: Ticket) -> None:
    page = open_ticket(ticket)
    page.locator("#hd-files").set_input_files({"name": "a.zip", "mimeType": "application/zip", "buffer": b"PK"})
    expect(page.locator("#hd-files-error")).to_contain_text("does not take files like a.zip")
    page.get_by_label("Your reply").fill("See the file")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#hd-files-error")).to_contain_text("a.zip")
    assert not Message.objects.filter(direction="out").exists()
    page.get_by_role("button", name="Remove a.zip").click()
    expect(page.locator("#hd-files-error")).to_be_empty()


def test_buttons_go_out_under_the_text(open_ticket: Open, ticket: Ticket) -> None:
    page = open_ticket(ticket)
    page.get_by_label("Your reply").fill("Shall we send it again?")
    page.get_by_role("button", name="Buttons", exact=True).click()
    page.get_by_label("Button", exact=True).fill("Yes, please")
    page.get_by_role("button", name="Add a button").click()
    page.get_by_label("Button", exact=True).nth(1).fill("No")
    shoot(page, "buttons")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".hd-said-choices")).to_contain_text("Yes, please")
    assert [one["title"] for one in last_message(ticket).details["choices"]] == ["Yes, please", "No"]
    expect(page.locator("#hd-choices")).to_be_hidden()


def test_after_the_window_a_template_is_chosen_filled_in_and_seen_before_it_goes(
    open_ticket: Open, ticket: Ticket
) -> None:
    close_window()
    page = open_ticket(ticket)
    expect(page.locator("#hd-window")).to_contain_text("Only a template can reach the customer")
    page.get_by_label("Your reply").fill("My own words")
    page.get_by_role("button", name="Send the template").click()
    expect(page.locator("#hd-template-error")).to_contain_text("Choose a template first")
    page.get_by_role("combobox", name="Template").select_option(label="on_its_way · English")
    page.get_by_role("textbox", name="Variable 1").fill("Sheena")
    expect(page.locator("[data-hd-preview]")).to_contain_text("Hello Sheena, your order {{2}}")
    page.get_by_role("textbox", name="Variable 2").press_sequentially("4711")
    expect(page.locator("[data-hd-preview]")).to_contain_text("4711")
    expect(page.locator("[data-hd-preview]")).to_contain_text("Hello Sheena, your order 4711 is on its way.")
    expect(page.locator("#hd-template-error")).to_be_empty()
    expect(page.get_by_role("textbox", name="Variable 2")).to_be_focused()
    shoot(page, "template")
    page.get_by_role("button", name="Send the template").click()
    expect(page.locator(".hd-item-out")).to_contain_text("Hello Sheena, your order 4711 is on its way.")
    expect(page.get_by_label("Your reply")).to_have_value("My own words")
    assert last_message(ticket).details["template"]["name"] == "on_its_way"


def test_open_variable_is_told_at_the_template(open_ticket: Open, ticket: Ticket) -> None:
    close_window()
    page = open_ticket(ticket)
    page.get_by_role("combobox", name="Template").select_option(label="on_its_way · English")
    page.get_by_role("textbox", name="Variable 1").fill("Sheena")
    page.get_by_role("button", name="Send the template").click()
    expect(page.locator("#hd-template-error")).to_contain_text("Fill in every variable")
    expect(page.get_by_role("textbox", name="Variable 1")).to_have_value("Sheena")


def test_public_conversation_says_so_loudly(open_ticket: Open, ticket: Ticket) -> None:
    channel = make_channel(kind="instagram", slug="ig", name="Instagram")
    post = make_ticket(channel, sender=Address(address="123", name="Paula"), text="Never again!")
    Conversation.objects.filter(messages__ticket=post).update(visibility="public")
    page = open_ticket(post)
    expect(page.locator("#hd-public")).to_contain_text("Everybody can read this")
    expect(page.get_by_role("button", name="Answer in public")).to_be_visible()
    shoot(page, "public")
    page.get_by_label("Your reply").fill("We are sorry.")
    page.get_by_role("button", name="Answer in public").click()
    expect(page.locator(".hd-item-out")).to_contain_text("We are sorry.")
    assert last_message(post).visibility == "public"


def test_composer_fits_a_phone(open_ticket: Open, ticket: Ticket) -> None:
    close_window()
    page = open_ticket(ticket)
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("combobox", name="Template").select_option(label="on_its_way · English")
    expect(page.get_by_role("textbox", name="Variable 2")).to_be_visible()
    shoot(page, "phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_first_word_on_whatsapp_is_a_template(open_ticket: Open, ticket: Ticket, live_server: Any) -> None:
    page = open_ticket(ticket)
    page.goto(f"{live_server.url}/admin/tickets/ticket/add/")
    page.get_by_label("Channel").select_option(label="WhatsApp")
    expect(page.get_by_label("Message", exact=True)).to_be_hidden()
    page.get_by_label("To", exact=True).fill("+49 170 5557777")
    page.get_by_label("Subject").fill("Your order")
    page.get_by_role("combobox", name="Template").select_option(label="on_its_way · English")
    page.get_by_role("textbox", name="Variable 1").fill("Nora")
    page.get_by_role("textbox", name="Variable 2").fill("4712")
    shoot(page, "first_word")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".hd-item-out")).to_contain_text("Hello Nora, your order 4712 is on its way.")


def test_public_post_is_counted_as_the_network_counts(open_ticket: Open, db: None) -> None:
    ticket = make_ticket(make_channel(kind="x", slug="x", name="X"), sender=Address(address="77", name="Jordan"))
    Conversation.objects.update(visibility="public")
    page = open_ticket(ticket)
    box = page.get_by_role("textbox", name="Your reply")
    box.fill("https://shop.example/" + "a" * 300 + " " + "日" * 120)
    expect(page.locator("#hd-count")).to_have_text("264 / 280")
    box.fill("日" * 141)
    expect(page.locator("#hd-count")).to_have_class(re.compile("hd-count-over"))
