"""Two who say the same at the same moment: one is taken, the other is told, and nobody meets an error of the database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections, transaction

from helpdesk.common.errors import Conflict
from tickets.models import Customer, CustomerIdentity
from tickets.services.actors import Actor
from tickets.services.crm import GivenIdentity, put_customer
from tickets.services.customers import add_identity, create_customer, update_customer

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "+4930123456"


def both(work: Callable[[int], Any]) -> list[Any]:
    """What ``work`` gives for 0 and 1 when neither has committed before the other has begun; refusals are their codes."""
    together = Barrier(2)

    def run(number: int) -> Any:
        try:
            with transaction.atomic():
                together.wait(10)
                return work(number)
        except Conflict as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))


def test_one_address_told_of_two_customers_at_once_is_one_customers():
    pair = [create_customer(actor=Actor.system(), name=name) for name in ("Carla", "Karla")]

    def tell(number: int) -> str:
        add_identity(customer_id=pair[number].pk, actor=Actor.system(), kind="phone", address=PHONE)
        return "added"

    for _round in range(5):
        CustomerIdentity.objects.all().delete()
        assert sorted(both(tell)) == ["added", "address_taken"]


def test_one_crm_id_given_to_two_customers_at_once_is_one_customers():
    pair = [create_customer(actor=Actor.system(), name=name) for name in ("Carla", "Karla")]

    def give(number: int) -> str:
        update_customer(customer_id=pair[number].pk, actor=Actor.system(), changes={"external_id": "42"})
        return "given"

    for _round in range(5):
        Customer.objects.update(external_id="")
        assert sorted(both(give)) == ["external_id_taken", "given"]


def test_crm_that_puts_one_address_of_two_customers_at_once_is_told_of_the_conflict():
    def put(number: int) -> int:
        known = put_customer(
            external_id=f"crm-{number}",
            actor=Actor.system(),
            changes={"name": "Carla"},
            identities=[GivenIdentity(kind="phone", address=PHONE)],
        )
        return len(known.taken)

    for _round in range(5):
        CustomerIdentity.objects.all().delete()
        assert sorted(both(put)) == [0, 1]
