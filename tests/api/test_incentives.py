"""Pools, codes and causes by the API."""

from datetime import UTC, datetime

import pytest

from surveys.models import CouponCode, Incentive, RecoveryCase, RootCause
from surveys.services.incentive_codes import draw_code
from tests.factories import make_channel, make_ticket
from tickets.services.actors import Actor

pytestmark = pytest.mark.django_db
URL, CAUSES = "/api/v1/incentives/", "/api/v1/root-causes/"
JSON = "application/json"


@pytest.fixture
def administrator_client(administrator, calling):
    return calling(administrator)


@pytest.fixture
def pool(administrator_client):
    given = {"name": "Ten off", "description": "10 % off", "cost": "10.00", "valid_for_seconds": 86400, "budget": "25"}
    created = administrator_client.post(URL, given, content_type=JSON)
    assert created.status_code == 201
    return created.json()


def give_code(pool):
    ticket = make_ticket(make_channel(kind="api"))
    case = RecoveryCase.objects.create(
        customer=ticket.customer, ticket=ticket, source="manual", opened_at=datetime(2026, 3, 2, tzinfo=UTC)
    )
    return draw_code(case=case, incentive_id=pool["id"], actor=Actor.system())


def test_pool_says_what_is_left_given_and_spent(administrator_client, pool):
    imported = administrator_client.post(f"{URL}{pool['id']}/import/", {"codes": ["A1", "A2", "A1"]}, content_type=JSON)
    assert imported.json() == {"added": 2, "known": 0, "faults": [{"line": 3, "reason": "repeated"}]}
    give_code(pool)
    read = administrator_client.get(f"{URL}{pool['id']}/").json()
    assert (read["free"], read["given"], read["redeemed"], read["spent"]) == (1, 1, 0, "10.00")
    assert read["valid_for_seconds"] == 86400


def test_shop_redeems_a_code_once(administrator_client, pool):
    administrator_client.post(f"{URL}{pool['id']}/import/", {"codes": ["A1"]}, content_type=JSON)
    code = give_code(pool).code
    redeemed = administrator_client.post(f"{URL}redeem/", {"code": code, "reference": "order 7"}, content_type=JSON)
    assert (redeemed.status_code, redeemed.json()["state"], redeemed.json()["description"]) == (
        200,
        "redeemed",
        "10 % off",
    )
    again = administrator_client.post(f"{URL}redeem/", {"code": code, "reference": "order 7"}, content_type=JSON)
    other = administrator_client.post(f"{URL}redeem/", {"code": code, "reference": "order 8"}, content_type=JSON)
    unknown = administrator_client.post(f"{URL}redeem/", {"code": "A9", "reference": "order 9"}, content_type=JSON)
    assert (again.status_code, other.json()["code"], unknown.status_code) == (200, "already_redeemed", 404)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "Ten off", "description": "x"}, "name"),
        ({"name": "New", "description": "x", "currency": "€€€"}, "currency"),
        ({"name": "New", "description": "x", "cost": "-1"}, "cost"),
        ({"name": "New", "description": "x", "colour": "red"}, "colour"),
    ],
)
def test_pool_that_makes_no_sense_is_refused_by_its_field(administrator_client, pool, given, field):
    refused = administrator_client.post(URL, given, content_type=JSON)
    assert (refused.status_code, list(refused.json()["fields"])) == (400, [field])
    assert Incentive.objects.count() == 1


def test_codes_go_out_as_a_file_that_computes_nothing(administrator_client, pool):
    administrator_client.post(f"{URL}{pool['id']}/import/", {"codes": ["=1+1"]}, content_type=JSON)
    answer = administrator_client.get(f"{URL}{pool['id']}/export/")
    assert answer["Content-Type"].startswith("text/csv")
    assert "'=1+1,free" in answer.content.decode()
    assert CouponCode.objects.get().code == "=1+1"


def test_causes_are_read_and_grown_as_a_tree(lead, calling):
    client = calling(lead)
    product = RootCause.objects.get(key="product")
    made = client.post(CAUSES, {"name": "Zip breaks", "parent": product.pk, "is_systemic": True}, content_type=JSON)
    assert (made.status_code, made.json()["kind"], made.json()["open_cases"]) == (201, "product", 0)
    changed = client.patch(f"{CAUSES}{made.json()['id']}/", {"is_active": False}, content_type=JSON).json()
    assert (changed["name"], changed["is_active"], changed["is_systemic"]) == ("Zip breaks", False, True)
    looped = client.patch(f"{CAUSES}{product.pk}/", {"parent": made.json()["id"]}, content_type=JSON)
    assert (looped.status_code, looped.json()["code"]) == (400, "cause_in_itself")
    assert "Zip breaks" in {row["name"] for row in client.get(CAUSES, {"parent": product.pk}).json()["results"]}
