import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from helpdesk.accounts.services import create_api_key
from surveys.models import Invitation, Survey
from surveys.services.tokens import survey_url
from tests.factories import make_team
from tickets.models import Customer, Ticket

URL = "/api/v1/survey-invitations/"
Make = Callable[..., Ticket]


@pytest.fixture
def call() -> Callable[..., Any]:
    def send(user: Any, method: str, path: str = URL, body: Any = None, scope: str = "write", **headers: str) -> Any:
        _key, text = create_api_key(user=user, name="test", scopes=("read", scope))
        client = Client(headers={"Authorization": f"Bearer {text}", **headers})
        if method == "get":
            return client.get(path, body or {})
        return getattr(client, method)(path, json.dumps(body or {}), content_type="application/json")

    return send


@pytest.fixture
def order(survey: Survey, answered_ticket: Make) -> dict[str, Any]:
    """A body that asks after an order, and shows the link itself."""
    return {"survey": survey.pk, "key": "order 17", "customer": answered_ticket().customer_id, "send": False}


def test_shop_asks_once_after_an_order_and_shows_the_link(call: Any, agent: Any, order: dict[str, Any]) -> None:
    first, again = call(agent, "post", body=order), call(agent, "post", body=order)
    assert (first.status_code, again.status_code) == (201, 201)
    invitation = Invitation.objects.get()
    row = first.json()
    assert (row["occasion"], row["state"], row["sent_via"], row["ticket"]) == ("api:order 17", "sent", "link", None)
    assert row["url"] == survey_url(invitation)
    assert again.json() == row


def test_repeated_call_with_its_key_is_answered_alike(call: Any, agent: Any, order: dict[str, Any]) -> None:
    answers = [call(agent, "post", body=order, **{"Idempotency-Key": "one"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1]["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "name",
    [
        {"customer_external_id": "crm-1"},
        {"customer_address": "CARLA@customer.example"},
        {"customer_address": "carla@customer.example", "customer_address_kind": "email"},
    ],
)
def test_customer_is_known_by_what_the_shop_knows(
    call: Any, agent: Any, order: dict[str, Any], name: dict[str, str]
) -> None:
    Customer.objects.update(external_id="crm-1")
    customer = order.pop("customer")
    assert call(agent, "post", body=order | name).json()["customer"] == customer


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"customer": 999_999}, 404, "customer"),
        ({"survey": 999_999}, 404, "survey"),
        ({"ticket": 999_999}, 404, "ticket"),
        ({"customer_external_id": "crm-1"}, 400, "customer_external_id"),
        ({"customer": None, "customer_address": "nobody"}, 400, "customer"),
        ({"key": ""}, 400, "key"),
        ({"key": "x" * 51}, 400, "key"),
        ({"key": "a\u2028b"}, 400, "key"),
        ({"score": 10}, 400, "score"),
    ],
)
def test_call_that_does_not_fit_is_refused_by_name(
    call: Any, agent: Any, order: dict[str, Any], change: dict[str, Any], status: int, field: str
) -> None:
    answer = call(agent, "post", body=order | change)
    assert (answer.status_code, list(answer.json()["fields"])[:1] != []) == (status, True)
    assert field in answer.json()["fields"]
    assert not Invitation.objects.exists()


def test_link_is_shown_to_those_alone_who_may_ask(
    call: Any, agent: Any, lead: Any, auditor: Any, order: dict[str, Any]
) -> None:
    call(agent, "post", body=order)
    invitation = Invitation.objects.get()
    path = f"{URL}{invitation.pk}/"
    assert call(agent, "get", path).json()["url"] == survey_url(invitation)
    assert call(agent, "get", path, scope="read").json()["url"] is None
    assert call(lead, "post", body=order).json()["url"] is None
    for other in (lead, auditor):
        assert call(other, "get", path).json()["url"] is None
        assert [row["url"] for row in call(other, "get").json()["results"]] == [None]


def test_link_is_not_shown_to_who_is_signed_in(client: Client, call: Any, agent: Any, order: dict[str, Any]) -> None:
    call(agent, "post", body=order)
    client.force_login(agent)
    assert [row["url"] for row in client.get(URL).json()["results"]] == [None]
    posted = client.post(URL, order, content_type="application/json")
    assert (posted.status_code, posted.json()["url"]) == (201, None)


def test_link_of_a_mail_is_the_customer_s_alone(
    call: Any, agent: Any, lead: Any, asked: Callable[..., Invitation]
) -> None:
    invitation = asked()
    Invitation.objects.update(requested_by=agent)
    for caller in (agent, lead):
        assert call(caller, "get", f"{URL}{invitation.pk}/").json()["url"] is None


@pytest.mark.parametrize(
    ("name", "nobody"),
    [
        ({"customer": None}, {"customer": 999_999}),
        ({"customer_external_id": "crm-1"}, {"customer_external_id": "crm-2"}),
        ({"customer_address": "carla@customer.example"}, {"customer_address": "nobody@customer.example"}),
    ],
)
def test_customer_of_a_closed_team_is_asked_by_nobody_else(
    call: Any,
    stranger: Any,
    lead: Any,
    administrator: Any,
    order: dict[str, Any],
    name: dict[str, Any],
    nobody: dict[str, Any],
) -> None:
    Ticket.objects.update(team=make_team("Board", lead, administrator, is_private=True))
    Customer.objects.update(external_id="crm-1")
    customer = order.pop("customer")
    named = order | ({"customer": customer} if "customer" in name else name)
    hidden, unknown = call(stranger, "post", body=named), call(stranger, "post", body=order | nobody)
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    for answer in (hidden.json(), unknown.json()):
        assert (answer["code"], answer["fields"]) == ("not_found", hidden.json()["fields"])
    assert not Invitation.objects.exists()
    assert call(lead, "post", body=named).json()["customer"] == customer
    assert call(administrator, "post", body=named | {"key": "order 18"}).status_code == 201


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "suppressed"}, 1), ({"state": "sent"}, 0), ({"reason": "quiet_period"}, 1), ({"reason": "spam"}, 0),
        ({"occasion": "contact:1"}, 1), ({"sent_via": "mail"}, 1), ({"survey": 999_999}, 0),
    ],
)  # fmt: skip
def test_list_is_narrowed(
    call: Any, lead: Any, asked: Callable[..., Invitation], query: dict[str, Any], found: int
) -> None:
    asked()
    Invitation.objects.update(state="suppressed", reason="quiet_period")
    assert len(call(lead, "get", body=query).json()["results"]) == found


def test_ticket_of_a_closed_team_is_missing(
    call: Any, stranger: Any, order: dict[str, Any], asked: Callable[..., Invitation]
) -> None:
    invitation = asked(subject="Secret")
    Ticket.objects.update(team=make_team("Board", is_private=True))
    assert call(stranger, "get").json()["results"] == []
    assert call(stranger, "get", f"{URL}{invitation.pk}/").status_code == 404
    assert call(stranger, "post", body=order | {"ticket": invitation.ticket_id}).status_code == 404
