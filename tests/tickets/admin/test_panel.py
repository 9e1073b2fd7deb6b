"""The panel beside the conversation, and the hand-over note in the workspace."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from channels_app.adapters.base import Address
from helpdesk.common.clock import now
from tests.factories import last_message, make_team, make_ticket
from tickets.models import (
    Conversation,
    Customer,
    CustomerEvent,
    CustomerIdentity,
    Message,
    NotTheSame,
    Ticket,
    ToldAddress,
)
from tickets.services.actors import Actor
from tickets.services.customers import create_customer
from tickets.services.opening import open_ticket
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def desk(client: Client, agent: Any) -> Client:
    client.force_login(agent)
    return client


@pytest.fixture
def ticket(email_channel: Any) -> Ticket:
    return make_ticket(email_channel)


def url(ticket: Ticket, rest: str) -> str:
    return f"/admin/tickets/ticket/{ticket.pk}/{rest}"


def panel(desk: Client, ticket: Ticket, **asked: str) -> str:
    return desk.get(url(ticket, "panel/"), asked, headers=FRAGMENT).content.decode()


def alike(ticket: Ticket) -> Any:
    """Another customer of whom the same address was told."""
    other = create_customer(actor=Actor.system(), name="Karla Other")
    ToldAddress.objects.create(customer=other, kind="email", address=ticket.messages.get().author_identity.address)
    return other


def test_five_newest_outside_events_are_shown_and_the_rest_on_demand(desk: Client, ticket: Ticket) -> None:
    for day in range(1, 8):
        CustomerEvent.objects.create(
            customer=ticket.customer, kind="order", external_id=str(day), title=f"Order {day}.",
            occurred_at=datetime(2026, 3, day, tzinfo=UTC), amount=day, currency="EUR",
        )  # fmt: skip
    few, every = panel(desk, ticket), panel(desk, ticket, events="all")
    assert [day for day in range(1, 8) if f"Order {day}." in few] == [3, 4, 5, 6, 7]
    assert all(f"Order {day}." in every for day in range(1, 8))
    assert "events=all" in few
    assert "events=all" not in every


def test_link_of_an_outside_event_opens_apart_and_a_stranger_writes_no_markup(desk: Client, ticket: Ticket) -> None:
    CustomerEvent.objects.create(
        customer=ticket.customer, kind="order", external_id="1", title="<b>Order</b>",
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC), url="https://shop.example/1",
    )  # fmt: skip
    html = panel(desk, ticket)
    assert 'href="https://shop.example/1" target="_blank" rel="noopener noreferrer"' in html
    assert escape("<b>Order</b>") in html


def test_suggested_customer_is_named_with_the_reason_until_somebody_tells_them_apart(
    desk: Client, ticket: Ticket, agent: Any
) -> None:
    other = alike(ticket)
    html = panel(desk, ticket)
    assert "Karla Other" in html
    assert "Same mail address" in html
    answer = desk.post(url(ticket, "panel/apart/"), {"other": other.pk}, headers=FRAGMENT)
    assert "Karla Other" not in answer.content.decode()
    assert NotTheSame.objects.get().by_id == agent.pk


def test_customer_out_of_sight_is_neither_suggested_nor_told_apart(
    desk: Client, ticket: Ticket, email_channel: Any, stranger: Any
) -> None:
    hidden = make_ticket(
        email_channel, sender=Address(address="h@x.example"), team=make_team("Board", stranger, is_private=True)
    ).customer
    ToldAddress.objects.create(customer=hidden, kind="email", address="carla@customer.example")
    assert "The same person?" not in panel(desk, ticket)
    assert desk.post(url(ticket, "panel/apart/"), {"other": hidden.pk}, headers=FRAGMENT).status_code == 404


def test_agent_sets_and_clears_the_preferred_channel(desk: Client, ticket: Ticket, api_channel: Any) -> None:
    assert api_channel.name in desk.get(url(ticket, "panel/channels/"), headers=FRAGMENT).content.decode()
    for value, stored in ((str(api_channel.pk), api_channel.pk), ("", None)):
        desk.post(url(ticket, "panel/prefer/"), {"channel": value}, headers=FRAGMENT)
        ticket.customer.refresh_from_db()
        assert ticket.customer.preferred_channel_id == stored
    assert desk.post(url(ticket, "panel/prefer/"), {"channel": "999999"}, headers=FRAGMENT).status_code == 400


def test_auditor_reads_the_panel_and_changes_nothing(client: Client, auditor: Any, ticket: Ticket) -> None:
    client.force_login(auditor)
    alike(ticket)
    html = panel(client, ticket)
    assert "The same person?" not in html
    assert client.post(url(ticket, "panel/prefer/"), {"channel": ""}, headers=FRAGMENT).status_code == 403


def test_new_ticket_begins_on_the_preferred_channel(desk: Client, ticket: Ticket, api_channel: Any) -> None:
    second = make_ticket(api_channel, sender=Address(address="shop-7"))
    second.customer.identities.update(customer=ticket.customer)
    ticket.customer.preferred_channel = api_channel
    ticket.customer.save()
    form = desk.get("/admin/tickets/ticket/add/", {"customer": ticket.customer_id}).context["form"]
    assert (form.initial["channel"], form.initial["address"]) == (str(api_channel.pk), "shop-7")


@pytest.mark.parametrize("preferred", ["email", "api"])
def test_composer_begins_on_the_preferred_channel_until_the_customer_has_written(
    desk: Client, agent: Any, email_channel: Any, api_channel: Any, preferred: str
) -> None:
    ticket = open_ticket(
        channel_id=email_channel.pk, address="new@customer.example", subject="s", text="t", actor=Actor.agent(agent)
    )
    customer = ticket.customer
    identity = CustomerIdentity.objects.create(customer=customer, kind="api", channel=api_channel, address="shop-7")
    chat = Conversation.objects.create(
        channel=api_channel, customer=customer, identity=identity, external_thread_id="x", active_ticket=ticket
    )
    Customer.objects.filter(pk=customer.pk).update(
        preferred_channel={"email": email_channel, "api": api_channel}[preferred]
    )
    ways = desk.get(url(ticket, "change/")).context["composer"]["ways"]
    assert ways[0].conversation.channel.kind == preferred
    Conversation.objects.filter(pk=chat.pk).update(last_customer_message_at=now())
    ways = desk.get(url(ticket, "change/")).context["composer"]["ways"]
    assert ways[0].conversation.channel.kind == "api"


@pytest.mark.parametrize("verb", ["assign", "team"])
def test_change_of_hands_offers_the_note(desk: Client, ticket: Ticket, lead: Any, verb: str) -> None:
    value = lead.pk if verb == "assign" else make_team("Billing").pk
    response = desk.post(url(ticket, f"do/{verb}/"), {"value": value}, headers=FRAGMENT)
    assert response.headers["HX-Trigger"] == "newmsg, handover"


def test_agent_who_takes_a_ticket_himself_is_asked_nothing(desk: Client, ticket: Ticket) -> None:
    response = desk.post(url(ticket, "do/assign/"), {"value": "me"}, headers=FRAGMENT)
    assert response.headers["HX-Trigger"] == "newmsg"


def test_form_is_prefilled_from_the_ticket(desk: Client, ticket: Ticket, agent: Any) -> None:
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text="It left. You have it by Friday.")
    html = desk.get(url(ticket, "hand-over/"), headers=FRAGMENT).content.decode()
    assert ">Where is my parcel?</textarea>" in html
    assert ">It left. You have it by Friday.</textarea>" in html
    assert ">You have it by Friday.</textarea>" in html


def test_note_becomes_a_card_of_its_own(desk: Client, ticket: Ticket) -> None:
    said = {"asked": "Where is it?", "done": "Called DHL.", "promised": "", "missing": "the address"}
    response = desk.post(url(ticket, "hand-over/"), said, headers=FRAGMENT)
    assert (response.content, response.headers["HX-Trigger"]) == (b"", "newmsg")
    note = last_message(ticket)
    assert (note.kind, note.purpose, note.details) == (Message.Kind.NOTE, "hand_over", {"hand_over": said})
    assert note.text == "Asked: Where is it?\n\nDone: Called DHL.\n\nMissing: the address"
    page = desk.get(url(ticket, "change/")).content.decode()
    assert "hd-item-handed" in page


def test_empty_note_is_refused(desk: Client, ticket: Ticket) -> None:
    response = desk.post(url(ticket, "hand-over/"), {"asked": " "}, headers=FRAGMENT)
    assert (response.status_code, response.json()["code"]) == (422, "empty_note")
