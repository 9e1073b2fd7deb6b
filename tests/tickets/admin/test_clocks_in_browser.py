"""What only a browser shows of time limits: they go on counting, after a piece of the page was drawn anew as well."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from helpdesk.accounts.roles import ensure_roles
from helpdesk.common.clock import now
from tests.factories import make_ticket
from tests.support.browser import find_chromium, running_browser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if find_chromium() is None and os.environ.get("CI") != "true":
        pytest.skip("chromium is not installed")
    with running_browser() as chromium:
        yield chromium


def test_limit_counts_down_and_turns_late_and_the_preview_follows_the_form(
    live_server: Any, browser: Browser, person: Callable[..., Any], client: Any, email_channel: Any
) -> None:
    ensure_roles()
    client.force_login(person("adam", "administrator"))
    ticket = make_ticket(email_channel, next_due_at=now() + timedelta(minutes=10, seconds=30))
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
    page.clock.install()
    page.goto(f"{live_server.url}/admin/tickets/ticket/{ticket.pk}/change/")
    chip = page.locator("#hd-bar [data-hd-due]")
    expect(chip).to_contain_text("due in 10 min")
    page.clock.run_for("05:00")
    expect(chip).to_contain_text("due in 5 min")
    page.clock.run_for("06:00")
    expect(chip).to_have_class("hd-chip hd-chip-late")
    expect(page.locator("#hd-clock-words")).to_have_text("A time limit of this ticket is missed.")

    page.goto(f"{live_server.url}/admin/tickets/slapolicy/add/")
    page.fill("[name=limit-first_response-any]", "45 min")
    page.fill("[name=probe_at]", "2026-03-06T17:30")
    page.clock.run_for(1000)
    expect(page.locator("#hd-probe-result")).to_contain_text("First response is due on Friday 6 Mar, 18:15: 45 min")
    page.goto("about:blank")
    context.close()
    assert complaints == []
