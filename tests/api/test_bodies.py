"""What a body may hold: the fields of the document and no column besides, on every address that takes one."""

import json
from typing import Any

import pytest

from helpdesk.api import RESOURCES
from tests.api.routes import Route, described_routes
from tickets.models import Customer, CustomerIdentity, Message, Ticket

BODIES = [route for route in described_routes() if route.method in ("post", "put", "patch")]
# Also what no column is called, and what other products let through.
ALWAYS = {
    "id",
    "pk",
    "password",
    "is_staff",
    "is_superuser",
    "requester",
    "owner",
    "account",
    "sla_breached",
    "created_at",
}


def columns_of(route: Route) -> set[str]:
    """Every column of what the address is about, and of the messages that it may write."""
    names = set(ALWAYS)
    for model in (RESOURCES[route.path.split("/")[3]].queryset.model, Message):
        for field in model._meta.concrete_fields:
            names |= {field.name, field.attname}
    return names - set(route.fields)


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Ticket, Customer, CustomerIdentity, Message)]


@pytest.mark.parametrize("route", BODIES, ids=str)
def test_column_that_the_document_does_not_name_is_refused_and_changes_nothing(
    calling: Any, administrator: Any, ticket: Any, route: Route
) -> None:
    """One at a time beside what the address needs: 400 with the name of the column."""
    if route.path.endswith("/attachments/"):
        pytest.skip("takes a form with a file, no columns")
    caller, before = calling(administrator), rows()
    let_in = []
    for name in sorted(columns_of(route)):
        body = {**route.good_body(ticket), name: 1}
        answer = getattr(caller, route.method)(route.address(ticket), json.dumps(body), content_type="application/json")
        if answer.status_code != 400 or name not in answer.json()["fields"]:
            let_in.append((name, answer.status_code))
    assert let_in == []
    assert rows() == before
