import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from helpdesk.common.clock import now
from surveys.models import CouponCode, Incentive, RecoveryCase, RootCause
from tests.factories import make_channel, make_team
from tickets.models import Ticket

Make = Callable[..., Any]
REPORTS = ("volume", "first-response", "csat", "resolution", "first-contact-resolution", "handle-time")


@pytest.mark.parametrize("report", REPORTS)
def test_report_answers_in_the_promised_shape(
    client: Client, agent: Any, key_of: Make, make_fact: Make, report: str
) -> None:
    make_fact(600, opened_at=now())
    answer = client.get(f"/api/v1/reports/{report}/", {"group_by": "channel"}, headers=key_of(agent)).json()
    assert list(answer) == ["metric", "definition", "from", "to", "group_by", "rows", "drilldown_url"]
    assert (answer["metric"], answer["group_by"]) == (report, "channel")
    for row in answer["rows"]:
        assert list(row)[:6] == ["key", "label", "count", "mean", "median", "p90"]


def test_report_says_its_period_and_leads_to_its_tickets(
    client: Client, agent: Any, key_of: Make, make_fact: Make
) -> None:
    make_fact(600)
    query = {"from": "2026-03-01", "to": "2026-03-31", "group_by": "day"}
    answer = client.get("/api/v1/reports/first-response/", query, headers=key_of(agent)).json()
    assert [(row["key"], row["median"], row["share_within_60_minutes"]) for row in answer["rows"]] == [
        ("2026-03-02", 600.0, 1.0)
    ]
    page = answer["drilldown_url"].partition("/admin/")[2]
    client.force_login(agent)
    assert client.get(f"/admin/{page}").status_code == 200


def test_report_without_a_grouping_is_one_row(client: Client, agent: Any, key_of: Make) -> None:
    answer = client.get("/api/v1/reports/csat/", headers=key_of(agent)).json()
    assert [(row["key"], row["count"], row["mean"]) for row in answer["rows"]] == [("all", 0, None)]


def test_demo_is_counted_only_when_asked_for(client: Client, agent: Any, key_of: Make, make_fact: Make) -> None:
    make_fact(600, opened_at=now(), is_demo=True)
    headers = key_of(agent)
    counts = [
        client.get("/api/v1/reports/volume/", query, headers=headers).json()["rows"][0]["count"]
        for query in ({}, {"include_demo": "true"}, {"include_demo": "false"})
    ]
    assert counts == [0, 1, 0]


def test_tickets_behind_a_figure_with_demo_are_those_with_demo(
    client: Client, agent: Any, key_of: Make, make_fact: Make
) -> None:
    fact = make_fact(600, opened_at=now(), is_demo=True)
    answer = client.get("/api/v1/reports/volume/", {"include_demo": "true"}, headers=key_of(agent)).json()
    client.force_login(agent)
    page = client.get("/admin/" + answer["drilldown_url"].partition("/admin/")[2])
    assert [ticket.pk for ticket in page.context["tickets"]] == [fact.pk]


@pytest.mark.parametrize(
    ("report", "described"),
    [
        ("sla", {"channel", "team", "agent", "topic", "priority", "limit", "day", "week", "month", "hour"}),
        ("next-response", {"channel", "team", "agent", "topic", "day", "week", "month", "hour"}),
    ],
)
def test_api_offers_the_groups_that_a_report_has(
    client: Client, agent: Any, key_of: Make, report: str, described: set[str]
) -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    parameters = schema["paths"][f"/api/v1/reports/{report}/"]["get"]["parameters"]
    (offered,) = [set(one["schema"]["enum"]) for one in parameters if one["name"] == "group_by"]
    assert offered == described
    for group in offered:
        answer = client.get(f"/api/v1/reports/{report}/", {"group_by": group}, headers=key_of(agent))
        assert answer.status_code == 200


