"""The form of business hours in a real browser: a day's line copied to the others, on a narrow screen too."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tickets.models import BusinessHours

pytestmark = pytest.mark.django_db(transaction=True)


def test_monday_is_copied_to_the_working_days_and_saved(
    live_server: Any, page_of: Callable[..., Page], person: Callable[..., Any]
) -> None:
    page = page_of(person("ada", "administrator"), size=(390, 800))
    page.goto(f"{live_server.url}/admin/tickets/businesshours/add/")
    page.locator("#id_name").fill("Office")
    page.get_by_label("Monday").fill("8-12, 13-16")
    page.get_by_role("button", name="Copy to Tue–Fri").click()
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_label("Friday")).to_have_value("08:00-12:00, 13:00-16:00")
    expect(page.get_by_label("Saturday")).to_have_value("")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert BusinessHours.objects.get().spans.count() == 10
