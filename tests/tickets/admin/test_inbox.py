"""The inbox page: rows, rail, paging, search, live refresh, and what it costs."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.common.clock import now
from tests.factories import make_team, make_ticket
from tests.tickets.admin.conftest import FRAGMENT
from tickets.models import Customer, Tag, Ticket
from tickets.services.actors import Actor
from tickets.services.drafts import save_draft

pytestmark = pytest.mark.django_db
Address = Callable[..., str]


def rows_of(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'<li class="hd-row[^"]*" id="t-(\d+)"', html)]


@pytest.mark.parametrize("count", [10, 100])
@pytest.mark.parametrize("view", ["open", "late", "all", "mine"])
def test_inbox_costs_four_queries_at_any_length(
    desk: Client, url: Address, agent: Any, many_tickets: Callable[[int], list[Ticket]], count: int, view: str
) -> None:
    many_tickets(count)
    Ticket.objects.update(assignee=agent, waiting_since=now() - timedelta(hours=2))
    with CaptureQueriesContext(connection) as queries:
        response = desk.get(url("changelist"), {"view": view})
    assert len(rows_of(response.content.decode())) == min(count, 50)
    assert len(queries) == 4, [query["sql"][:120] for query in queries]
    assert not [q for q in queries if "count(" in q["sql"].lower() and "limit" not in q["sql"].lower()]


def test_search_costs_one_query_more_and_a_warm_rail_one_less(
    desk: Client, url: Address, many_tickets: Callable[[int], list[Ticket]], django_assert_num_queries: Any
) -> None:
    many_tickets(10)
    with django_assert_num_queries(5):
        desk.get(url("changelist"), {"q": "parcel"})
    with django_assert_num_queries(3):
        desk.get(url("changelist"))


@pytest.mark.parametrize("count", [10, 60])
def test_pane_costs_three_queries(
    desk: Client, url: Address, many_tickets: Callable[[int], list[Ticket]], count: int, django_assert_num_queries: Any
) -> None:
    many_tickets(count)
    with django_assert_num_queries(3):
        desk.get(url("pane"), headers=FRAGMENT)


def test_full_page_of_rows_is_small_on_the_wire(
    desk: Client, url: Address, many_tickets: Callable[[int], list[Ticket]]
) -> None:
    many_tickets(55)
    assert len(gzip.compress(desk.get(url("changelist")).content)) < 10 * 1024
    assert len(gzip.compress(desk.get(url("pane")).content)) < 4 * 1024


def test_pages_follow_one_another_without_gap_or_repeat(
    desk: Client, url: Address, many_tickets: Callable[[int], list[Ticket]]
) -> None:
    many_tickets(103)
    Ticket.objects.update(last_message_at=now())
    seen: list[int] = []
    address = url("changelist")
    while address:
        html = desk.get(address).content.decode()
        seen += rows_of(html)
        found = re.search(r'rel="next" href="(\?[^"]+)"', html)
        address = url("changelist") + found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 103


@pytest.mark.parametrize("bad", [{"after": "x"}, {"before": "1-1-1"}, {"after": "9" * 40}, {"team": "1;"}])
def test_tampered_place_in_the_list_is_not_found(desk: Client, url: Address, bad: dict[str, str]) -> None:
    assert desk.get(url("changelist"), bad).status_code == 404


def test_row_shows_what_an_agent_looks_for(desk: Client, url: Address, agent: Any, email_channel: Any) -> None:
    ticket = make_ticket(
        email_channel, assignee=agent, priority="urgent", unread_count=3, waiting_since=now() - timedelta(minutes=75)
    )
    ticket.tags.add(Tag.objects.create(name="refund", color="#b3261e"))
    Customer.objects.update(is_vip=True)
    save_draft(ticket_id=ticket.pk, actor=Actor.agent(agent), kind="note", text="half a thought")
    html = desk.get(url("changelist")).content.decode()
    for words in ("Carla Customer", "My parcel is late", "Where is my parcel?", "refund", "urgent", "late · 1 h", "draft",
                  "assigned to Ana Agent", "VIP", f"#{ticket.number}", "E-mail"):  # fmt: skip
        assert words in html, words
    assert re.search(r"3<span class=\"visually-hidden\"> unread", html)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"view": "late"}, "Nobody is waiting"),
        ({"view": "mine"}, "Nothing on your desk"),
        ({"view": "unassigned"}, "Everything has an owner"),
        ({"view": "open"}, "Inbox zero"),
        ({"q": "zebra"}, "Nothing found"),
        ({"view": "all", "team": "1"}, "No ticket passes these filters"),
    ],
)
def test_empty_list_says_what_it_means(desk: Client, url: Address, query: dict[str, str], words: str) -> None:
    assert words in desk.get(url("changelist"), query).content.decode()


def test_search_finds_by_number_address_name_and_words(desk: Client, url: Address, email_channel: Any) -> None:
    wanted = make_ticket(email_channel, subject="Broken lamp", text="It does not shine")
    Ticket.objects.filter(pk=wanted.pk).update(status="resolved")
    for query in (str(wanted.number), f"#{wanted.number}", "carla@customer.example", "Carla Cust", "shine"):
        assert rows_of(desk.get(url("changelist"), {"q": query}).content.decode()) == [wanted.pk], query


def test_live_refresh_gets_rows_and_rail_alone(desk: Client, url: Address, email_channel: Any) -> None:
    make_ticket(email_channel)
    html = desk.get(url("changelist"), headers=FRAGMENT).content.decode()
    assert "<html" not in html
    assert 'id="hd-rail"' in html
    assert 'hx-swap-oob="true"' in html
    assert len(rows_of(html)) == 1


def test_count_beyond_the_cap_is_shown_as_such(desk: Client, url: Address, email_channel: Any) -> None:
    first = make_ticket(email_channel)
    fields = {"customer": first.customer, "channel": first.channel, "opened_at": now(), "last_message_at": now()}
    Ticket.objects.bulk_create([Ticket(**fields) for _ in range(120)])
    assert "99+" in desk.get(url("changelist")).content.decode()


def test_auditor_sees_every_row_and_no_button(
    auditor: Any, lead: Any, signed_in: Callable[[Any], Client], url: Address, email_channel: Any
) -> None:
    make_ticket(email_channel, team=make_team("Legal", lead, is_private=True))
    html = signed_in(auditor).get(url("changelist")).content.decode()
    assert len(rows_of(html)) == 1
    for control in ("_selected_action", "hd-bulk-count", 'value="resolve"', url("add")):
        assert control not in html, control


def test_unknown_parameter_is_ignored(desk: Client, url: Address) -> None:
    assert (
        desk.get(url("changelist"), {"customer__name__startswith": "C", "o": "1", "view": "everything"}).status_code
        == 200
    )


def test_get_of_every_list_writes_nothing(desk: Client, url: Address, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    before = Ticket.objects.filter(pk=ticket.pk).values().get()
    with CaptureQueriesContext(connection) as queries:
        for address in (
            url("changelist"),
            url("pane"),
            url("choices", None, "filters"),
            url("choices", None, "assign"),
        ):
            assert desk.get(address).status_code == 200
    assert Ticket.objects.filter(pk=ticket.pk).values().get() == before
    assert not [q["sql"] for q in queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]


def test_page_has_no_inline_script_or_style(desk: Client, url: Address, email_channel: Any) -> None:
    make_ticket(email_channel).tags.add(Tag.objects.create(name="blue", color='#1"><b>'))
    response = desk.get(url("changelist"))
    html = response.content.decode()
    assert '#1"' not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:|hx-on", html)
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert '"allowEval":false' in html
