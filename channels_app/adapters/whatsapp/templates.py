"""Message templates: as WhatsApp lists them, and as they are filled in when they are sent.

A template's heading and buttons may have variables beside those of its text. They are named ``header__…`` and ``button__…``, so
that one list of values fills everything. https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
"""

import re
from collections.abc import Iterator
from typing import Any

from channels_app.adapters.base import Template, TemplateUse
from channels_app.adapters.untrusted_json import Fields

STATUSES = {
    "APPROVED": "approved",
    "REINSTATED": "approved",
    "FLAGGED": "approved",
    "PENDING": "pending",
    "IN_APPEAL": "pending",
    "REJECTED": "rejected",
    "PAUSED": "paused",
    "LIMIT_EXCEEDED": "paused",
    "LOCKED": "paused",
    "UNLOCKED": "approved",
    "DISABLED": "disabled",
    "PENDING_DELETION": "disabled",
    "DELETED": "disabled",
    "ARCHIVED": "disabled",
    "UNARCHIVED": "approved",
}
HEADER_TEXT, HEADER_MEDIA, BUTTON = "header__text", "header__", "button__"
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,90})\s*\}\}")
_MEDIA_HEADERS = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}


def status_of_event(word: str) -> Any:
    """Our state for Meta's word; None for one that says nothing about whether the template can be sent."""
    return STATUSES.get(word.upper())


def read_template(entry: Fields) -> Template:
    """One entry of the account's list; ``body`` is what the customer reads, heading, text, foot and buttons together."""
    parts: list[str] = []
    for component in entry.objects("components", limit=20):
        parts += _readable(component)
    body = "\n\n".join(part for part in parts if part)
    reason = entry.text("rejected_reason", limit=500)
    return Template(
        external_id=entry.identifier("id", limit=100),
        name=entry.text("name", is_required=True, limit=512),
        language=entry.text("language", is_required=True, limit=20),
        category=entry.text("category", limit=40).lower(),
        body=body,
        variables=tuple(dict.fromkeys(_VARIABLE.findall(body))),
        status=status_of_event(entry.text("status", limit=40)) or "pending",
        reason="" if reason.upper() == "NONE" else reason,
    )


def _readable(component: Fields) -> list[str]:
    kind = component.text("type", limit=40).upper()
    text = component.long_text("text", limit=5000)
    if kind == "HEADER":
        media = _MEDIA_HEADERS.get(component.text("format", limit=40).upper())
        return [f"{{{{{HEADER_MEDIA}{media}}}}}"] if media else [_VARIABLE.sub(f"{{{{{HEADER_TEXT}}}}}", text)]
    if kind == "BUTTONS":
        lines = [_button(index, button) for index, button in enumerate(component.objects("buttons", limit=10))]
        return ["\n".join(lines)]
    return [text] if kind in ("BODY", "FOOTER") else []


def _button(index: int, button: Fields) -> str:
    kind, title = button.text("type", limit=40).upper(), button.text("text", limit=200)
    if kind == "COPY_CODE":
        return f"[{title or 'Copy'}: {{{{{BUTTON}{index}_code}}}}]"
    url = button.text("url", limit=2000)
    if kind == "URL" and url:
        return f"[{title}: {_VARIABLE.sub(f'{{{{{BUTTON}{index}_url}}}}', url)}]"
    return f"[{title}]"


def as_payload(use: TemplateUse) -> dict[str, Any]:
    """The ``template`` of a message: values by name where the template names them, else by position."""
    names = list(use.names) or [str(number) for number in range(1, len(use.variables) + 1)]
    components = list(_components(list(zip(names, use.variables, strict=False))))
    payload: dict[str, Any] = {"name": use.name, "language": {"code": use.language}}
    return {**payload, "components": components} if components else payload


def _components(values: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    body = []
    for name, value in values:
        if name == HEADER_TEXT:
            yield {"type": "header", "parameters": [{"type": "text", "text": value}]}
        elif name.startswith(HEADER_MEDIA):
            kind = name.removeprefix(HEADER_MEDIA)
            yield {"type": "header", "parameters": [{"type": kind, kind: {"link": value}}]}
        elif name.startswith(BUTTON):
            index, _separator, kind = name.removeprefix(BUTTON).partition("_")
            parameter = (
                {"type": "coupon_code", "coupon_code": value} if kind == "code" else {"type": "text", "text": value}
            )
            sub_type = "copy_code" if kind == "code" else "url"
            yield {"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]}
        else:
            # Named variables say their name; positional ones stand in the order of their numbers.
            body.append({"type": "text", "text": value} | ({} if name.isdigit() else {"parameter_name": name}))
    if body:
        yield {"type": "body", "parameters": body}
