"""What tests of the ticket pages share: a signed-in client, the pages' addresses, many tickets, a real browser."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from helpdesk.accounts.roles import ensure_roles
from tests.factories import make_ticket
from tests.support.browser import browser_or_skip, signed_in_page
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browser_or_skip() as chromium:
        yield chromium


@pytest.fixture
def page_of(live_server: Any, browser: Browser, client: Client) -> Iterator[Callable[..., Page]]:
    """``page_of(user)`` is a page of the browser with that user's session; options as of ``signed_in_page``."""
    ensure_roles()
    with ExitStack() as pages:

        def enter(user: Any, **options: Any) -> Page:
            client.force_login(user)
            session = client.cookies["sessionid"].value
            return pages.enter_context(signed_in_page(browser, url=live_server.url, session=session, **options))

        yield enter


@pytest.fixture
def open_page(live_server: Any, page_of: Callable[..., Page], person: Callable[..., Any]) -> Callable[[str], Page]:
    """``open_page("5/change/")`` is that page of the tickets for an agent."""
    page = page_of(person("ana", "agent", first_name="Ana", last_name="Agent"))

    def visit(path: str) -> Page:
        page.goto(f"{live_server.url}/admin/tickets/ticket/{path}")
        return page

    return visit


@pytest.fixture
def open_ticket(open_page: Callable[[str], Page]) -> Callable[[Ticket], Page]:
    """``open_ticket(ticket)`` is its workspace for an agent."""
    return lambda ticket: open_page(f"{ticket.pk}/change/")
