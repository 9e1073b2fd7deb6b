"""The lists of the inbox: views, counts and pages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.common.clock import now
from helpdesk.core.models import SiteSettings
from tests.factories import make_team, make_ticket
from tickets.models import Ticket
from tickets.selectors.inbox import (
    COUNT_CAP,
    VIEWS,
    BadCursor,
    Cursor,
    Filters,
    count_views,
    list_tickets,
    next_ticket,
    tickets_in_view,
)

pytestmark = pytest.mark.django_db


def at(minutes_ago: float) -> datetime:
    return now() - timedelta(minutes=minutes_ago)


def tickets_at(channel: Any, *minutes: float) -> list[Ticket]:
    return [make_ticket(channel, last_message_at=at(m), waiting_since=at(m)) for m in minutes]


def walk_down(user: Any, size: int, **asked: Any) -> list[int]:
    seen: list[int] = []
    after = None
    while True:
        page = list_tickets(user=user, size=size, after=after, **asked)
        seen += [row.pk for row in page.rows]
        if page.after is None:
            return seen
        after = page.after


@pytest.mark.parametrize(("sort", "is_newest_first"), [("newest", True), ("waiting", False)])
def test_pages_have_no_gap_and_no_repeat_among_equal_times(
    agent: Any, email_channel: Any, sort: str, is_newest_first: bool
) -> None:
    same = at(5)
    for _ in range(7):
        make_ticket(email_channel, last_message_at=same, waiting_since=same)
    tickets_at(email_channel, 1, 9)
    everything = set(Ticket.objects.values_list("pk", flat=True))
    seen = walk_down(agent, 2, view="open", sort=sort)
    assert len(seen) == len(everything) == 9
    assert set(seen) == everything
    times = [Ticket.objects.get(pk=pk).last_message_at for pk in seen]
    assert times == sorted(times, reverse=is_newest_first)


def test_way_back_leads_through_the_same_pages(agent: Any, email_channel: Any) -> None:
    tickets_at(email_channel, *range(1, 8))
    first = list_tickets(user=agent, view="open", size=3)
    second = list_tickets(user=agent, view="open", size=3, after=first.after)
    back = list_tickets(user=agent, view="open", size=3, before=second.before)
    assert first.before is None
    assert [row.pk for row in back.rows] == [row.pk for row in first.rows]
    assert back.before is None
    assert back.after == first.after


def test_row_that_arrives_meanwhile_is_not_shown_twice(agent: Any, email_channel: Any) -> None:
    tickets_at(email_channel, 1, 2, 3, 4)
    first = list_tickets(user=agent, view="open", size=2)
    tickets_at(email_channel, 0)
    second = list_tickets(user=agent, view="open", size=2, after=first.after)
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}


@pytest.mark.parametrize("text", ["", "1", "a-b", "1-", "-1", "1-2-3", "9" * 30 + "-1", "1-" + "9" * 19, "１-1"])
def test_cursor_that_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        Cursor.read(text)


def test_cursor_reads_what_it_wrote() -> None:
    cursor = Cursor(at=datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC), pk=7)
    assert Cursor.read(str(cursor)) == cursor


def test_views_hold_what_their_names_say(agent: Any, lead: Any, email_channel: Any) -> None:
    mine = make_ticket(email_channel, assignee=agent, waiting_since=None)
    theirs = make_ticket(email_channel, assignee=lead, waiting_since=at(1))
    late = make_ticket(email_channel, waiting_since=at(61))
    done = make_ticket(email_channel, status="resolved", waiting_since=None)

    def view(name: str) -> set[int]:
        return set(tickets_in_view(user=agent, view=name).values_list("pk", flat=True))

    assert view("mine") == {mine.pk}
    assert view("unassigned") == {late.pk}
    assert view("open") == {mine.pk, theirs.pk, late.pk}
    assert view("late") == {late.pk}
    assert view("all") == {mine.pk, theirs.pk, late.pk, done.pk}


def test_late_follows_the_site_setting(agent: Any, email_channel: Any) -> None:
    make_ticket(email_channel, waiting_since=at(20))
    assert not tickets_in_view(user=agent, view="late").exists()
    SiteSettings.objects.create(pk=1, late_after=timedelta(minutes=15))
    assert tickets_in_view(user=agent, view="late").count() == 1
    assert list_tickets(user=agent, view="open").rows[0].is_late


def test_counts_stop_at_the_cap(agent: Any, email_channel: Any, django_assert_num_queries: Any) -> None:
    first = make_ticket(email_channel)
    fields = {"customer": first.customer, "channel": first.channel, "opened_at": now(), "last_message_at": now()}
    Ticket.objects.bulk_create([Ticket(**fields) for _ in range(COUNT_CAP + 20)])
    agent.get_all_permissions()
    with django_assert_num_queries(1):
        counts = count_views(user=agent)
    assert counts["open"] == counts["all"] == COUNT_CAP
    assert counts["mine"] == 0


def test_counts_and_rows_leave_out_private_teams(agent: Any, lead: Any, email_channel: Any) -> None:
    make_ticket(email_channel, team=make_team("Legal", lead, is_private=True))
    assert count_views(user=agent) == dict.fromkeys(VIEWS, 0)
    assert list_tickets(user=agent, view="all").rows == []
    assert count_views(user=lead)["open"] == 1


def test_somebody_without_rights_counts_nothing(person: Any, email_channel: Any) -> None:
    make_ticket(email_channel)
    assert set(count_views(user=person("nobody")).values()) == {0}


def test_filters_narrow_a_view(agent: Any, email_channel: Any, api_channel: Any) -> None:
    wanted = make_ticket(email_channel, team=make_team("Returns"))
    make_ticket(api_channel)
    page = list_tickets(user=agent, view="open", filters=Filters.read({"channel": str(email_channel.pk)}))
    assert [row.pk for row in page.rows] == [wanted.pk]
    page = list_tickets(user=agent, view="open", filters=Filters.read({"team": str(wanted.team_id)}))
    assert [row.pk for row in page.rows] == [wanted.pk]


@pytest.mark.parametrize("value", ["x", "1 OR 1=1", "-1", "1" * 20, "²"])
def test_filter_that_is_no_id_is_refused(value: str) -> None:
    with pytest.raises(BadCursor):
        Filters.read({"team": value})


def test_next_ticket_is_the_one_that_waits_longest(agent: Any, email_channel: Any) -> None:
    open_one, waits_long, waits_short = tickets_at(email_channel, 1, 50, 10)
    Ticket.objects.filter(pk=open_one.pk).update(waiting_since=None)
    assert next_ticket(user=agent, view="open", besides=waits_short.pk) == waits_long
    assert next_ticket(user=agent, view="mine", besides=waits_short.pk) is None
