"""What the OpenAPI document says of every route alike."""

from typing import Any

from drf_spectacular.generators import SchemaGenerator

_ERROR = {
    "type": "object",
    "description": "Why a call was refused; `fields` maps fields or parameters to what is wrong with them.",
    "required": ["code", "message", "fields"],
    "properties": {
        "code": {"type": "string", "examples": ["already_resolved"]},
        "message": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "Repeating the call with the same key and body within 24 hours gives the first answer again.",
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of the version you read; 412 when the object has changed since.",
}


def keep_versioned_routes(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """Describe what is promised: the routes of version 1, without the document itself and the answer to wrong addresses."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]


def describe_common_rules(result: dict[str, Any], generator: SchemaGenerator, **kwargs: Any) -> dict[str, Any]:
    """Add the error shape everywhere, ``Idempotency-Key`` to every POST, ``If-Match`` to what changes a ticket."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = _ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    components.setdefault("responses", {})["Error"] = {"description": "Refused.", "content": content}
    for path, methods in result.get("paths", {}).items():
        for method, operation in methods.items():
            operation["responses"].setdefault("default", {"$ref": "#/components/responses/Error"})
            parameters = operation.setdefault("parameters", [])
            if method == "post":
                parameters.append(_IDEMPOTENCY_KEY)
            if method in ("post", "patch") and path.startswith("/api/v1/tickets/{"):
                parameters.append(_IF_MATCH)
    return result
