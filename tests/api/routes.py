"""The routes of the API as its own document describes them, for tests that go over all of them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method of one address: its query parameters and the fields of its body."""

    method: str
    path: str
    parameters: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    required: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path.removeprefix('/api/v1')}"

    def address(self, ticket: Any) -> str:
        """The path for a ticket and what belongs to it."""
        message = ticket.messages.order_by("pk").first()
        ids = {
            "tickets": ticket.pk,
            "messages": message.pk,
            "customers": ticket.customer_id,
            "channels": ticket.channel_id,
            "conversations": message.conversation_id,
            "identities": message.author_identity_id,
        }
        resource = self.path.split("/")[3]
        return self.path.replace("{id}", str(ids.get(resource, 1))).replace("{external_id}", "crm-1")

    def good_body(self, ticket: Any) -> dict[str, Any]:
        """What the required fields may hold."""
        values = {
            "channel": ticket.channel_id,
            "address": "odd@customer.example",
            "subject": "Odd",
            "text": "Odd",
            "name": "Odd",
            "customer": ticket.customer_id,
            "kind": "email",
            "external_id": "A-1",
            "title": "Odd",
            "time_zone": "Europe/Berlin",
            "occurred_at": "2026-03-02T09:00:00Z",
            "until": None,
            "ticket": ticket.pk,
            "targets": [{"metric": "first_response", "seconds": 3600}],
            "triggers": ["created"],
            "actions": [{"do": "set_priority", "to": "high"}],
        }
        return {name: values[name] for name in self.required if name in values}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    described: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return described


def described_routes() -> list[Route]:
    """Every route of the document."""
    return [
        _route(method, path, operation)
        for path, methods in sorted(document()["paths"].items())
        for method, operation in sorted(methods.items())
    ]


def _route(method: str, path: str, operation: dict[str, Any]) -> Route:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    schema = document()["components"]["schemas"].get(body.get("$ref", "").rpartition("/")[2], {})
    parameters = [given["name"] for given in operation.get("parameters", []) if given["in"] == "query"]
    return Route(
        method=method,
        path=path,
        parameters=tuple(parameters),
        fields=tuple(schema.get("properties", {})),
        required=tuple(schema.get("required", ())),
    )
