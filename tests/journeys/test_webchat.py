"""The web chat on a page of another origin, in a real browser, under that page's own strict policy."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from channels_app.models import Channel
from helpdesk.common.clock import now
from tests.factories import make_channel
from tests.support.asgi_server import running_asgi_server
from tests.support.foreign_site import ForeignSite, running_foreign_site
from tests.support.talking import publish
from tests.support.webchat import answer_chat
from tickets.models import BusinessHours, HelpVisit, Message, Ticket
from tickets.services.delivery import send_due_messages
from tickets.webchat.hub import hub
from tickets.webchat.mailing import mail_unfetched_answers

pytestmark = pytest.mark.django_db(transaction=True)
# A closed shadow root is closed to tests as well: they open it before the page's own scripts run.
OPEN_SHADOW = """
const make = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) { return make.call(this, { ...options, mode: "open" }); };
"""
# The event that pages wait for; it may have come before.
READY = """() => new Promise((done) => {
    addEventListener("helpdeskchat:ready", () => done(true), { once: true });
    if (window.HelpdeskChat) { done(true); }
})"""
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
)


@pytest.fixture
def desk(settings: Any) -> Iterator[str]:
    with running_asgi_server() as address:
        settings.SITE_URL = address
        settings.HELPDESK_UNDO_SECONDS = 0
        yield address


@pytest.fixture
def site() -> Iterator[ForeignSite]:
    with running_foreign_site() as foreign:
        yield foreign


@pytest.fixture
def chat(desk: str, site: ForeignSite) -> Channel:
    channel: Channel = make_channel(kind="webchat", slug="chat", name="Shop chat", config={"origins": [site.origin]})
    site.desk, site.channel = desk, str(channel.uuid)
    return channel


@pytest.fixture
def visit(browser: Browser, site: ForeignSite, chat: Channel) -> Iterator[Callable[..., Page]]:
    """Open the site as a visitor; whatever the page's policy or a script complains about fails the test."""
    complaints: list[str] = []

    def open_page(context: BrowserContext | None = None, **options: Any) -> Page:
        visitor = context or browser.new_context(**options)
        visitor.add_init_script(OPEN_SHADOW)
        page = visitor.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda line: complaints.append(line.text) if "Content Security Policy" in line.text else None
        )
        page.goto(site.origin)
        return page

    yield open_page
    # Before the server stops: it would wait for the streams of pages that are still open.
    for visitor in browser.contexts:
        visitor.close()
    assert complaints == []


def launcher(page: Page) -> Locator:
    return page.locator("#helpdesk-chat .launcher")


def say(page: Page, text: str) -> None:
    """Send a message and wait until the server has it, or the page says that it has not."""
    page.get_by_role("textbox", name="Your message").fill(text)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text(text)
    expect(page.locator(".state", has_text="Sending")).to_have_count(0)


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/admin/")
    page.get_by_label("User name").fill("ana")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name=re.compile("log in|sign in", re.I)).click()
    page.wait_for_url(f"{url}/admin/")


def test_visitor_chats_with_an_agent_who_answers_in_the_workspace(desk, visit, browser, agent) -> None:
    page = visit()
    launcher(page).click()
    expect(page.get_by_role("dialog")).to_contain_text("Hello! How can we help?")
    say(page, "Is the Orion in stock?")
    ticket = Ticket.objects.get()

    workspace = browser.new_page(viewport={"width": 1440, "height": 900})
    sign_in(workspace, desk)
    workspace.goto(f"{desk}/admin/tickets/ticket/{ticket.pk}/change/")
    expect(workspace.get_by_role("log")).to_contain_text("Is the Orion in stock?")
    expect(workspace.locator("#hd-side")).to_contain_text("In the chat now")
    expect(workspace.locator("#hd-side")).to_contain_text("Lamps")

    page.get_by_role("textbox", name="Your message").press_sequentially("One more")
    expect(workspace.locator("#hd-typing")).to_contain_text("is typing", timeout=10_000)
    workspace.get_by_label("Your reply").press_sequentially("Yes, in black and in brass.")
    expect(page.get_by_role("dialog")).to_contain_text("Ana Agent is typing")
    workspace.get_by_role("button", name="Send", exact=True).click()
    expect(workspace.get_by_role("log")).to_contain_text("Yes, in black and in brass.")
    send_due_messages()

    expect(page.get_by_role("log")).to_contain_text("Yes, in black and in brass.")
    expect(page.get_by_role("log")).to_contain_text("Ana Agent")
    expect(workspace.get_by_role("log").locator(".hd-state-read")).to_be_visible(timeout=10_000)
    assert page.get_by_role("log").get_by_text("Yes, in black and in brass.").count() == 1


