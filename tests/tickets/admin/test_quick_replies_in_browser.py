"""Quick replies and macros under an agent's hands, in a real browser."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_ticket
from tests.support.browser import shoot
from tests.support.library import make_macro, make_quick_reply
from tickets.models import Message, QuickReply, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[[Ticket], Page]


def test_slash_finds_a_reply_and_missing_values_are_shown_before_sending(open_ticket: Open, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    make_quick_reply("Plan", "Hello {{customer.first_name}}, your plan is {{crm.plan}}.", shortcut="plan")
    make_quick_reply("Thanks", "Thank you.")
    page = open_ticket(ticket)
    box = page.get_by_label("Your reply")
    box.press_sequentially("One / two\n/")
    search = page.get_by_role("combobox", name="Search quick replies")
    expect(search).to_be_focused()
    options = page.get_by_role("listbox", name="Quick replies").get_by_role("option")
    expect(options).to_have_count(2)
    shoot(page, "list", everywhere=True)
    search.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    search.press_sequentially("pla")
    expect(options).to_have_count(1)
    expect(search).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "?")
    search.press("Enter")
    expect(box).to_be_focused()
    expect(box).to_have_value("One / two\nHello Carla, your plan is {{ crm.plan }}.")
    expect(page.locator("#hd-missing")).to_contain_text("crm.plan")
    shoot(page, "missing", everywhere=True)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#hd-compose-error")).to_contain_text("placeholder")
    # The open place is selected: what is typed takes its place.
    page.get_by_role("button", name="crm.plan").click()
    page.keyboard.type("gold")
    expect(page.locator("#hd-missing")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(box).to_have_value("")
    sent = Message.objects.get(ticket=ticket, direction="out")
    assert sent.reply_text == "One / two\nHello Carla, your plan is gold."
    assert list(QuickReply.objects.order_by("title").values_list("use_count", flat=True)) == [1, 0]


def test_escape_leaves_the_slash_and_a_blank_goes_on_writing(open_ticket: Open, email_channel: Any) -> None:
    page = open_ticket(make_ticket(email_channel))
    box = page.get_by_label("Your reply")
    box.press_sequentially("/")
    search = page.get_by_role("combobox", name="Search quick replies")
    search.press("Escape")
    expect(box).to_be_focused()
    expect(page.locator("#hd-quick")).to_be_hidden()
    box.press_sequentially("dev\n/")
    expect(search).to_be_focused()
    search.press(" ")
    expect(box).to_have_value("/dev\n/ ")


def test_macro_that_is_whole_is_run_at_once_and_one_with_a_gap_waits_in_the_box(
    open_ticket: Open, email_channel: Any
) -> None:
    ticket = make_ticket(email_channel)
    whole = make_quick_reply("Late", "Dear {{customer.first_name}}, it is late.")
    gap = make_quick_reply("Plan", "Your plan: {{crm.plan}}")
    make_macro("Late parcel", {"do": "add_tags", "tags": ["late"]}, quick_reply_id=whole.pk, status_after="pending")
    make_macro("Tell the plan", {"do": "set_priority", "to": "high"}, quick_reply_id=gap.pk)
    make_macro("Only sort", {"do": "set_priority", "to": "low"})
    page = open_ticket(ticket)
    page.locator("#hd-heading").focus()
    page.keyboard.press("m")
    menu = page.locator("#hd-macros")
    expect(menu).to_contain_text("Dear Carla, it is late.")
    shoot(page, "macros", everywhere=True)
    menu.locator("li", has_text="Tell the plan").get_by_role("button", name="Run", exact=True).click()
    box = page.get_by_label("Your reply")
    expect(box).to_have_value("Your plan: {{ crm.plan }}")
    expect(page.locator("#hd-macro-line")).to_contain_text("“Tell the plan” is run when you send")
    shoot(page, "staged", everywhere=True)
    box.fill("Your plan: gold")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#hd-pick-priority")).to_contain_text("high")
    expect(box).to_have_value("")
    expect(page.locator("#hd-macro-line")).to_be_hidden()
    menu.locator("summary").click()
    menu.locator("li", has_text="Only sort").get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#hd-pick-priority")).to_contain_text("low")
    page.locator("#hd-macros > summary").click()
    page.locator("#hd-macros li", has_text="Late parcel").get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#hd-timeline")).to_contain_text("it is late.")
    texts = list(
        Message.objects.filter(ticket=ticket, direction="out").order_by("pk").values_list("reply_text", flat=True)
    )
    assert texts == ["Your plan: gold", "Dear Carla, it is late."]
