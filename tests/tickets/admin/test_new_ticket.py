"""The page on which an agent writes first."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.factories import last_message, make_team, make_ticket
from tests.tickets.admin.conftest import FRAGMENT
from tickets.models import Customer, Ticket

pytestmark = pytest.mark.django_db
Address = Callable[..., str]


def form(channel: Any, **fields: str) -> dict[str, str]:
    return {"channel": str(channel.pk), "address": "Nora@New.example", "name": "Nora New", "subject": "Your order",
            "text": "It is on its way."} | fields  # fmt: skip


def test_new_address_becomes_a_customer_with_a_ticket(
    desk: Client, url: Address, agent: Any, email_channel: Any
) -> None:
    response = desk.post(url("add"), form(email_channel))
    ticket = Ticket.objects.get()
    assert (response.status_code, response.headers["Location"]) == (302, url("change", ticket))
    assert (ticket.opened_by_agent, ticket.subject, ticket.customer.name) == (True, "Your order", "Nora New")
    message = last_message(ticket)
    assert (message.delivery_state, message.author_agent) == ("queued", agent)
    assert message.recipients.get().address == "nora@new.example"


def test_known_address_stays_the_customer_he_is(desk: Client, url: Address, email_channel: Any) -> None:
    known = make_ticket(email_channel).customer
    desk.post(url("add"), form(email_channel, address="carla@customer.example"))
    assert Ticket.objects.order_by("-id")[0].customer == known
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"text": ""}, "required"),
        ({"subject": ""}, "required"),
        ({"channel": "999"}, "Select a valid choice"),
        ({"text": "Hi {{name}}"}, "placeholder"),
        ({"address": ""}, "required"),
    ],
)
def test_what_was_typed_stays_on_every_error(
    desk: Client, url: Address, email_channel: Any, wrong: dict[str, str], words: str
) -> None:
    response = desk.post(url("add"), form(email_channel) | {"name": "Kept <Name>"} | wrong)
    html = response.content.decode()
    assert response.status_code == 422
    assert words in html
    assert "Kept &lt;Name&gt;" in html
    assert not Ticket.objects.exists()


def test_page_is_prefilled_for_a_customer_whom_the_agent_may_see(
    desk: Client, url: Address, lead: Any, email_channel: Any
) -> None:
    own = make_ticket(email_channel)
    html = desk.get(url("add"), {"customer": own.customer_id, "subject": "About #1"}).content.decode()
    assert 'value="carla@customer.example"' in html
    assert 'value="About #1"' in html
    Ticket.objects.update(team=make_team("Legal", lead, is_private=True))
    assert "carla@customer.example" not in desk.get(url("add"), {"customer": own.customer_id}).content.decode()


def test_known_addresses_are_offered_of_visible_customers(
    desk: Client, url: Address, lead: Any, email_channel: Any
) -> None:
    ticket = make_ticket(email_channel)
    asked = {"channel": email_channel.pk, "address": "carl"}
    assert "carla@customer.example" in desk.get(url("suggestions"), asked, headers=FRAGMENT).content.decode()
    asked["address"] = "Customer"
    assert "carla@customer.example" in desk.get(url("suggestions"), asked, headers=FRAGMENT).content.decode()
    Ticket.objects.filter(pk=ticket.pk).update(team=make_team("Legal", lead, is_private=True))
    assert "carla@customer.example" not in desk.get(url("suggestions"), asked, headers=FRAGMENT).content.decode()


def test_auditor_writes_to_nobody(
    auditor: Any, signed_in: Callable[[Any], Client], url: Address, email_channel: Any
) -> None:
    client = signed_in(auditor)
    assert client.get(url("add")).status_code == 403
    assert client.post(url("add"), form(email_channel)).status_code == 403
    assert not Ticket.objects.exists()


def test_without_a_channel_the_page_says_what_is_missing(desk: Client, url: Address) -> None:
    assert "No channel can send yet" in desk.get(url("add")).content.decode()
