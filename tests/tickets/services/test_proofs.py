"""Who a writer is: what a provider vouches for counts, what somebody only says does not."""

from collections.abc import Callable
from typing import Any

import pytest

from channels_app.adapters.api.adapter import ApiAdapter
from channels_app.adapters.base import Address
from helpdesk.core.models import SiteSettings
from tests.factories import make_channel, make_ticket
from tickets.models import Customer, CustomerIdentity, Organization, Ticket, ToldAddress
from tickets.selectors.customer_suggestions import suggest_same
from tickets.services.actors import Actor
from tickets.services.customers import add_identity, create_customer, find_or_create_identity
from tickets.services.opening import open_ticket
from tickets.services.telling_apart import tell_apart

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()
NUMBER = "+4930123456"


@pytest.fixture
def phone_channel(monkeypatch: pytest.MonkeyPatch, api_channel: Any) -> Any:
    """A channel whose provider vouches for telephone numbers."""
    monkeypatch.setattr(ApiAdapter, "identity_kind", "phone")
    return api_channel


def writes(channel: Any, address: str, **more: Any) -> Ticket:
    return make_ticket(channel, sender=Address(address=address, **more))


def test_sender_of_a_provider_is_verified_and_a_mail_address_is_not(email_channel: Any, api_channel: Any) -> None:
    assert writes(api_channel, "shop-7").customer.identities.get().is_verified
    assert not writes(email_channel, "carla@customer.example").customer.identities.get().is_verified


def test_number_that_an_agent_told_of_a_known_customer_is_no_proof(
    phone_channel: Any, email_channel: Any, agent: Any
) -> None:
    carla = writes(email_channel, "carla@customer.example").customer
    add_identity(customer_id=carla.pk, actor=Actor.agent(agent), kind="phone", address=NUMBER)
    caller = writes(phone_channel, NUMBER, name="Somebody").customer
    assert caller != carla
    identity = CustomerIdentity.objects.get(address=NUMBER)
    assert (identity.customer, identity.is_verified, identity.is_claimed) == (caller, True, False)
    for one, other in ((carla, caller), (caller, carla)):
        suggestion = suggest_same(customer_id=one.pk, user=agent)[0]
        assert (suggestion.customer, suggestion.reason, suggestion.detail) == (other, "Same phone number", NUMBER)


def test_customer_of_whom_nothing_but_the_address_is_known_is_found_by_it(phone_channel: Any) -> None:
    known = create_customer(actor=SYSTEM, name="Carla", channel=phone_channel, address=NUMBER)
    assert writes(phone_channel, NUMBER).customer == known
    assert known.identities.get().is_verified


def test_address_to_which_we_have_written_answers_for_its_customer(
    email_channel: Any, api_channel: Any, agent: Any
) -> None:
    carla = writes(api_channel, "shop-7").customer
    add_identity(customer_id=carla.pk, actor=SYSTEM, kind="email", address="carla@customer.example")
    actor = Actor.agent(agent)
    open_ticket(channel_id=email_channel.pk, customer_id=carla.pk, subject="Hello", text="Hello", actor=actor)
    assert writes(email_channel, "carla@customer.example").customer == carla


def test_verified_address_finds_its_customer_on_every_channel(phone_channel: Any, agent: Any) -> None:
    second = make_channel(kind="api")
    assert writes(phone_channel, NUMBER).customer == writes(second, NUMBER).customer


def test_alias_that_the_provider_vouches_for_is_verified_and_finds_the_customer(api_channel: Any) -> None:
    known = writes(api_channel, "shop-7").customer
    identity = find_or_create_identity(
        channel=api_channel, sender=Address(address="shop-8"), aliases=[Address(address="shop-7")]
    )
    assert identity.customer == known
    assert list(known.identities.values_list("is_verified", flat=True)) == [True, True]


def test_address_that_an_agent_types_is_verified_by_nobody(email_channel: Any, agent: Any) -> None:
    ticket = open_ticket(
        channel_id=email_channel.pk, address="new@customer.example", subject="s", text="t", actor=Actor.agent(agent)
    )
    identity = ticket.customer.identities.get()
    assert (identity.is_verified, identity.is_claimed) == (False, True)


COUNTRIES: list[tuple[str, dict[str, Any], str]] = [
    ("DE", {}, NUMBER),
    ("US", {"default_country": "DE"}, NUMBER),
    ("", {}, "030 123456"),
]


@pytest.mark.parametrize(("site", "config", "stored"), COUNTRIES)
def test_local_number_is_read_in_the_country_of_the_channel_or_else_the_site(
    phone_channel: Any, site: str, config: dict[str, Any], stored: str
) -> None:
    SiteSettings.objects.update_or_create(pk=1, defaults={"default_country": site})
    phone_channel.config |= config
    assert writes(phone_channel, "030 123456").customer.identities.get().address == stored


def test_short_code_stays_what_it_is(phone_channel: Any) -> None:
    SiteSettings.objects.update_or_create(pk=1, defaults={"default_country": "DE"})
    assert writes(phone_channel, "ACME").customer.identities.get().address == "ACME"


@pytest.fixture
def pair() -> Callable[..., tuple[Customer, Customer]]:
    def make(first: dict[str, Any], second: dict[str, Any]) -> tuple[Customer, Customer]:
        made = [create_customer(actor=SYSTEM, name="Zoë Ångström", changes=changes) for changes in (first, second)]
        return made[0], made[1]

    return make


def test_same_name_and_organisation_is_a_reason(pair: Any, agent: Any) -> None:
    acme = Organization.objects.create(name="Acme")
    one, other = pair({"organization_id": acme.pk}, {"organization_id": acme.pk})
    found = suggest_same(customer_id=one.pk, user=agent)
    assert [(row.customer, row.reason) for row in found] == [(other, "Same name and organisation")]


def test_same_name_alone_is_none(pair: Any, agent: Any) -> None:
    one, _other = pair({}, {})
    assert suggest_same(customer_id=one.pk, user=agent) == []


@pytest.mark.parametrize("change", [{"is_demo": True}, {"anonymized_at": "2026-03-02T00:00:00Z"}])
def test_made_up_and_erased_customers_are_left_out(pair: Any, agent: Any, change: dict[str, Any]) -> None:
    one, other = pair({}, {})
    for customer in (one, other):
        ToldAddress.objects.create(customer=customer, kind="phone", address=NUMBER)
    assert len(suggest_same(customer_id=one.pk, user=agent)) == 1
    Customer.objects.filter(pk=other.pk).update(**change)
    assert suggest_same(customer_id=one.pk, user=agent) == []


def test_pair_that_was_told_apart_is_asked_no_more(pair: Any, agent: Any) -> None:
    one, other = pair({}, {})
    for customer in (one, other):
        ToldAddress.objects.create(customer=customer, kind="phone", address=NUMBER)
    for _time in range(2):
        tell_apart(customer_id=other.pk, other_id=one.pk, actor=Actor.agent(agent))
    assert suggest_same(customer_id=one.pk, user=agent) == []
    assert suggest_same(customer_id=other.pk, user=agent) == []


def test_suggesting_costs_two_statements_however_many_are_alike(agent: Any, django_assert_num_queries: Any) -> None:
    many = [create_customer(actor=SYSTEM, name=f"Number {number}") for number in range(60)]
    ToldAddress.objects.bulk_create(ToldAddress(customer=customer, kind="phone", address=NUMBER) for customer in many)
    agent.has_perm("tickets.view_ticket")
    with django_assert_num_queries(2):
        assert len(suggest_same(customer_id=many[0].pk, user=agent)) == 5
