"""The question in the web chat's window on a page of another origin, in a real browser."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from surveys.models import Answer, Response, Survey
from surveys.services.planning import plan_tickets
from surveys.services.preset import ensure_preset_survey
from surveys.services.sending import send_due_surveys
from tests.factories import make_channel
from tests.support.asgi_server import running_asgi_server
from tests.support.browser import SHOTS
from tests.support.foreign_site import ForeignSite, running_foreign_site
from tests.support.webchat import answer_chat
from tickets.models import Ticket
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.lifecycle import resolve_ticket

pytestmark = pytest.mark.django_db(transaction=True)
# A closed shadow root is closed to tests as well: they open it before the page's own scripts run.
OPEN_SHADOW = """
const make = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) { return make.call(this, { ...options, mode: "open" }); };
"""
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LOOKS = {
    "desktop": {},
    "phone-dark-arabic": {**PHONE, "color_scheme": "dark", "locale": "ar"},
}


@pytest.fixture
def site(settings: Any) -> Iterator[ForeignSite]:
    with running_asgi_server() as desk, running_foreign_site() as foreign:
        settings.SITE_URL, settings.HELPDESK_UNDO_SECONDS = desk, 0
        channel = make_channel(kind="webchat", slug="chat", name="Shop chat", config={"origins": [foreign.origin]})
        foreign.desk, foreign.channel = desk, str(channel.uuid)
        ensure_preset_survey()
        Survey.objects.update(delay=timedelta(0))
        yield foreign


@pytest.fixture
def visit(browser: Browser, site: ForeignSite) -> Iterator[Callable[..., Page]]:
    complaints: list[str] = []

    def open_page(**options: Any) -> Page:
        visitor = browser.new_context(**options)
        visitor.add_init_script(OPEN_SHADOW)
        page = visitor.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(site.origin)
        page.locator("#helpdesk-chat .launcher").click()
        return page

    yield open_page
    for visitor in browser.contexts:
        visitor.close()
    assert complaints == []


def ask(page: Page, agent: Any) -> None:
    """The visitor writes, is answered, the case is resolved, and the question comes into her window."""
    page.locator("#helpdesk-chat textarea").fill("Is the Orion in stock?")
    page.keyboard.press("Enter")
    expect(page.locator("#helpdesk-chat .bubble")).to_have_count(1)
    _is_filed(page)
    answer_chat(agent, "Yes, in black.")
    ticket = Ticket.objects.get()
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent))
    plan_tickets([ticket.pk])
    send_due_surveys()
    send_due_messages()


@pytest.mark.parametrize("look", LOOKS)
def test_visitor_votes_with_a_button_is_thanked_and_says_why(visit, agent, look):
    page = visit(**LOOKS[look])
    ask(page, agent)
    scale = page.locator("#helpdesk-chat .scale")
    buttons = scale.get_by_role("button")
    expect(buttons).to_have_count(10)
    expect(scale).to_have_attribute("aria-label", page.locator("#helpdesk-chat .theirs .bubble").last.inner_text())
    _shoot(page, f"widget-survey-{look}-question")
    box = buttons.first.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 40
    if look == "desktop":
        # The keyboard reaches the group and walks through it.
        buttons.first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
    else:
        buttons.nth(1).tap()
    expect(scale).to_have_count(0)
    expect(page.locator("#helpdesk-chat .row.own .bubble").last).to_have_text("2")
    _is_filed(page)
    send_due_messages()
    reasons = page.locator("#helpdesk-chat .choices")
    expect(reasons.get_by_role("button")).to_have_count(5)
    _shoot(page, f"widget-survey-{look}-reasons")
    reasons.get_by_role("button").nth(3).click()
    expect(reasons).to_have_count(0)
    _is_filed(page)
    send_due_messages()
    expect(page.locator("#helpdesk-chat .theirs .bubble")).to_have_count(4)
    _shoot(page, f"widget-survey-{look}-thanks")
    response = Response.objects.get()
    assert (response.score, response.answered_via, response.invitation.sent_via) == (2, "widget", "widget")
    assert [answer.choice for answer in Answer.objects.all()] == ["friendliness"]
    assert Ticket.objects.get().status == "resolved"


def _is_filed(page: Page) -> None:
    """What the visitor wrote last is at the server: the line below it tells the time and no longer that it is on its way."""
    expect(page.locator("#helpdesk-chat .row.own").last.locator(".state")).to_contain_text(":")


def _shoot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")
