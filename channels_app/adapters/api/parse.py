"""The items of an API call: ``{"items": [...]}`` to plain values. Pure."""

import re
from collections.abc import Callable
from typing import Any

from channels_app.adapters.base import (
    Address,
    DeliveryUpdate,
    Ignored,
    InboundAttachment,
    InboundItem,
    InboundMessage,
    MessageChanged,
    ParseError,
    ReviewReceived,
    digest,
)
from channels_app.adapters.review_values import IDENTITY_KIND
from channels_app.adapters.untrusted_json import Fields, load_json
from helpdesk.common.text import clean_file_name, normalise_email

MAX_ITEMS = 500
MAX_ATTACHMENTS = 50
MAX_TEXT_CHARACTERS = 1_000_000
MAX_HTML_CHARACTERS = 5_000_000
MAX_BASE64_CHARACTERS = 36 * 1024 * 1024
# Longer ones would have to be cut to be stored, and two that differ only behind the cut would become one.
MAX_THREAD_ID_CHARACTERS = 200
MAX_SENDER_ID_CHARACTERS = 320
_MAX_LANGUAGE_CHARACTERS = 12
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def parse_items(body: bytes) -> list[InboundItem]:
    """Every item of the body, in order.

    An item of an unknown type is kept as ignored. Where some items cannot be read, the ParseError names them and brings
    the others along in ``items``.
    """
    document = load_json(body)
    entries = document.get("items") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ParseError("wrong_type", "The body is not an object with a list called items.")
    if len(entries) > MAX_ITEMS:
        raise ParseError("too_many", f"More than {MAX_ITEMS} items in one call.")
    items: list[InboundItem] = []
    faults: list[ParseError] = []
    for index, entry in enumerate(entries):
        try:
            items.append(_parse_item(entry, place=f"items[{index}]"))
        except ParseError as fault:
            faults.append(fault)
    if faults:
        more = f" And {len(faults) - 5} more." if len(faults) > 5 else ""
        raise ParseError(faults[0].code, " ".join(fault.message for fault in faults[:5]) + more, items=items)
    return items


def _parse_item(entry: Any, *, place: str) -> InboundItem:
    fields = Fields(entry, place=place)
    kind = fields.text("type", is_required=True, limit=100)
    reader = _READERS.get(kind)
    if reader is None:
        item_id = fields.identifier("id")
        return Ignored(dedup_key=digest("ignored", kind, item_id), external_id=item_id, reason=f"unknown_type:{kind}")
    return reader(fields)


def _parse_message(fields: Fields) -> InboundMessage:
    item_id = fields.identifier("id", is_required=True)
    sender = fields.object("sender")
    email = normalise_email(sender.text("email", limit=320)) if sender is not None else ""
    text = fields.long_text("text", limit=MAX_TEXT_CHARACTERS)
    return InboundMessage(
        dedup_key=digest("message", item_id),
        external_id=item_id,
        sent_at=fields.time("sent_at"),
        sender=_parse_sender(sender, place=fields.place),
        subject=fields.text("subject", limit=998),
        text=text,
        reply_text=text,
        html=fields.long_text("html", limit=MAX_HTML_CHARACTERS),
        attachments=tuple(_parse_attachment(part) for part in fields.objects("attachments", limit=MAX_ATTACHMENTS)),
        thread_id=fields.identifier("thread_id", limit=MAX_THREAD_ID_CHARACTERS),
        in_reply_to=fields.identifier("in_reply_to"),
        references=tuple(fields.names("references", limit=200)),
        payload=fields.text("payload"),
        language=_language(fields.text("language", limit=35)),
        is_auto_reply=fields.flag("is_auto_reply"),
        no_auto_answer=fields.flag("no_auto_answer"),
        headers={"sender-email": email} if email else {},
    )


def _parse_sender(fields: Fields | None, *, place: str) -> Address:
    if fields is None:
        raise ParseError("missing", f"{place}.sender is missing.")
    written = fields.identifier("id", is_required=True, limit=MAX_SENDER_ID_CHARACTERS)
    return Address(address=written, raw=written, name=fields.text("name", limit=200))


def _language(tag: str) -> str:
    """A language tag (BCP 47) as far as it is one; a very long one without its variants."""
    if not _LANGUAGE.fullmatch(tag):
        return ""
    return tag if len(tag) <= _MAX_LANGUAGE_CHARACTERS else tag.partition("-")[0]


