"""A routing rule made in a real browser, by keyboard and on a narrow screen: rows, a fault at its row, the dry run, saving."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import make_channel, make_team, make_ticket
from tickets.models import RoutingRule

pytestmark = pytest.mark.django_db(transaction=True)


def test_rule_is_made_row_by_row_tried_and_saved(
    live_server: Any, page_of: Callable[..., Page], person: Callable[..., Any]
) -> None:
    team = make_team("Billing")
    channel = make_channel(name="Support")
    make_ticket(channel, text="Money back please")
    page = page_of(person("ada", "administrator"), size=(390, 800), takes_errors=False)
    page.goto(f"{live_server.url}/admin/tickets/routingrule/add/")
    page.locator("#id_name").fill("Refunds")
    expect(page.get_by_label("How long")).to_be_hidden()

    page.locator("[data-add=all]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-row='all.0'] [data-part=field]")).to_be_focused()
    page.keyboard.type("Text of")
    expect(page.locator("[data-row='all.0'] [data-part=test]")).to_have_value("contains")
    page.locator("[data-add=actions]").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Give it to a team")
    page.get_by_role("button", name="Save and continue editing").click()

    expect(page.locator("[data-row='all.0'] .hd-rows-fault")).to_have_text("Choose at least one value.")
    expect(page.locator("[data-row='all.0'] [data-part=value]")).to_have_attribute("aria-invalid", "true")
    page.locator("[data-row='all.0'] [data-part=value]").fill("refund\nmoney back")
    page.locator("[data-row='actions.0'] [data-part=to]").select_option(label="Billing")
    page.locator("[data-add=actions]").click()
    page.locator("[data-row='actions.1'] [data-part=do]").select_option("add_tags")
    page.locator("[data-row='actions.1'] [data-part=tags]").fill("refund, money")
    page.locator("[data-row='actions.1'] [data-tool=arrow-up]").press("Enter")
    page.locator("[data-hd-try]").click()
    expect(page.locator("#hd-trial")).to_contain_text("Would have matched 1 of 1 tickets, and changed 1.")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator("[data-row='actions.0'] [data-part=tags]")).to_have_value("refund, money")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    rule = RoutingRule.objects.get()
    assert rule.conditions == {"all": [{"field": "text", "test": "contains", "value": ["refund", "money back"]}]}
    assert rule.actions == [{"do": "add_tags", "tags": ["refund", "money"]}, {"do": "assign_team", "to": team.pk}]
