"""Time limits in the lists: what is late, what is due next, and pages of it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from helpdesk.common.clock import now
from tests.factories import make_ticket
from tickets.models import Ticket
from tickets.selectors.inbox import list_tickets, next_ticket

pytestmark = pytest.mark.django_db


def at(minutes: float) -> datetime:
    return now() + timedelta(minutes=minutes)


def due(channel: Any, minutes: float | None, *, waits: float | None = None, **fields: Any) -> Ticket:
    return make_ticket(
        channel,
        next_due_at=None if minutes is None else at(minutes),
        waiting_since=None if waits is None else at(-waits),
        **fields,
    )


def walk(user: Any, view: str, size: int = 2) -> tuple[list[int], list[int]]:
    """The rows of all pages on the way down, and of the pages on the way back up."""
    pages, page = [], list_tickets(user=user, view=view, sort="due", size=size)
    pages.append(page)
    while page.after is not None:
        page = list_tickets(user=user, view=view, sort="due", size=size, after=page.after)
        pages.append(page)
    back, up = list(pages[-1].rows), pages[-1]
    while up.before is not None:
        up = list_tickets(user=user, view=view, sort="due", size=size, before=up.before)
        back = [*up.rows, *back]
    return [row.pk for page in pages for row in page.rows], [row.pk for row in back]


def test_due_next_holds_tickets_with_a_limit_the_earliest_first(agent: Any, email_channel: Any) -> None:
    tickets = [due(email_channel, minutes) for minutes in (50, -5, 20, 20, 90)]
    due(email_channel, None, waits=500)
    order = [tickets[1].pk, *sorted(t.pk for t in tickets[2:4]), tickets[0].pk, tickets[4].pk]
    down, up = walk(agent, "open")
    assert down == order
    # The two have no common microsecond, so that their order is that of their times.
    assert up == down


def test_late_is_a_missed_limit_and_without_one_a_long_wait(agent: Any, email_channel: Any) -> None:
    missed, unlimited = due(email_channel, -10), due(email_channel, None, waits=65)
    earlier, longest = due(email_channel, -30, waits=1), due(email_channel, None, waits=600)
    due(email_channel, 10, waits=600)  # waits long, and its limit is far off
    due(email_channel, None, waits=5)
    due(email_channel, -10, status="resolved")
    # By when each became late: an hour's waiting is allowed.
    order = [longest.pk, earlier.pk, missed.pk, unlimited.pk]
    for size in (1, 2, 50):
        assert walk(agent, "late", size) == (order, order)
    shown = {row.pk for row in list_tickets(user=agent, view="open").rows if row.is_late}
    assert shown == set(order)


def test_tickets_that_became_late_in_one_moment_are_all_shown(agent: Any, email_channel: Any) -> None:
    moment = at(-30)
    tickets = [make_ticket(email_channel, next_due_at=moment, waiting_since=None) for _ in range(4)]
    waits = [make_ticket(email_channel, waiting_since=moment - timedelta(hours=1)) for _ in range(4)]
    order = sorted(ticket.pk for ticket in [*tickets, *waits])
    assert walk(agent, "late", 1) == (order, order)


def test_next_ticket_is_the_one_that_is_due_next(agent: Any, email_channel: Any) -> None:
    done, soon = due(email_channel, -5), due(email_channel, 5)
    due(email_channel, 50)
    due(email_channel, None, waits=600)
    assert next_ticket(user=agent, view="open", besides=done.pk) == soon
