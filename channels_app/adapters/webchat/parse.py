"""The items of a web-chat event: what our own visitor API stores, read back. Pure."""

from typing import Any

from channels_app.adapters.base import (
    Address,
    DeliveryUpdate,
    Ignored,
    InboundAttachment,
    InboundItem,
    InboundMessage,
    ParseError,
    digest,
)
from channels_app.adapters.untrusted_json import Fields, load_json
from helpdesk.common.text import clean_file_name, normalise_email

MAX_TEXT_CHARACTERS = 10_000
MAX_FILES = 5
MAX_BASE64_CHARACTERS = 16 * 1024 * 1024
MAX_ANSWERS = 10
MAX_ID_CHARACTERS = 64
VISITOR, USER = "visitor:", "user:"


def parse_event(body: bytes) -> list[InboundItem]:
    """The one item of an event: ``{"type": "message" | "receipt", ...}``; every other type is ignored and named."""
    fields = Fields(load_json(body), place="event")
    kind = fields.text("type", is_required=True, limit=100)
    if kind == "message":
        return [_message(fields)]
    if kind == "receipt":
        return [_receipt(fields)]
    return [Ignored(dedup_key=digest("ignored", kind, body), reason=f"unknown:{kind}")]


def message_key(address: str, client_id: str) -> bytes:
    """What makes a visitor's message one: the id that his browser gave it counts for him alone."""
    return digest("message", address, client_id)


def event_key_of(body: bytes) -> bytes:
    """The key of a stored event: a message's own, else the digest of the bytes."""
    try:
        fields = Fields(load_json(body), place="event")
        if fields.text("type") == "message":
            return message_key(_address(fields), _client_id(fields))
    except ParseError:
        pass
    return digest(body)


def shown_address(address: str) -> str:
    """What people read instead of the address: the site's own id, or a short mark of an unknown visitor."""
    return address.removeprefix(USER) if address.startswith(USER) else address.removeprefix(VISITOR)[:8]


def _message(fields: Fields) -> InboundMessage:
    address, client_id = _address(fields), _client_id(fields)
    visitor = fields.object("visitor")
    name = visitor.text("name", limit=200) if visitor is not None else ""
    text = fields.long_text("text", limit=MAX_TEXT_CHARACTERS)
    short = shown_address(address)
    return InboundMessage(
        dedup_key=message_key(address, client_id),
        external_id=client_id,
        sent_at=fields.time("sent_at"),
        sender=Address(address=address, raw=short, name=name or f"Visitor {short.upper()}"),
        aliases=proven_addresses(address, name),
        text=text,
        reply_text=text,
        attachments=tuple(_file(part) for part in fields.objects("files", limit=MAX_FILES)),
        payload=fields.text("payload", limit=1000),
        language=fields.text("language", limit=12),
        details=_details(fields, visitor),
    )


def _address(fields: Fields) -> str:
    visitor = fields.object("visitor")
    address = visitor.text("address", is_required=True, limit=320) if visitor is not None else ""
    if not address.startswith((VISITOR, USER)) or not address.partition(":")[2]:
        raise ParseError("invalid_visitor", "event.visitor.address names no visitor.")
    return address


def _client_id(fields: Fields) -> str:
    return fields.text("id", is_required=True, limit=MAX_ID_CHARACTERS)


def proven_addresses(address: str, name: str) -> tuple[Address, ...]:
    """A site that names its people by their mail address has signed for that address."""
    email = normalise_email(address.removeprefix(USER)) if address.startswith(USER) and "@" in address else ""
    return (Address(address=email, name=name, kind="email"),) if email else ()


def _file(fields: Fields) -> InboundAttachment:
    content = fields.base64_bytes("content_base64", limit=MAX_BASE64_CHARACTERS)
    if content is None:
        raise ParseError("missing", f"{fields.place}.content_base64 is missing.")
    return InboundAttachment(
        name=clean_file_name(fields.text("name")),
        content_type=fields.text("content_type", limit=127),
        content=content,
    )


def _details(fields: Fields, visitor: Fields | None) -> dict[str, Any]:
    """Where he was when he wrote, what his browser says of itself, and what he answered before the chat."""
    details: dict[str, Any] = {}
    page = fields.object("page")
    if page is not None:
        shown = {name: page.text(name, limit=2000) for name in ("url", "title", "referrer")}
        details["page"] = {name: value for name, value in shown.items() if value}
    browser = {"language": fields.text("language", limit=12), "time_zone": fields.text("time_zone", limit=64)}
    details["browser"] = {name: value for name, value in browser.items() if value}
    answers = [
        {"question": entry.text("question", limit=200), "answer": entry.text("answer", limit=1000)}
        for entry in fields.objects("answers", limit=MAX_ANSWERS)
    ]
    details["answers"] = [entry for entry in answers if entry["answer"]]
    details["said_email"] = normalise_email(visitor.text("email", limit=320)) if visitor is not None else ""
    details["is_offline_form"] = fields.flag("is_offline_form")
    return {name: value for name, value in details.items() if value}


def _receipt(fields: Fields) -> DeliveryUpdate:
    status = fields.choice("status", ("delivered", "read"))
    message = fields.text("message", is_required=True, limit=100)
    return DeliveryUpdate(
        dedup_key=digest("receipt", message, status),
        sent_at=fields.time("sent_at"),
        status=status,  # type: ignore[arg-type]  # the choice is the literal
        status_of=message,
    )