def test_conversation_survives_a_reload_and_a_closed_window_counts_what_is_new(visit, agent) -> None:
    page = visit()
    launcher(page).click()
    say(page, "Hello")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    answer_chat(agent, "Hi there")
    expect(page.locator("#helpdesk-chat .count")).to_have_text("1")
    expect(page).to_have_title("(1) Lamps")
    page.reload()
    expect(page.locator("#helpdesk-chat .count")).to_have_text("1")
    launcher(page).click()
    expect(page.get_by_role("log")).to_contain_text("Hi there")
    expect(page).to_have_title("Lamps")
    expect(page.locator("#helpdesk-chat .count")).to_be_hidden()


def test_nothing_is_kept_and_nobody_else_is_called_before_the_first_act(visit, desk, site, browser) -> None:
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = visit(context)
    launcher(page).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    say(page, "Hello")
    assert page.evaluate("[localStorage.length, document.cookie]") == [1, ""]
    assert context.cookies() == []
    assert {url.split("/")[2] for url in asked} <= {desk.split("/")[2], site.origin.split("/")[2]}


def test_page_that_is_not_allowed_shows_no_chat(visit, chat) -> None:
    chat.config = {"origins": ["https://other.example"]}
    chat.save()
    page = visit()
    expect(page.get_by_role("heading", name="Orion table lamp")).to_be_visible()
    with page.expect_event("requestfailed", lambda request: "/look" in request.url):
        page.reload()
    expect(page.locator("#helpdesk-chat")).to_have_count(0)


