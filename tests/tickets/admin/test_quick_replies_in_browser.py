"""Quick replies and macros under an agent's hands, in a real browser."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from helpdesk.accounts.roles import ensure_roles
from tests.factories import make_ticket
from tests.support.browser import find_chromium, running_browser
from tests.support.library import make_macro, make_quick_reply
from tickets.models import Message, QuickReply, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[[Ticket], Page]
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
    if not SHOTS:
        return
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for width, height in ((1440, 900), (1024, 768), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=f"{SHOTS}/{name}-{width}-{theme}.png")
    page.set_viewport_size({"width": 1440, "height": 900})


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
    shoot(page, "list")
    search.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    search.press_sequentially("pla")
    expect(options).to_have_count(1)
    expect(search).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "?")
    search.press("Enter")
    expect(box).to_be_focused()
    expect(box).to_have_value("One / two\nHello Carla, your plan is {{ crm.plan }}.")
    expect(page.locator("#hd-missing")).to_contain_text("crm.plan")
    shoot(page, "missing")
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
    shoot(page, "macros")
    menu.locator("li", has_text="Tell the plan").get_by_role("button", name="Run", exact=True).click()
    box = page.get_by_label("Your reply")
    expect(box).to_have_value("Your plan: {{ crm.plan }}")
    expect(page.locator("#hd-macro-line")).to_contain_text("“Tell the plan” is run when you send")
    shoot(page, "staged")
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
