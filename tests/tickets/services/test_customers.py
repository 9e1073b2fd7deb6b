"""Customers and their addresses."""

import pytest

from channels_app.adapters.base import Address
from helpdesk.common.errors import Conflict, InvalidInput
from tests.factories import make_channel, make_ticket
from tickets.services.actors import Actor
from tickets.services.customers import add_identity, create_customer, update_customer

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()


@pytest.mark.parametrize(
    ("field", "value"),
    [("language", "x" * 13), ("external_id", "x" * 201), ("organization_id", 999_999), ("is_staff", True)],
)
def test_value_that_cannot_be_stored_is_refused_with_its_field(email_channel, field, value):
    customer = make_ticket(email_channel).customer
    with pytest.raises(InvalidInput) as refusal:
        update_customer(customer_id=customer.pk, actor=SYSTEM, changes={field: value})
    assert refusal.value.fields


def test_crm_id_belongs_to_one_customer(email_channel):
    create_customer(actor=SYSTEM, name="A", changes={"external_id": "crm-1"})
    with pytest.raises(Conflict):
        create_customer(actor=SYSTEM, name="B", changes={"external_id": "crm-1"})


def test_address_belongs_to_one_customer(email_channel):
    customer = create_customer(actor=SYSTEM, name="Zoë Ångström", channel=email_channel, address="Zoe@Example.ORG")
    assert customer.identities.get().address == "zoe@example.org"
    assert customer.sort_name == "zoe angstrom"
    with pytest.raises(Conflict):
        add_identity(customer_id=customer.pk, actor=SYSTEM, kind="email", address="zoe@example.org")


def test_nameless_sender_with_a_very_long_address_is_filed(db):
    long = "9" * 300
    customer = make_ticket(make_channel(kind="sms"), sender=Address(address=long)).customer
    assert (customer.name, customer.identities.get().display_name) == (long[:200], long[:200])