def _parse_attachment(fields: Fields) -> InboundAttachment:
    content = fields.base64_bytes("content_base64", limit=MAX_BASE64_CHARACTERS)
    url = fields.text("url", limit=4000)
    if (content is None) == (not url):
        raise ParseError("missing", f"{fields.place} needs either url or content_base64.")
    return InboundAttachment(
        name=clean_file_name(fields.text("name")),
        content_type=fields.text("content_type", limit=127),
        content=content,
        url=url,
        is_inline=fields.flag("is_inline"),
        content_id=fields.text("content_id", limit=255),
    )


def _parse_change(fields: Fields) -> MessageChanged:
    item_id = fields.identifier("id", is_required=True)
    sender = fields.object("sender")
    return MessageChanged(
        dedup_key=digest("change", item_id),
        external_id=item_id,
        sent_at=fields.time("sent_at"),
        change_of=fields.identifier("change_of", is_required=True),
        change=fields.choice("change", ("edited", "deleted", "reaction")),  # type: ignore[arg-type]
        text=fields.long_text("text", limit=MAX_TEXT_CHARACTERS),
        sender=_parse_sender(sender, place=fields.place) if sender is not None else None,
    )


def _parse_status(fields: Fields) -> DeliveryUpdate:
    status_of = fields.identifier("status_of", is_required=True)
    status = fields.choice("status", ("sent", "delivered", "read", "failed"))
    recipient = fields.text("recipient", limit=320)
    return DeliveryUpdate(
        dedup_key=digest("status", status_of, status, recipient),
        external_id=fields.identifier("id"),
        sent_at=fields.time("sent_at"),
        status=status,  # type: ignore[arg-type]
        status_of=status_of,
        recipient=recipient,
        error_code=fields.text("error_code", limit=64),
        reason=fields.text("reason"),
        is_soft=fields.flag("is_soft"),
    )


def _parse_review(fields: Fields) -> ReviewReceived:
    item_id = fields.identifier("id", is_required=True)
    rating, scale = fields.number("rating"), fields.integer("scale")
    if scale is not None and not 1 <= scale <= 1000:
        raise ParseError("unknown_value", f"{fields.place}.scale is not between 1 and 1000.")
    if rating is not None and not 0 <= rating <= (scale or 5):
        raise ParseError("unknown_value", f"{fields.place}.rating is not between 0 and {scale or 5}.")
    text, title = fields.long_text("text", limit=MAX_TEXT_CHARACTERS), fields.text("title", limit=500)
    edited_at, reply = fields.time("edited_at"), fields.long_text("reply", limit=MAX_TEXT_CHARACTERS)
    is_deleted = fields.flag("is_deleted")
    claimed = {name: given for name in ("order", "email", "phone") if (given := fields.text(name, limit=320))}
    content = (str(edited_at), str(rating), title, text, str(is_deleted), reply)
    return ReviewReceived(
        dedup_key=digest("review", item_id, *content),
        external_id=item_id,
        sent_at=fields.time("sent_at"),
        author=_parse_author(fields.object("author"), item_id),
        rating=rating,
        scale=scale or 5,
        title=title,
        text=text,
        url=fields.text("url", limit=2000),
        language=_language(fields.text("language", limit=35)),
        edited_at=edited_at,
        is_deleted=is_deleted,
        reply=reply,
        attachments=tuple(_parse_attachment(part) for part in fields.objects("attachments", limit=MAX_ATTACHMENTS)),
        details={"claimed": claimed} if claimed else {},
    )


def _parse_author(fields: Fields | None, review_id: str) -> Address:
    """Whoever wrote a review is nobody else: his id counts among authors of reviews only; without one he is this review's."""
    written = fields.identifier("id", limit=MAX_SENDER_ID_CHARACTERS) if fields is not None else ""
    name = fields.text("name", limit=200) if fields is not None else ""
    return Address(address=written or f"review:{review_id}"[:320], name=name, kind=IDENTITY_KIND)


_READERS: dict[str, Callable[[Fields], InboundItem]] = {
    "message": _parse_message,
    "change": _parse_change,
    "status": _parse_status,
    "review": _parse_review,
}
