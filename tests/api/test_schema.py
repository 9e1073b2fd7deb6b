"""The OpenAPI document: for staff, without warnings, and what it says of answers is what is answered."""

import json

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from channels_app.models import InboundEvent
from helpdesk.common.clock import now
from helpdesk.core.models import JobRun
from tests.api.routes import described_routes, document
from tests.factories import make_team
from tickets.models import Attachment, Customer, Organization, Tag


def test_document_is_valid_and_without_warnings(db, tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_document_is_openapi_3_1():
    assert document()["openapi"].startswith("3.1")


@pytest.mark.parametrize("page", ["schema", "docs"])
def test_document_is_for_staff_only(db, django_user_model, page):
    path = f"/api/v1/{page}/"
    customer = django_user_model.objects.create_user("carl", password="a long password")
    outsider = Client()
    outsider.force_login(customer)
    for client in (Client(), outsider):
        assert client.get(path).status_code in (302, 401, 403)


def test_pages_of_the_document_need_no_inline_script_and_nothing_from_elsewhere(agent):
    client = Client()
    client.force_login(agent)
    page = client.get("/api/v1/docs/")
    assert "script-src 'self'" in page["Content-Security-Policy"]
    text = page.content.decode()
    assert "<script>" not in text
    assert "<style" not in text
    assert "//" not in text.replace("<!DOCTYPE html>", "")
    script = client.get("/api/v1/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")


def test_every_post_names_the_idempotency_key_and_every_call_its_refusal():
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            assert "default" in operation["responses"], path
            names = [given["name"] for given in operation["parameters"]]
            assert ("Idempotency-Key" in names) == (method == "post"), path


@pytest.fixture
def filled(ticket, lead):
    """Something to show under most addresses."""
    make_team("Service", lead)
    Tag.objects.create(name="late")
    Organization.objects.create(name="Acme")
    Customer.objects.filter(pk=ticket.customer_id).update(external_id="crm-1")
    JobRun.objects.create(job="sweep", started_at=now())
    InboundEvent.objects.create(channel=ticket.channel, dedup_key=bytes(32), source="cli", received_at=now())
    message = ticket.messages.get()
    Attachment.objects.create(message=message, storage_key="k", name="a.txt", content_type="text/plain", size=1)
    return ticket


# Files are no JSON: an attachment, and the codes of a pool as CSV.
FILES = ("/download/", "/incentives/{id}/export/")
READING = [route for route in described_routes() if route.method == "get" and not route.path.endswith(FILES)]


@pytest.mark.parametrize("route", READING, ids=str)
def test_answers_are_as_the_document_says(calling, lead, filled, route):
    caller = calling(lead)
    path = route.path.replace("{external_id}", "crm-1")
    if "{id}" in path:
        rows = caller.get(path.partition("{id}/")[0]).json()["results"]
        path = path.replace("{id}", str(rows[0]["id"] if rows else filled.events.first().pk))
    response = caller.get(path)
    if response.status_code == 404:
        assert sorted(response.json()) == ["code", "fields", "message"]
        return
    described = document()["paths"][route.path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    schema = {"components": document()["components"]} | described
    errors = list(Draft202012Validator(json.loads(json.dumps(schema))).iter_errors(response.json()))
    assert not errors, errors[0]


@pytest.mark.parametrize("resource", ["tickets", "messages", "conversations", "ticket-events", "attachments"])
def test_thin_rows_have_exactly_the_fields_of_the_document(calling, lead, filled, resource):
    path = f"/api/v1/{resource}/"
    caller = calling(lead)
    pk = {"attachments": Attachment.objects.get().pk, "ticket-events": filled.events.first().pk}.get(resource)
    pk = pk or {"tickets": filled.pk}.get(resource) or filled.messages.get().pk
    if resource == "conversations":
        pk = filled.messages.get().conversation_id
    answered = caller.get(f"{path}{pk}/").json()
    reference = document()["paths"][f"{path}{{id}}/"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    schema = document()["components"]["schemas"][reference["$ref"].rpartition("/")[2]]
    assert sorted(answered) == sorted(schema["properties"])
