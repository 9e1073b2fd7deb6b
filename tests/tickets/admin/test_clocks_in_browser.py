"""What only a browser shows of time limits: they go on counting, after a piece of the page was drawn anew as well."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from helpdesk.common.clock import now
from tests.factories import make_ticket

pytestmark = pytest.mark.django_db(transaction=True)


def test_limit_counts_down_and_turns_late_and_the_preview_follows_the_form(
    live_server: Any, page_of: Callable[..., Page], person: Callable[..., Any], email_channel: Any
) -> None:
    ticket = make_ticket(email_channel, next_due_at=now() + timedelta(minutes=10, seconds=30))
    page = page_of(person("adam", "administrator"))
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