def test_phone_shows_the_chat_over_the_whole_screen_and_takes_a_picture(visit, agent) -> None:
    page = visit(**PHONE)
    launcher(page).tap()
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, pytest.approx(844))
    page.locator("#helpdesk-chat input[type=file]").set_input_files(
        [{"name": "corner.png", "mimeType": "image/png", "buffer": PNG}]
    )
    say(page, "This corner")
    expect(page.get_by_role("log").get_by_alt_text("Picture: corner.png")).to_be_visible()
    assert Message.objects.get().attachments.get().content_type == "image/png"
    page.reload()
    launcher(page).tap()
    expect(page.get_by_role("log").get_by_alt_text("Picture: corner.png")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_keyboard_goes_round_inside_and_escape_leads_back(visit) -> None:
    page = visit()
    launcher(page).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Your message")).to_be_focused()
    seen = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.id"))
    assert seen == {"helpdesk-chat"}
    page.keyboard.press("Escape")
    expect(launcher(page)).to_be_focused()
    expect(launcher(page)).to_have_attribute("aria-expanded", "false")


def test_when_nobody_is_there_a_message_is_left_and_answered_by_mail(visit, agent, email_channel) -> None:
    BusinessHours.objects.create(name="Never", is_default=True)
    page = visit()
    launcher(page).click()
    expect(page.get_by_role("dialog")).to_contain_text("We are closed at the moment.")
    page.get_by_role("button", name="Leave a message").click()
    expect(page.get_by_role("textbox", name="Your e-mail address")).to_be_focused()
    expect(page.get_by_role("dialog")).to_contain_text("Please fill this in.")
    page.get_by_role("textbox", name="Your e-mail address").fill("carla@customer.example")
    page.get_by_role("textbox", name="Your message").fill("Please call me about the lamp")
    page.get_by_role("button", name="Leave a message").click()
    expect(page.get_by_role("dialog")).to_contain_text("We will answer to carla@customer.example.")
    expect(page.locator(".state", has_text="Sending")).to_have_count(0)
    page.close()
    assert Message.objects.get().details["is_offline_form"]
    answer_chat(agent, "Gladly, tomorrow at nine.")
    Message.objects.filter(direction="out").update(sent_at=now() - timedelta(minutes=6))
    assert mail_unfetched_answers() == 1
    mail = Message.objects.get(purpose="chat_by_mail")
    assert "Gladly, tomorrow at nine." in mail.text
    assert mail.recipients.get().address == "carla@customer.example"


def test_arabic_visitor_reads_from_right_to_left(visit) -> None:
    page = visit(locale="ar")
    launcher(page).click()
    expect(page.get_by_role("dialog")).to_contain_text("كيف يمكننا مساعدتك")
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["x"] < 100
    assert page.locator("#helpdesk-chat .box").evaluate("box => getComputedStyle(box).direction") == "rtl"


def test_consent_is_asked_before_anything_is_kept(visit, chat) -> None:
    chat.config |= {"needs_consent": True, "privacy_url": "https://shop.example/privacy"}
    chat.save()
    page = visit()
    launcher(page).click()
    page.get_by_role("textbox", name="Your message").fill("Hello")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Please fill this in.")
    assert page.evaluate("localStorage.length") == 0
    expect(page.get_by_role("link", name="Privacy notice")).to_have_attribute("href", "https://shop.example/privacy")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("Hello")


def test_message_that_could_not_leave_is_sent_again_by_hand_and_arrives_once(visit, chat, desk) -> None:
    page = visit()
    launcher(page).click()
    say(page, "First")
    page.route("**/messages", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    say(page, "Second")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.unroute("**/messages")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    expect(page.locator(".state", has_text="Sending")).to_have_count(0)
    assert list(Message.objects.order_by("pk").values_list("text", flat=True)) == ["First", "Second"]


def test_page_opens_the_chat_and_hears_of_answers(visit, site, agent) -> None:
    site.data = " data-hide-launcher"
    page = visit()
    page.evaluate(READY)
    expect(launcher(page)).to_be_hidden()
    page.evaluate("HelpdeskChat.on('message', (message) => { document.title = message.text; }); HelpdeskChat.open()")
    say(page, "Hello")
    answer_chat(agent, "From the event")
    expect(page).to_have_title("From the event")
    page.evaluate("HelpdeskChat.reset()")
    expect(page.get_by_role("log")).not_to_contain_text("Hello")
    assert page.evaluate("localStorage.length") == 0


def test_without_streams_the_chat_polls(live_server, site, chat, visit, agent, settings) -> None:
    settings.SITE_URL = site.desk = live_server.url
    page = visit()
    launcher(page).click()
    say(page, "Hello")
    answer_chat(agent, "Polled")
    expect(page.get_by_role("log")).to_contain_text("Polled", timeout=10_000)
    assert hub.stream_count == 0


def test_article_that_answers_spares_the_message(visit: Callable[..., Page]) -> None:
    publish("Where is my order?", keywords=("parcel", "tracking"))
    page = visit()
    launcher(page).click()
    box = page.get_by_role("textbox", name="Your message")
    box.press_sequentially("My lamp is broken")
    hints = page.get_by_role("region", name="Does this help?")
    with page.expect_response(re.compile("/articles$")) as answer:
        box.fill("Hello, my lamp is broken")
    assert answer.value.json() == {"articles": []}
    expect(hints).to_be_hidden()
    box.fill("Hello, where is my order?")
    article = hints.get_by_role("link", name="Where is my order?")
    expect(article).to_be_visible()
    expect(page.locator("#helpdesk-chat [role=status]").last).to_contain_text("Does this help? Where is my order?")
    # By keyboard: back from the field to the article, which opens beside the shop.
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    expect(article).to_be_focused()
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Where is my order?")
    opened.value.close()
    hints.get_by_role("button", name="This helped").click()
    expect(hints).to_contain_text("Glad to hear it.")
    expect(box).to_be_focused()
    assert HelpVisit.objects.get().is_helpful
    assert not Ticket.objects.exists()