def test_file_for_spreadsheets_runs_nothing(client: Client, agent: Any, key_of: Make, make_fact: Make) -> None:
    make_fact(600, opened_at=now(), channel=make_channel(slug="evil", name="=cmd|' /C calc'!A0"))
    answer = client.get(
        "/api/v1/reports/first-response/", {"group_by": "channel", "format": "csv"}, headers=key_of(agent)
    )
    assert answer["Content-Type"].startswith("text/csv")
    assert answer["Content-Disposition"].startswith('attachment; filename="first-response-')
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["key"], row["label"], row["count"]) for row in rows] == [("evil", "'=cmd|' /C calc'!A0", "1")]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=soon", "from"), ("from=2026-03-02&to=2026-03-01", "from"), ("from=2000-01-01&to=2026-01-01", "from"),
        ("to=0001-01-01", "to"), ("group_by=colour", "group_by"),
        ("format=xml", "format"), ("team=x", "team"), ("include_demo=yes", "include_demo"), ("colour=blue", "colour"), ("from=", None),
        ("from=soon&format=csv", "from"),
    ],
)  # fmt: skip
def test_wrong_question_is_refused_by_name(
    client: Client, agent: Any, key_of: Make, query: str, field: str | None
) -> None:
    answer = client.get(f"/api/v1/reports/volume/?{query}", headers=key_of(agent))
    assert answer.status_code == (400 if field else 200)
    if field:
        assert field in answer.json()["fields"]


def test_marketing_reads_every_figure_and_an_agent_those_of_his_scope(
    client: Client, marketing: Any, stranger: Any, key_of: Make, make_fact: Make
) -> None:
    make_fact(600, opened_at=now(), team=make_team("Board", is_private=True))
    counts = [
        client.get("/api/v1/reports/volume/", headers=key_of(user)).json()["rows"][0]["count"]
        for user in (marketing, stranger)
    ]
    assert counts == [1, 0]


def test_figures_are_closed_to_strangers(client: Client, person: Make, key_of: Make) -> None:
    assert client.get("/api/v1/reports/volume/").status_code in (401, 403)
    assert client.get("/api/v1/reports/volume/", headers=key_of(person("nobody"))).status_code == 403


def test_report_of_recovery_says_who_was_won_back_and_what_it_cost(
    client: Client, auditor: Any, key_of: Make, make_fact: Make
) -> None:
    for outcome in ("regained", "lost", "mistaken"):
        ticket = make_fact(60, opened_at=now()).ticket
        case = RecoveryCase.objects.create(
            customer=ticket.customer, ticket=ticket, source="manual", opened_at=now(), outcome=outcome, closed_at=now()
        )
        pool = Incentive.objects.create(name=outcome, description="Off", currency="CHF")
        CouponCode.objects.create(incentive=pool, code=outcome, state="given", case=case, given_at=now(), cost=10)
    answer = client.get("/api/v1/reports/recovery/", headers=key_of(auditor)).json()
    (row,) = answer["rows"]
    assert (row["count"], row["regained"], row["share_regained"]) == (2, 1, 0.5)
    assert (row["cost_per_regained"], row["currency"]) == (20.0, "CHF")
    assert answer["drilldown_url"].partition("?")[2].startswith("metric=recovery")


def test_report_of_complaints_tells_them_apart_by_day_and_by_cause(
    client: Client, auditor: Any, key_of: Make, make_fact: Make
) -> None:
    ticket = make_fact(60).ticket
    Ticket.objects.filter(pk=ticket.pk).update(sentiment="negative")
    cause = RootCause.objects.get(key="process.slow")
    RecoveryCase.objects.create(
        customer=ticket.customer, ticket=ticket, source="sentiment", opened_at=ticket.opened_at, root_cause=cause
    )
    make_fact(60)
    headers, query = key_of(auditor), {"from": "2026-03-01", "to": "2026-03-31"}
    rows = {
        group: client.get("/api/v1/reports/complaints/", query | {"group_by": group}, headers=headers).json()["rows"]
        for group in ("day", "cause")
    }
    assert [(row["key"], row["count"], row["angry"]) for row in rows["day"]] == [("2026-03-02", 1, 1)]
    assert [(row["key"], row["label"], row["with_case"]) for row in rows["cause"]] == [(cause.pk, "Takes too long", 1)]
    refused = client.get("/api/v1/reports/complaints/", {"cause": "slow"}, headers=headers)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["cause"])


def test_report_costs_few_queries(
    client: Client, agent: Any, key_of: Make, make_fact: Make, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        make_fact(60, opened_at=now(), channel=make_channel(slug=f"c{number}"))
    headers = key_of(agent)
    client.get("/api/v1/reports/volume/", headers=headers)
    with django_assert_max_num_queries(5):
        client.get("/api/v1/reports/first-response/", {"group_by": "channel"}, headers=headers)
