"""Customers for other systems: what the CRM puts, outside events, the outline of tickets, merges."""

import json
from typing import Any

import pytest
from django.test import Client

from channels_app.adapters.base import Address
from helpdesk.accounts.services import create_api_key
from helpdesk.core.models import SiteSettings
from tests.factories import make_team, make_ticket, receive_message
from tickets.models import Customer, CustomerEvent, CustomerIdentity, CustomerMerge, Organization, Ticket, ToldAddress
from tickets.selectors.customer_suggestions import suggest_same

pytestmark = pytest.mark.django_db
CRM = "/api/v1/customers/by-external-id/"
ORDER = {
    "kind": "order", "external_id": "A-1", "title": "Order A-1", "occurred_at": "2026-03-02T09:00:00Z", "amount": "19.90",
    "currency": "EUR", "url": "https://shop.example/orders/A-1", "data": {"items": 2},
}  # fmt: skip
CARLA = {"name": "Carla Customer", "language": "de", "attributes": {"plan": "gold"}}


def put(client: Any, external_id: str, body: dict[str, Any]) -> Any:
    return client.put(f"{CRM}{external_id}/", json.dumps(body), content_type="application/json")


def post(client: Any, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"/api/v1/customers/{path}", json.dumps(body or {}), content_type="application/json")


@pytest.fixture
def crm(agent: Any) -> Client:
    """The CRM with a key that may write but not vouch for addresses."""
    _row, key = create_api_key(user=agent, name="CRM", scopes=("read", "write"))
    return _client(key)


