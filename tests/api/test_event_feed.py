"""The event feed: an order in which nothing is skipped, however late it commits."""

import time

import pytest
from django.db import connection, connections

from tests.factories import make_ticket
from tickets.models import TicketEvent
from tickets.services.actors import Actor
from tickets.services.lifecycle import resolve_ticket

FEED = "/api/v1/ticket-events/"


def wait_until_settled():
    """Wait until no older transaction runs on the server: tests in other databases of it hold the feed back too."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with connection.cursor() as statement:
            statement.execute(
                "SELECT coalesce(max(xid), '0'::xid8) < pg_snapshot_xmin(pg_current_snapshot()) FROM tickets_ticketevent"
            )
            if statement.fetchone()[0]:
                return
        time.sleep(0.05)
    pytest.fail("another transaction never ended")


def read(client, cursor=None, **query):
    page = client.get(FEED, query | ({"cursor": cursor} if cursor else {})).json()
    return [row["id"] for row in page["results"]], page["cursor"], page["has_more"]


@pytest.mark.django_db(transaction=True)
def test_reader_who_keeps_his_cursor_gets_every_event_once(client, email_channel):
    make_ticket(email_channel)
    wait_until_settled()
    first, cursor, has_more = read(client, page_size=1)
    assert has_more
    seen = list(first)
    while has_more:
        page, cursor, has_more = read(client, cursor, page_size=1)
        seen += page
    assert read(client, cursor)[0] == []
    make_ticket(email_channel)
    wait_until_settled()
    seen += read(client, cursor)[0]
    assert seen == list(TicketEvent.objects.order_by("xid", "id").values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_event_that_commits_late_is_not_skipped(client, agent, email_channel):
    """An open transaction has a smaller number than a later one that is done: the feed waits for it."""
    slow_ticket, quick_ticket = make_ticket(email_channel), make_ticket(email_channel)
    wait_until_settled()
    _old, cursor, _more = read(client)
    slow = connections.create_connection("default")
    try:
        slow.set_autocommit(False)
        with slow.cursor() as statement:
            statement.execute(
                "INSERT INTO tickets_ticketevent (ticket_id, sequence, at, kind, data_version, actor_kind, data) "
                "VALUES (%s, 99, now(), 'ticket.resolved', 1, 'system', '{}') RETURNING id",
                [slow_ticket.pk],
            )
            late = statement.fetchone()[0]
        quick = resolve_ticket(ticket_id=quick_ticket.pk, actor=Actor.agent(agent)).events.order_by("-id").first()
        while_open, cursor, _more = read(client, cursor)
        assert while_open == []
        slow.commit()
    finally:
        slow.close()
    wait_until_settled()
    assert read(client, cursor)[0] == [late, quick.pk]


def test_events_are_filtered_by_ticket_and_kind(client, ticket):
    answer = client.get(FEED, {"ticket": ticket.pk, "kind": "ticket.opened,ticket.closed"})
    assert answer.status_code == 200
    assert {row["kind"] for row in answer.json()["results"]} <= {"ticket.opened"}


@pytest.mark.parametrize("query", [{"ordering": "id"}, {"cursor": "x"}, {"since": "1"}, {"ticket": "x"}])
def test_feed_refuses_what_it_does_not_know(client, query):
    assert client.get(FEED, query).status_code == 400


def test_cursor_of_a_list_is_no_cursor_of_the_feed(client, email_channel):
    for _ in range(3):
        make_ticket(email_channel)
    next_page = client.get("/api/v1/tickets/?page_size=1").json()["next"]
    token = next_page.split("cursor=")[1].split("&")[0]
    assert client.get(f"{FEED}?cursor={token}").status_code == 400
