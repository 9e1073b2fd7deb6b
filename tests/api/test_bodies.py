"""What a body may hold: the fields of the document and no column besides, on every address that takes one."""

import json
from dataclasses import replace
from typing import Any

import pytest

from helpdesk.api import RESOURCES
from surveys.models import Incentive, RootCause
from surveys.services.preset import ensure_preset_survey
from surveys.services.recovery import open_case
from tests.api.routes import Route, described_routes
from tickets.models import Customer, CustomerIdentity, Message, Ticket
from tickets.services.actors import Actor

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


WORDS = {"resolve": {}, "note": {"text": "x"}, "reply": {"text": "x"}, "tags": {"add": ["x"]}, "assign": {"assignee": None},
         "articles": {"translations": [{"language": "en", "title": "Odd"}]}, "merge": {"undo": True},
         "macros": {"actions": [{"do": "set_priority", "to": "high"}]},
         "import": {"content": "title,text\nOdd,Odd\n", "is_dry_run": False}, "customers": {"name": "Dora"},
         "tickets": {"address": "odd@customer.example", "subject": "Odd", "text": "Odd"}}  # fmt: skip


# By resource and last word of the address, where the last word alone says too little.
MORE_WORDS = {
    ("incentives", "incentives"): {"name": "Odd", "description": "Odd"},
    ("incentives", "import"): {"codes": ["ODD"]},
    ("incentives", "redeem"): {"code": "ODD", "reference": "order 7"},
    ("recovery-cases", "actions"): {"title": "Odd"},
    ("recovery-cases", "close"): {"outcome": "mistaken", "note": "Odd"},
    ("recovery-cases", "finish"): {"action": 1},
    ("recovery-cases", "incentive"): {"incentive": 1, "text": "{{recovery.incentive}}"},
    ("recovery-cases", "prepare"): {"kind": "plan"},
    ("recovery-cases", "refuse"): {"reason": "Odd"},
    ("recovery-cases", "skip"): {"kind": "cause", "reason": "Odd"},
    ("recovery-cases", "tell"): {"action": 1, "text": "Odd?"},
    ("recovery-cases", "understand"): {"root_cause": "product.defect"},
    ("root-causes", "root-causes"): {"name": "Odd", "kind": "product"},
    ("survey-invitations", "survey-invitations"): {"survey": "preset", "key": "odd"},
    ("survey-responses", "survey-responses"): {"invitation": 1, "score": 9},
}  # fmt: skip


def body_for(route: Route, ticket: Ticket) -> dict[str, Any]:
    """A body that the address takes; names of rows become their keys."""
    resource, word = route.path.split("/")[3], route.path.strip("/").split("/")[-1]
    body = {**route.good_body(ticket), **WORDS.get(word, {}), **MORE_WORDS.get((resource, word), {})}
    if resource in ("incentives", "recovery-cases", "root-causes", "survey-invitations", "survey-responses"):
        body = {name: value for name, value in body.items() if name in route.fields}
    if "root_cause" in body:
        body["root_cause"] = RootCause.objects.get(key=body["root_cause"]).pk
    if body.get("survey") == "preset":
        body |= {"survey": ensure_preset_survey().pk, "customer": ticket.customer_id}
    return body


@pytest.mark.parametrize("route", [route for route in BODIES if route.method == "post"], ids=str)
def test_every_post_that_succeeds_has_one_effect_under_one_key(
    calling: Any, administrator: Any, ticket: Any, route: Route
) -> None:
    if route.path.endswith("/attachments/"):
        pytest.skip("takes a form with a file: see the test of repeated uploads")
    caller = calling(administrator)
    if "/recovery-cases/{id}/" in route.path:
        values = {"customer_id": ticket.customer_id, "ticket_id": ticket.pk, "key": "manual:odd"}
        case = open_case(source="manual", actor=Actor.system(), **values)
        route = replace(route, path=route.path.replace("{id}", str(case.pk)))
    if "/incentives/{id}/" in route.path:
        pool = Incentive.objects.create(name="Ten off", description="10 % off")
        route = replace(route, path=route.path.replace("{id}", str(pool.pk)))
    body = body_for(route, ticket)
    path, after = route.address(ticket), []
    for _ in range(2):
        answer = caller.post(
            path, json.dumps(body), content_type="application/json", headers={"idempotency-key": "once"}
        )
        after.append((answer.status_code, answer.json(), rows()))
    assert after[0] == after[1]
    if answer.status_code < 300:
        assert answer.headers["Idempotency-Replayed"] == "true"
    else:
        # Nothing to take back or reopen, no such event or rule, no second customer, nothing public: a refusal that changed nothing.
        assert (answer.status_code, route.path.strip("/").split("/")[-1]) in {
            (409, "merge"), (409, "reopen"), (404, "run-again"), (400, "merge"), (404, "unmerge"),
            (400, "split"), (409, "move-to-private"), (404, "dry-run"), (404, "publish"), (404, "unpublish"),
            (404, "run"), (404, "render"), (404, "redeem"), (404, "finish"), (404, "tell"), (404, "survey-responses"),
            (409, "plan"), (409, "apology"), (409, "ask-again"), (409, "incentive"), (409, "approve"), (409, "refuse"),
            (409, "review-update"),
        }, answer.content  # fmt: skip
