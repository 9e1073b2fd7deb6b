"""What tests of the ticket pages share: a signed-in client, the pages' addresses, many tickets."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.factories import make_ticket
from tickets.models import Customer, Ticket

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def cold_cache() -> None:
    """The counts beside the views are kept for seconds; no test may read another's."""
    cache.clear()


@pytest.fixture
def signed_in(client: Client) -> Callable[[Any], Client]:
    """``signed_in(user)`` gives a client of that user."""

    def enter(user: Any) -> Client:
        client.force_login(user)
        return client

    return enter


@pytest.fixture
def desk(agent: Any, signed_in: Callable[[Any], Client]) -> Client:
    """A client of an agent."""
    return signed_in(agent)


@pytest.fixture
def url() -> Callable[..., str]:
    """``url("messages", ticket)`` is the address of a ticket's page."""

    def address(name: str, ticket: Ticket | None = None, *more: Any) -> str:
        return reverse(f"admin:tickets_ticket_{name}", args=[*([ticket.pk] if ticket else []), *more])

    return address


@pytest.fixture
def many_tickets(email_channel: Any) -> Callable[[int], list[Ticket]]:
    """Tickets of as many customers: the first through intake, the others as copies of its row."""

    def make(count: int) -> list[Ticket]:
        first = make_ticket(email_channel)
        customers = Customer.objects.bulk_create([Customer(name=f"Customer {n}") for n in range(1, count)])
        copied = {
            field.attname: getattr(first, field.attname)
            for field in Ticket._meta.concrete_fields
            if field.name not in ("id", "number", "customer")
        }
        return [first, *Ticket.objects.bulk_create([Ticket(**copied, customer=customer) for customer in customers])]

    return make
