"""The form of business hours in a real browser: a day's line copied to the others, on a narrow screen too."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from helpdesk.accounts.roles import ensure_roles
from tests.support.browser import find_chromium, running_browser
from tickets.models import BusinessHours

pytestmark = pytest.mark.django_db(transaction=True)


def test_monday_is_copied_to_the_working_days_and_saved(
    live_server: Any, person: Callable[..., Any], client: Any
) -> None:
    if find_chromium() is None and os.environ.get("CI") != "true":
        pytest.skip("chromium is not installed")
    ensure_roles()
    client.force_login(person("ada", "administrator"))
    with running_browser() as browser:
        context = browser.new_context(viewport={"width": 390, "height": 800})
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda m: complaints.append(m.text) if "Content Security Policy" in m.text else None)
        page.goto(f"{live_server.url}/admin/tickets/businesshours/add/")
        page.locator("#id_name").fill("Office")
        page.get_by_label("Monday").fill("8-12, 13-16")
        page.get_by_role("button", name="Copy to Tue–Fri").click()
        page.get_by_role("button", name="Save and continue editing").click()
        expect(page.get_by_label("Friday")).to_have_value("08:00-12:00, 13:00-16:00")
        expect(page.get_by_label("Saturday")).to_have_value("")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.goto("about:blank")
        context.close()
    assert complaints == []
    assert BusinessHours.objects.get().spans.count() == 10
