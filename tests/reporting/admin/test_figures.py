from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from helpdesk.common.clock import now
from reporting.admin import figures
from reporting.metrics import METRICS
from reporting.models import TicketFact

URL = "/admin/reporting/ticketfact/"
Make = Callable[..., TicketFact]


@pytest.fixture
def browser(client: Client, agent: Any) -> Client:
    client.force_login(agent)
    return client


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("group_by", ["", "channel", "team", "agent", "day", "week", "month", "hour"])
def test_every_figure_opens_with_its_definition(browser: Client, make_fact: Make, metric: str, group_by: str) -> None:
    make_fact(600, opened_at=now())
    page = browser.get(URL, {"metric": metric, "group_by": group_by})
    assert page.status_code == 200
    assert METRICS[metric].definition()[:40] in page.text.replace("&#x27;", "'")


def test_figure_leads_to_the_tickets_behind_it(browser: Client, make_fact: Make) -> None:
    answered, waiting = make_fact(600, opened_at=now()), make_fact(opened_at=now())
    page = browser.get(URL, {"metric": "first-response", "show": "waiting"}).text
    assert f"/admin/tickets/ticket/{waiting.pk}/change/" in page
    assert f"/admin/tickets/ticket/{answered.pk}/change/" not in page


def test_older_tickets_follow_without_gap_or_repeat(
    browser: Client, make_fact: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "PAGE_SIZE", 2)
    moment = now() - timedelta(hours=1)
    facts = [make_fact(60, opened_at=moment) for _ in range(3)] + [make_fact(60, opened_at=moment - timedelta(days=1))]
    seen, address = [], f"{URL}?metric=volume"
    while address:
        page = browser.get(address)
        seen += [ticket.pk for ticket in page.context["tickets"]]
        address = page.context["older_url"]
    assert seen == [facts[2].pk, facts[1].pk, facts[0].pk, facts[3].pk]


@pytest.mark.parametrize(
    "query",
    [
        "from=soon",
        "from=2026-02-30",
        "from=2026-03-02&to=2026-03-01",
        "group_by=colour",
        "team=x",
        "from=0001-01-01",
        "to=0001-01-01",
    ],
)
def test_wrong_question_is_told_and_the_page_stays(browser: Client, query: str) -> None:
    page = browser.get(f"{URL}?{query}")
    assert (page.status_code, "errorlist" in page.text) == (200, True)


@pytest.mark.parametrize("group_by", ["week", "month"])
def test_first_and_last_rows_stay_within_the_asked_days(browser: Client, make_fact: Make, group_by: str) -> None:
    make_fact(60)
    query = {"metric": "volume", "group_by": group_by, "from": "2026-03-02", "to": "2026-03-05"}
    (row,) = browser.get(URL, query).context["table"]
    assert "from=2026-03-02&to=2026-03-05&group_by=day" in row["url"]
    query |= {"from": "2026-03-01", "to": "2026-03-31"}
    (row,) = browser.get(URL, query).context["table"]
    assert row["url"].endswith("to=2026-03-08&group_by=day" if group_by == "week" else "to=2026-03-31&group_by=day")


def test_page_of_figures_costs_few_queries(
    browser: Client, make_fact: Make, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        make_fact(60, opened_at=now())
    browser.get(URL)
    with django_assert_max_num_queries(6):
        browser.get(URL, {"metric": "first-response", "group_by": "channel"})


def test_figures_are_closed_to_who_may_not_read_them(client: Client, person: Callable[..., Any]) -> None:
    client.force_login(person("nobody"))
    assert client.get(URL).status_code == 403
