"""Inbound items as the JSON that ``manage.py parse`` promises. What a kind does not have is null."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from channels_app.adapters.base import (
    Address,
    CallReceived,
    DeliveryUpdate,
    HandedOver,
    IdentityChanged,
    Ignored,
    InboundAttachment,
    InboundItem,
    InboundMessage,
    MessageChanged,
    ReachChanged,
    ReviewReceived,
    TemplateChanged,
)
from channels_app.policies.ratings import five_stars

_FIELDS = [
    *("type", "external_id", "thread_id", "sender", "is_echo", "payload", "subject", "text", "html", "attachments"),
    *("sent_at", "in_reply_to", "references", "is_auto_reply", "is_bounce", "status", "status_of", "change_of"),
    *("recipient", "error_code", "rating", "reason"),
]
_EMAIL_FIELDS = ["to", "cc", "reply_to", "reply_text"]


def as_json(item: InboundItem, *, kind: str) -> dict[str, Any]:
    """One item with every promised name."""
    names = [*_FIELDS, *_EMAIL_FIELDS] if kind == "email" else _FIELDS
    values: dict[str, Any] = dict.fromkeys(names)
    values["external_id"] = item.external_id or None
    values["sent_at"] = _time(item.sent_at)
    own = _own_values(item)
    return values | {name: value for name, value in own.items() if name in values}


def _own_values(item: InboundItem) -> dict[str, Any]:
    if isinstance(item, InboundMessage):
        return _message(item)
    if isinstance(item, MessageChanged):
        sender = _address(item.sender)
        return {
            "type": "change",
            "change_of": item.change_of,
            "status": item.change,
            "text": item.text,
            "sender": sender,
        }
    if isinstance(item, DeliveryUpdate):
        return {
            "type": "status",
            "is_bounce": item.is_bounce,
            "status": item.status,
            "status_of": item.status_of or None,
            "recipient": item.recipient or None,
            "error_code": item.error_code or None,
            "reason": item.reason or None,
            "references": list(item.references) or None,
        }
    if isinstance(item, Ignored):
        return {"type": "ignored", "reason": item.reason}
    if isinstance(item, ReviewReceived):
        return _review(item)
    if isinstance(item, CallReceived):
        return {
            "type": "call",
            "status": item.step,
            "sender": _address(item.caller),
            "recipient": item.called or None,
            "text": str(item.details.get("speech") or item.details.get("text") or "") or None,
            "payload": str(item.details.get("digits") or "") or None,
            "attachments": [_attachment(attachment) for attachment in item.attachments],
        }
    if isinstance(item, HandedOver):
        return {"type": "change", "status": "handed_over", "sender": _address(item.sender)}
    if isinstance(item, IdentityChanged):
        return {"type": "change", "status": "identity", "change_of": item.old.address, "sender": _address(item.new)}
    if isinstance(item, TemplateChanged):
        return {
            "type": "change",
            "status": f"template_{item.status}",
            "change_of": item.name,
            "reason": item.reason or None,
        }
    if isinstance(item, ReachChanged):
        status = "reachable" if item.is_reachable else "unreachable"
        return {"type": "change", "status": status, "sender": _address(item.sender), "reason": item.reason or None}
    raise TypeError(f"an item of type {type(item).__name__} has no JSON form")


def _review(item: ReviewReceived) -> dict[str, Any]:
    return {
        "type": "review",
        "sender": _address(item.author),
        "subject": item.title or None,
        "text": item.text,
        "rating": None if item.rating is None else five_stars(item.rating, scale=item.scale),
        "status": "deleted" if item.is_deleted else None,
        "attachments": [_attachment(attachment) for attachment in item.attachments],
    }


def _message(item: InboundMessage) -> dict[str, Any]:
    return {
        "type": "message",
        "thread_id": item.thread_id or None,
        "sender": _address(item.sender),
        "is_echo": item.is_echo,
        "payload": item.payload or None,
        "subject": item.subject,
        "text": item.text,
        "html": item.html or None,
        "attachments": [_attachment(attachment) for attachment in item.attachments],
        "in_reply_to": item.in_reply_to or None,
        "references": list(item.references),
        "is_auto_reply": item.is_auto_reply,
        "is_bounce": False,
        "to": _addresses(item.to),
        "cc": _addresses(item.cc),
        "reply_to": item.reply_to.address if item.reply_to is not None else None,
        "reply_text": item.reply_text,
    }


def _attachment(attachment: InboundAttachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "is_inline": attachment.is_inline,
    }


def _address(address: Address | None) -> dict[str, str] | None:
    return None if address is None else {"address": address.address, "name": address.name}


def _addresses(addresses: Sequence[Address]) -> list[str]:
    return [address.address for address in addresses]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
