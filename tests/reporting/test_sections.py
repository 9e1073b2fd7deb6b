"""The overview as a browser gets it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client

from helpdesk.common.clock import now
from reporting.metrics.question import Question
from reporting.models import TrafficSlot
from reporting.policies.period import last_days
from reporting.selectors import overview
from tests.factories import make_channel, make_team, make_ticket
from tickets.models import SLATimer, Ticket

Make = Callable[..., Any]


@pytest.fixture
def page(client: Client) -> Callable[..., str]:
    """The overview of a user."""

    def get(user: Any, **parameters: str) -> str:
        client.force_login(user)
        return client.get("/admin/", parameters).text

    return get


def test_new_installation_says_what_will_stand_here(page: Callable[..., str], agent: Any) -> None:
    assert "No customer has written yet" in page(agent)


def test_demo_figures_are_shown_and_named_while_there_is_nothing_else(
    page: Callable[..., str], agent: Any, make_fact: Make
) -> None:
    make_fact(1500, opened_at=now(), is_demo=True)
    html = page(agent)
    assert "Demo data" in html
    assert "25 min" in html


def test_demo_figures_step_back_before_real_ones(page: Callable[..., str], agent: Any, make_fact: Make) -> None:
    make_fact(1500, opened_at=now(), is_demo=True)
    make_fact(600, opened_at=now())
    html = page(agent)
    assert "Demo data" not in html
    assert ("10 min" in html, "25 min" in html) == (True, False)
    assert "25 min" in page(agent, demo="1")


def test_figures_say_who_waits_and_lead_to_the_tickets(
    page: Callable[..., str], agent: Any, email_channel: Any
) -> None:
    ticket = make_ticket(email_channel, subject="Where is it?", waiting_since=now() - timedelta(hours=3))
    html = page(agent)
    assert f"/admin/tickets/ticket/{ticket.pk}/change/" in html
    assert "3 h" in html
    for address in ("?view=open", "?view=unassigned", "?view=late", "metric=first-response"):
        assert address in html


def test_tickets_of_a_closed_team_are_in_nobody_elses_figures(
    page: Callable[..., str], agent: Any, stranger: Any, email_channel: Any
) -> None:
    team = make_team("Board", agent, is_private=True)
    make_ticket(email_channel, subject="Zebrafish", team=team)
    assert "Zebrafish" in page(agent)
    assert "Zebrafish" not in page(stranger)


def test_kept_figures_are_not_shown_to_who_may_see_less(
    page: Callable[..., str], auditor: Any, stranger: Any, make_fact: Make
) -> None:
    make_fact(1500, opened_at=now(), team=make_team("Board", is_private=True))
    assert "25 min" in page(auditor)
    assert "25 min" not in page(stranger)


def test_marketing_sees_figures_and_no_tickets(page: Callable[..., str], marketing: Any, make_fact: Make) -> None:
    make_fact(1500, opened_at=now())
    html = page(marketing)
    assert "25 min" in html
    assert "My next five" not in html


def test_coverage_counts_messages_waiting_tickets_and_agents_of_each_channel(
    page: Callable[..., str], agent: Any, lead: Any, make_fact: Make, email_channel: Any
) -> None:
    for responder in (agent, lead, lead):
        make_fact(600, opened_at=now(), first_responder=responder)
    make_fact(opened_at=now())
    chat = make_channel(kind="messenger", slug="chat", name="Chat")
    TrafficSlot.objects.create(starts_at=now(), channel=email_channel, received_count=7, sent_count=5)
    TrafficSlot.objects.create(starts_at=now(), channel=chat, received_count=3)
    with_tickets, without = [
        [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]
        for row in coverage_rows(page(agent))
    ]
    assert (with_tickets[:2], with_tickets[-1]) == (["7", "1"], "2")
    assert (without[:2], without[-1]) == (["3", "0"], "0"), "messages, and no ticket that was opened there"
    assert "metric=volume&amp;channel=chat&amp;group_by=day" in coverage_rows(page(agent))[1]


def test_channels_beyond_the_table_are_counted_and_linked(
    page: Callable[..., str], agent: Any, make_fact: Make
) -> None:
    for number in range(14):
        make_fact(60, opened_at=now(), channel=make_channel(slug=f"c{number}"))
    html = page(agent)
    assert len(coverage_rows(html)) == 12
    assert '?metric=volume&amp;group_by=channel">2 more channels</a>' in html


def coverage_rows(html: str) -> list[str]:
    """The rows of the table of channels."""
    table = html[html.index('id="hd-coverage-title"') :]
    body = table[table.index("<tbody>") : table.index("</tbody>")]
    return body.split("<tr>")[1:]


def test_hostile_names_are_inert(page: Callable[..., str], agent: Any, make_fact: Make) -> None:
    ticket = make_ticket(make_channel(name="<script>alert(1)</script>"), subject="<img src=x onerror=alert(1)>")
    make_fact(60, opened_at=now(), channel=ticket.channel)
    html = page(agent)
    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_days_without_messages_stand_in_the_chart(
    page: Callable[..., str], agent: Any, make_fact: Make, email_channel: Any
) -> None:
    make_fact(60, opened_at=now())
    TrafficSlot.objects.create(starts_at=now(), channel=email_channel, received_count=7, sent_count=5)
    html = page(agent)
    assert html.count("<g><title>") == 14
    assert "7 in, 5 out" in html


def test_overview_costs_fifteen_queries_cold_and_four_kept(
    client: Client, agent: Any, make_fact: Make, email_channel: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        make_fact(60, opened_at=now(), channel=make_channel(slug=f"c{number}"))
    make_ticket(email_channel)
    client.force_login(agent)
    client.get("/admin/")
    cache.clear()
    with django_assert_max_num_queries(15):
        client.get("/admin/")
    with django_assert_max_num_queries(4):
        client.get("/admin/")


def test_strip_counts_what_the_inbox_shows(page: Callable[..., str], agent: Any, email_channel: Any) -> None:
    for number in range(3):
        make_ticket(email_channel, subject=f"Matter {number}")
    Ticket.objects.filter(subject="Matter 0").update(assignee=agent)
    html = page(agent)
    assert html.index(">3<") < html.index(">2<")


@pytest.fixture
def limits(email_channel: Any, make_fact: Make) -> list[SLATimer]:
    """Two limits met, one missed, one running and due within the hour."""
    timers = []
    for state, minutes in (("met", 0), ("met", 0), ("breached", -30), ("running", 30)):
        ticket = make_fact(60, opened_at=now()).ticket
        due_at = now() + timedelta(minutes=minutes)
        if state == "running":
            Ticket.objects.filter(pk=ticket.pk).update(next_due_at=due_at)
        timer = {"met": {"met_at": now()}, "breached": {"breached_at": due_at}}.get(state, {})
        timers.append(
            SLATimer.objects.create(
                ticket=ticket, metric="first_response", state=state, target_seconds=3600, clock="calendar",
                started_at=now() - timedelta(minutes=1), due_at=due_at, **timer,
            )
        )  # fmt: skip
    return timers


def test_limits_are_of_the_decided_ones_and_lead_to_their_tickets(
    page: Callable[..., str], agent: Any, limits: list[SLATimer]
) -> None:
    html = page(agent)
    section = html[html.index('id="hd-limits-title"') : html.index('id="hd-traffic-title"')]
    assert "67 %" in section
    assert "kept, of 3 decided" in section
    assert 'sort=due">1</a>' in section
    assert "metric=sla&amp;show=missed&amp;limit=first_response" in section
    assert "2 met, 1 missed" in section


def test_lead_does_not_read_the_numbers_of_who_sees_every_ticket(
    page: Callable[..., str], auditor: Any, lead: Any, limits: list[SLATimer]
) -> None:
    board = make_team("Board", is_private=True)
    Ticket.objects.filter(next_due_at__isnull=False).update(team=board)
    assert 'sort=due">1</a>' in page(auditor)
    assert 'sort=due">1</a>' not in page(lead)


def test_without_limits_there_is_no_section_about_them(page: Callable[..., str], agent: Any, make_fact: Make) -> None:
    make_fact(60, opened_at=now())
    assert "hd-limits" not in page(agent)


def test_limits_cost_the_overview_one_query_more_when_they_are_counted_anew(
    client: Client, agent: Any, limits: list[SLATimer], django_assert_max_num_queries: Any
) -> None:
    client.force_login(agent)
    client.get("/admin/")
    cache.clear()
    with django_assert_max_num_queries(16):
        client.get("/admin/")
    with django_assert_max_num_queries(4):
        client.get("/admin/")


def test_limits_are_one_statement(agent: Any, limits: list[SLATimer], django_assert_num_queries: Any) -> None:
    period = last_days(30, at=now(), zone=ZoneInfo("UTC"))
    agent.get_all_permissions()
    with django_assert_num_queries(1):
        found = overview.limits(Question(user=agent, period=period))
    assert [(row.key, row.met, row.missed, row.running) for row in found.metrics] == [("first_response", 2, 1, 1)]
    assert len(found.days) == 30
