"""Merging on the customer's page."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from channels_app.adapters.base import Address
from tests.factories import make_team, make_ticket
from tickets.models import Customer, CustomerEvent, CustomerMerge, NotTheSame, ToldAddress

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, agent: Any) -> Client:
    client.force_login(agent)
    return client


@pytest.fixture
def carla(email_channel: Any) -> Customer:
    return make_ticket(email_channel).customer


@pytest.fixture
def karla(email_channel: Any) -> Customer:
    return make_ticket(email_channel, sender=Address(address="karla@customer.example", name="Karla Other")).customer


def page(customer: Customer, rest: str = "change/") -> str:
    return f"/admin/tickets/customer/{customer.pk}/{rest}"


def test_other_record_is_found_by_name_and_shown_beside_this_one(
    desk: Client, carla: Customer, karla: Customer
) -> None:
    found = desk.get(page(carla, "merge/"), {"q": "Karla"}).content.decode()
    assert page(carla, f"merge/{karla.pk}/") in found
    both = desk.get(page(carla, f"merge/{karla.pk}/")).content.decode()
    for words in ("Carla Customer", "Karla Other", "carla@customer.example", "karla@customer.example"):
        assert words in both


@pytest.mark.parametrize("stays", ["carla", "karla"])
def test_chosen_one_stays_and_the_merge_is_undone_on_his_page(
    desk: Client, carla: Customer, karla: Customer, agent: Any, stays: str
) -> None:
    winner, loser = (carla, karla) if stays == "carla" else (karla, carla)
    response = desk.post(page(carla, f"merge/{karla.pk}/"), {"stays": winner.pk})
    assert response.headers["Location"] == page(winner)
    merge = CustomerMerge.objects.get()
    assert (merge.winner, merge.loser, merge.by) == (winner, loser, agent)
    undo = page(winner, f"merges/{merge.pk}/undo/")
    assert undo in desk.get(page(winner)).content.decode()
    desk.post(undo)
    loser.refresh_from_db()
    assert loser.merged_into_id is None
    assert undo not in desk.get(page(winner)).content.decode()


def test_what_could_not_be_brought_together_is_told(desk: Client, carla: Customer, karla: Customer) -> None:
    Customer.objects.filter(pk=carla.pk).update(attributes={"plan": "gold"})
    Customer.objects.filter(pk=karla.pk).update(attributes={"plan": "basic"})
    response = desk.post(page(carla, f"merge/{karla.pk}/"), {"stays": carla.pk}, follow=True)
    assert "Both have a value for “plan”" in response.content.decode()


def test_refused_merge_is_told_and_changes_nothing(desk: Client, carla: Customer, karla: Customer) -> None:
    Customer.objects.filter(pk=karla.pk).update(is_demo=True)
    response = desk.post(page(carla, f"merge/{karla.pk}/"), {"stays": carla.pk}, follow=True)
    assert "cannot be merged" in response.content.decode()
    assert not CustomerMerge.objects.exists()


def test_customer_out_of_sight_is_neither_found_nor_merged(
    desk: Client, carla: Customer, email_channel: Any, stranger: Any
) -> None:
    sender = Address(address="h@secret.example", name="Hidden Henry")
    team = make_team("Board", stranger, is_private=True)
    hidden = make_ticket(email_channel, sender=sender, team=team).customer
    assert "Henry" not in desk.get(page(carla, "merge/"), {"q": "Hidden"}).content.decode()
    for one, other in ((carla, hidden), (hidden, carla)):
        for method in (desk.get, desk.post):
            assert method(page(one, f"merge/{other.pk}/")).status_code == 404
    assert desk.post(page(carla, f"apart/{hidden.pk}/")).status_code == 404


def test_merge_is_undone_from_the_page_of_its_own_customer_only(
    desk: Client, carla: Customer, karla: Customer, email_channel: Any
) -> None:
    other = make_ticket(email_channel, sender=Address(address="third@customer.example")).customer
    desk.post(page(carla, f"merge/{karla.pk}/"), {"stays": carla.pk})
    assert desk.post(page(other, f"merges/{CustomerMerge.objects.get().pk}/undo/")).status_code == 404


def test_auditor_looks_and_merges_nothing(client: Client, auditor: Any, carla: Customer, karla: Customer) -> None:
    client.force_login(auditor)
    assert client.post(page(carla, f"merge/{karla.pk}/"), {"stays": carla.pk}).status_code == 403
    assert "Merge with another customer" not in client.get(page(carla)).content.decode()


def test_suggestion_stands_on_the_page_until_the_two_are_told_apart(
    desk: Client, carla: Customer, karla: Customer
) -> None:
    ToldAddress.objects.create(customer=karla, kind="email", address="carla@customer.example")
    assert "Same mail address" in desk.get(page(carla)).content.decode()
    desk.post(page(carla, f"apart/{karla.pk}/"))
    assert "Same mail address" not in desk.get(page(carla)).content.decode()
    assert NotTheSame.objects.count() == 1


def test_outside_events_stand_on_the_page(desk: Client, carla: Customer) -> None:
    CustomerEvent.objects.create(
        customer=carla, kind="order", external_id="A-1", title="Order A-1", occurred_at=datetime(2026, 3, 2, tzinfo=UTC)
    )
    assert "Order A-1" in desk.get(page(carla)).content.decode()
