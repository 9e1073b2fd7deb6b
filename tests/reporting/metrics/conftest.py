"""Facts without their history, for figures."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reporting.metrics.question import GroupBy, Question
from reporting.models import TicketFact
from reporting.policies.period import Period
from tickets.models import Customer, Ticket

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def make_fact(email_channel: Any) -> Callable[..., TicketFact]:
    """A counted fact of a ticket opened on Monday, 2 March 2026, 09:00 UTC."""

    def make(seconds: int | None = None, **fields: Any) -> TicketFact:
        opened_at = fields.pop("opened_at", DAY)
        channel = fields.pop("channel", email_channel)
        is_demo = fields.get("is_demo", False)
        customer = Customer.objects.create(name="Carla")
        ticket = Ticket.objects.create(
            customer=customer,
            channel=channel,
            opened_at=opened_at,
            last_message_at=opened_at,
            is_demo=is_demo,
            team=fields.get("team"),
        )
        values = {
            "is_counted": not is_demo and not fields.get("excluded_because"),
            "first_response_seconds": seconds,
            "first_response_at": None if seconds is None else opened_at + timedelta(seconds=seconds),
            "is_waiting": seconds is None,
        }
        return TicketFact.objects.create(ticket=ticket, channel=channel, opened_at=opened_at, **(values | fields))

    return make


@pytest.fixture
def ask(auditor: Any) -> Callable[..., Question]:
    """A question about March 2026, of somebody who sees everything."""

    def make(group_by: GroupBy = GroupBy.NOTHING, zone: str = "UTC", **fields: Any) -> Question:
        period = Period(from_on=date(2026, 3, 1), to_on=date(2026, 3, 31), zone=ZoneInfo(zone))
        return Question(**({"user": auditor, "period": period, "group_by": group_by} | fields))

    return make
