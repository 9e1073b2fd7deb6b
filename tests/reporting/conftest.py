"""Facts without their history, and a cache that forgets between tests."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from helpdesk.accounts.services import create_api_key
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


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Figures are kept for a minute; a test must not see those of another."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def key_of() -> Callable[[Any], dict[str, str]]:
    """The headers with which a user's key calls the API."""

    def make(user: Any) -> dict[str, str]:
        _key, text = create_api_key(user=user, name="test", scopes=("read",))
        return {"Authorization": f"Bearer {text}"}

    return make
