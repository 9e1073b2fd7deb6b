"""Refusals: one shape for all of them, and never an error of ours, whatever is sent."""

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.api import RESOURCES
from tests.api.routes import described_routes

TICKETS = "/api/v1/tickets/"


def assert_refused(response, status, code=None):
    body = response.json()
    assert (response.status_code, sorted(body)) == (status, ["code", "fields", "message"])
    assert isinstance(body["message"], str)
    assert all(isinstance(text, str) for text in body["fields"].values())
    assert code is None or body["code"] == code


@pytest.mark.parametrize(
    "path", ["/api/", "/api/v2/tickets/", "/api/v1/nothing/", "/api/v1/tickets/abc/", "/api/v1/tickets/1"]
)
def test_wrong_address_is_answered_in_the_same_shape(client, path):
    assert_refused(client.get(path), 404, "not_found")
    assert_refused(client.post(path, "{}", content_type="application/json"), 404, "not_found")


def test_every_kind_of_refusal_has_the_same_shape(client, ticket):
    path = f"{TICKETS}{ticket.pk}/"
    assert_refused(Client().get(path), 401, "not_authenticated")
    assert_refused(client.get("/api/v1/job-runs/"), 403, "permission_denied")
    assert_refused(client.get(f"{TICKETS}999999/"), 404, "not_found")
    assert_refused(client.delete(path), 405, "method_not_allowed")
    assert_refused(client.put(path, "{}", content_type="application/json"), 405, "method_not_allowed")
    assert_refused(client.options(path), 405, "method_not_allowed")
    assert_refused(client.get(path, headers={"accept": "text/html"}), 406, "not_acceptable")
    assert_refused(client.post(TICKETS, "a=b", content_type="text/plain"), 415, "unsupported_media_type")
    assert_refused(client.generic("POST", f"{path}resolve/", headers={"if-match": '"0"'}), 412, "stale_version")


def test_reading_address_changes_nothing_by_get(client, ticket):
    for name in ("resolve", "reply", "spam", "merge", "tags", "assign", "note"):
        assert_refused(client.get(f"{TICKETS}{ticket.pk}/{name}/"), 405)


def test_large_body_is_refused(client):
    body = json.dumps({"subject": "x" * (3 * 1024 * 1024)})
    assert_refused(client.post(TICKETS, body, content_type="application/json"), 413, "payload_too_large")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1' + b"0" * 400 + b"}",
        b'{"a": 1' + b"0" * 100_000 + b"}",
        b'{"text": "a", "text": "b"}',
        b"[" * 100_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"{'a': 1}",
        b"",
        b"nothing",
    ],
)
def test_malformed_json_is_refused(client, ticket, body):
    response = client.post(TICKETS, body, content_type="application/json")
    assert_refused(response, 400)


@pytest.mark.parametrize("text", ["\\u0000", "a\\ud800b", "\\udc00"])
def test_text_that_cannot_be_stored_names_its_field(client, ticket, text):
    body = f'{{"text": "x", "cc": ["{text}"]}}'
    response = client.post(f"{TICKETS}{ticket.pk}/reply/", body, content_type="application/json")
    assert_refused(response, 400)
    assert list(response.json()["fields"]) == ["cc.0"]


def test_text_that_cannot_be_stored_is_found_in_free_attributes(client, ticket):
    for body in ('{"attributes": {"a": ["\\u0000"]}}', '{"attributes": {"\\ud800": 1}}'):
        response = client.patch(f"/api/v1/customers/{ticket.customer_id}/", body, content_type="application/json")
        assert_refused(response, 400)


ODD = [None, True, -1, 2**63, 1.5, "", "x" * 5000, "\u202e\u200b", [], [None], {}, {"a": 1}, "9999-12-31T23:59:59Z"]
ODD_TEXTS = [
    "",
    "x" * 5000,
    "9" * 400,
    "-1",
    "1,2,3",
    ",",
    "a\0b",
    "\u202e🦓",
    "0001-01-01T00:00:00+14:00",
    "2026-13-45",
]


@pytest.mark.parametrize("route", described_routes(), ids=str)
def test_odd_values_in_any_field_are_never_an_error_of_ours(calling, administrator, ticket, route):
    """Every field that the document names, with every odd value, alone and beside good ones."""
    caller = calling(administrator)
    address = route.address(ticket)
    for name in route.parameters:
        for value in ODD_TEXTS:
            assert caller.get(address, {name: value}).status_code < 500, (name, value)
    for name in route.fields:
        for value in ODD:
            body = route.good_body(ticket) | {name: value}
            response = getattr(caller, route.method)(address, json.dumps(body), content_type="application/json")
            assert response.status_code < 500, (name, value)
            if response.status_code >= 400:
                assert_refused(response, response.status_code)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=JSON, number=st.integers(0, 10_000))
def test_any_json_anywhere_is_never_an_error_of_ours(calling_administrator, ticket, body, number):
    routes = [route for route in described_routes() if route.method != "get"]
    route = routes[number % len(routes)]
    response = getattr(calling_administrator, route.method)(
        route.address(ticket), json.dumps(body), content_type="application/json"
    )
    assert response.status_code < 500


@pytest.fixture
def calling_administrator(calling, administrator):
    return calling(administrator)


SEARCHES = ["%%%", "a OR " * 1000, "' | !& :*", "\\", "*", "ស្ថាប័ន", "🦓", "(" * 500, "١٢٣", " ", "a\u202eb"]
SEARCHABLE = [name for name, viewset in RESOURCES.items() if hasattr(viewset, "search")]


@pytest.mark.parametrize("resource", SEARCHABLE)
def test_odd_searches_are_harmless(calling, lead, ticket, resource):
    caller = calling(lead)
    for search in SEARCHES:
        assert caller.get(f"/api/v1/{resource}/", {"search": search}).status_code == 200, search