def test_crm_makes_a_customer_and_the_same_call_again_changes_nothing(crm: Any) -> None:
    body = {**CARLA, "identities": [{"kind": "email", "address": "Carla@Customer.example"}], "events": [ORDER]}
    first, again = put(crm, "crm-1", body), put(crm, "crm-1", body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["external_id"] == "crm-1"
    identity = first.json()["identities"][0]
    assert (identity["address"], identity["is_verified"]) == ("carla@customer.example", False)
    assert first.json() == again.json()
    assert (Customer.objects.count(), CustomerIdentity.objects.count(), CustomerEvent.objects.count()) == (1, 1, 1)


def test_what_the_crm_leaves_out_stays(crm: Any) -> None:
    put(crm, "crm-1", CARLA)
    changed = put(crm, "crm-1", {"language": "fr"}).json()
    assert (changed["name"], changed["language"], changed["attributes"]) == ("Carla Customer", "fr", {"plan": "gold"})


def test_new_customer_of_the_crm_needs_a_name(crm: Any) -> None:
    response = put(crm, "crm-1", {"language": "de"})
    assert (response.status_code, response.json()["code"]) == (400, "no_name")
    assert not Customer.objects.exists()


def test_crm_names_the_organisation_by_its_own_id(crm: Any) -> None:
    organization = {"name": "Acme GmbH", "external_id": "org-7"}
    put(crm, "crm-1", {**CARLA, "organization": organization})
    put(crm, "crm-2", {**CARLA, "organization": {**organization, "name": "Acme (new name)"}})
    assert Organization.objects.get().customers.count() == 2


def test_address_that_another_customer_has_is_a_conflict_and_a_question_for_agents(
    crm: Any, email_channel: Any, agent: Any
) -> None:
    known = make_ticket(email_channel).customer
    body = {**CARLA, "identities": [{"kind": "email", "address": "carla@customer.example"}]}
    response = put(crm, "crm-1", body)
    assert response.json()["conflicts"] == [{"code": "address_taken", "about": "email carla@customer.example"}]
    assert ToldAddress.objects.get().customer_id == response.json()["id"]
    suggestion = suggest_same(customer_id=known.pk, user=agent)[0]
    assert (suggestion.customer.pk, suggestion.reason) == (response.json()["id"], "Same mail address")


def test_only_an_admin_key_answers_for_an_address(crm: Any, agent: Any, client: Any) -> None:
    body = {**CARLA, "identities": [{"kind": "email", "address": "carla@customer.example", "is_verified": True}]}
    refused = put(crm, "crm-1", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    _row, key = create_api_key(user=agent, name="Trusted", scopes=("customers:admin",))
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    assert put(client, "crm-1", body).json()["identities"][0]["is_verified"] is True


def test_local_number_of_the_crm_is_read_in_the_sites_country(crm: Any) -> None:
    SiteSettings.objects.update_or_create(pk=1, defaults={"default_country": "DE"})
    # Two kinds of channel have telephone numbers; with none installed the kind would be unknown.
    response = put(crm, "crm-1", {**CARLA, "identities": [{"kind": "phone", "address": "030 123456"}]})
    assert response.json()["identities"][0]["address"] == "+4930123456"


def test_crm_finds_the_customer_who_stayed_after_a_merge(crm: Any) -> None:
    first, second = (put(crm, number, CARLA).json()["id"] for number in ("crm-1", "crm-2"))
    post(crm, f"{second}/merge/", {"into": first})
    assert crm.get(f"{CRM}crm-2/").json()["id"] == first
    assert put(crm, "crm-2", {"language": "it"}).json()["id"] == first


def test_outside_event_is_kept_once_and_brought_up_to_date(crm: Any) -> None:
    customer = put(crm, "crm-1", CARLA).json()["id"]
    assert post(crm, f"{customer}/events/", ORDER).status_code == 201
    changed = post(crm, f"{customer}/events/", {**ORDER, "title": "Order A-1 (paid)"})
    assert (changed.status_code, changed.json()["title"]) == (200, "Order A-1 (paid)")
    listed = crm.get(f"/api/v1/customers/{customer}/events/").json()["results"]
    assert [(event["title"], event["amount"], event["currency"]) for event in listed] == [
        ("Order A-1 (paid)", "19.90", "EUR")
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://shop.example/"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"currency": ""}, "currency"),
        ({"amount": None}, "currency"),
        ({"currency": "E1R"}, "currency"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
    ],
)
def test_outside_event_with_a_wrong_value_is_refused_by_its_name(crm: Any, change: dict[str, Any], field: str) -> None:
    customer = put(crm, "crm-1", CARLA).json()["id"]
    response = post(crm, f"{customer}/events/", {**ORDER, **change})
    assert (response.status_code, list(response.json()["fields"])) == (400, [field])


def test_outline_shows_a_private_teams_ticket_without_content(
    crm: Any, calling: Any, email_channel: Any, stranger: Any, lead: Any
) -> None:
    seen = make_ticket(email_channel, subject="My parcel")
    hidden = make_ticket(email_channel, subject="A canary secret", team=make_team("Board", stranger, is_private=True))
    Ticket.objects.filter(pk=hidden.pk).update(customer=seen.customer_id)
    response = crm.get(f"/api/v1/customers/{seen.customer_id}/outline/")
    rows = {row["number"]: row for row in response.json()["results"]}
    assert "canary" not in response.content.decode()
    assert rows[seen.number]["subject"] == "My parcel"
    shut = rows[hidden.number]
    assert (shut["id"], shut["subject"], shut["is_visible"], shut["status"]) == (None, None, False, "new")
    assert shut["channel"]["kind"] == "email"
    own = calling(stranger).get(f"/api/v1/customers/{seen.customer_id}/outline/").json()["results"]
    assert {row["subject"] for row in own} == {"My parcel", "A canary secret"}


def test_outline_goes_on_by_pages(crm: Any, email_channel: Any) -> None:
    tickets = [make_ticket(email_channel) for _ in range(3)]
    path = f"/api/v1/customers/{tickets[0].customer_id}/outline/"
    first = crm.get(path, {"page_size": 2}).json()
    rest = crm.get(first["next"]).json()
    assert [len(page["results"]) for page in (first, rest)] == [2, 1]
    assert crm.get(path, {"colour": "red"}).status_code == 400


def test_outline_and_events_of_a_hidden_customer_are_missing(crm: Any, email_channel: Any, stranger: Any) -> None:
    hidden = make_ticket(email_channel, team=make_team("Board", stranger, is_private=True))
    for what in ("outline", "events"):
        assert crm.get(f"/api/v1/customers/{hidden.customer_id}/{what}/").status_code == 404
    assert post(crm, f"{hidden.customer_id}/events/", ORDER).status_code == 404


def test_merge_needs_the_right_to_see_both(crm: Any, email_channel: Any, stranger: Any) -> None:
    hidden = make_ticket(email_channel, team=make_team("Board", stranger, is_private=True)).customer_id
    mine = put(crm, "crm-1", CARLA).json()["id"]
    assert post(crm, f"{hidden}/merge/", {"into": mine}).status_code == 404
    missing = post(crm, f"{mine}/merge/", {"into": 999_999})
    response = post(crm, f"{mine}/merge/", {"into": hidden})
    assert (response.status_code, response.json()) == (404, missing.json())
    assert not CustomerMerge.objects.exists()


def test_merge_and_undo_answer_the_customer_who_is_there_then(crm: Any, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    other = put(crm, "crm-1", CARLA).json()["id"]
    merged = post(crm, f"{ticket.customer_id}/merge/", {"into": other}).json()
    assert (merged["id"], [row["address"] for row in merged["identities"]]) == (other, ["carla@customer.example"])
    undone = post(crm, f"{ticket.customer_id}/unmerge/").json()
    assert (undone["id"], undone["merged_into"], len(undone["identities"])) == (ticket.customer_id, None, 1)
    again = post(crm, f"{ticket.customer_id}/unmerge/")
    assert (again.status_code, again.json()["code"]) == (409, "not_merged")


def test_merge_opens_nothing_of_a_private_team(crm: Any, email_channel: Any, lead: Any) -> None:
    """The one who was merged away has no tickets left, and is none the more to be seen for it."""
    hidden = make_ticket(email_channel, team=make_team("Board", lead, is_private=True))
    Customer.objects.filter(pk=hidden.customer_id).update(note="canary")
    filed = receive_message(email_channel, sender=Address(address="karla@customer.example", name="Karla"))
    winner = Ticket.objects.get(pk=filed.ticket_id)
    Ticket.objects.filter(pk=winner.pk).update(team=hidden.team_id)
    _row, key = create_api_key(user=lead, name="lead", scopes=("admin",))
    post(_client(key), f"{hidden.customer_id}/merge/", {"into": winner.customer_id})
    assert Customer.objects.get(pk=hidden.customer_id).merged_into_id == winner.customer_id
    for customer in (hidden.customer_id, winner.customer_id):
        assert crm.get(f"/api/v1/customers/{customer}/").status_code == 404
    assert post(crm, f"{hidden.customer_id}/unmerge/").status_code == 404


def _client(key: str) -> Client:
    return Client(headers={"authorization": f"Bearer {key}"})
