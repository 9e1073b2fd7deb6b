"""A call of Viber's webhook to plain values. Pure. https://developers.viber.com/docs/api/rest-bot-api/#callbacks"""

import json
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
    ParseError,
    ReachChanged,
    digest,
)
from channels_app.adapters.untrusted_json import Fields, load_json
from helpdesk.common.text import clean_file_name

_MAX_TEXT_CHARACTERS = 100_000
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})?")
_OF_NO_INTEREST = frozenset({"webhook", "conversation_started", "client_status", "action"})
_STATUSES = {"delivered": "delivered", "seen": "read", "failed": "failed"}
# The type of a message with a file -> name and type where Viber tells none.
_FILES = {
    "picture": ("picture.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "file": ("file", "application/octet-stream"),
}


def parse_call(body: bytes) -> list[InboundItem]:
    """The item of the call: Viber delivers one event at a time."""
    event = Fields(load_json(body), place="event")
    kind = event.text("event", is_required=True, limit=100)
    token = event.identifier("message_token", limit=40)
    reader = _READERS.get(kind)
    if reader is None:
        reason = kind if kind in _OF_NO_INTEREST else f"unknown:{kind}"
        return [Ignored(dedup_key=digest("ignored", kind, token), reason=reason, sent_at=_sent_at(event))]
    return [reader(event, kind, token)]


def _sent_at(event: Fields) -> Any:
    return event.unix_time("timestamp", is_milliseconds=True)


def _message(event: Fields, kind: str, token: str) -> InboundItem:
    message, sender = event.object("message"), event.object("sender")
    if message is None or sender is None or not token:
        raise ParseError("missing", "event.message, event.sender or event.message_token is missing.")
    reader = _CONTENTS.get(message.text("type", limit=100))
    text, files, details = reader(message) if reader is not None else ("", [], {})
    payload, text = _pressed(message, text)
    return InboundMessage(
        dedup_key=digest("message", token),
        external_id=token,
        sent_at=_sent_at(event),
        sender=_person(sender),
        text=text,
        attachments=files,
        details=details,
        payload=payload,
        language=_language(sender),
        flags=[] if reader is not None else ["unsupported"],
    )


def _pressed(message: Fields, text: str) -> tuple[str, str]:
    """(payload, text): a pressed button arrives as its data; the titles came along with our message and come back here."""
    written = message.long_text("tracking_data", limit=8000)
    try:
        titles = json.loads(written).get("choices") if written else None
    except (ValueError, RecursionError, AttributeError):
        titles = None
    title = titles.get(text) if isinstance(titles, dict) else None
    return (text, title[:1000]) if isinstance(title, str) and title else ("", text)


_Content = tuple[str, list[InboundAttachment], dict[str, Any]]


def _text(message: Fields) -> _Content:
    return message.long_text("text", limit=_MAX_TEXT_CHARACTERS), [], {}


def _file(message: Fields) -> _Content:
    name, content_type = _FILES[message.text("type", limit=100)]
    url = message.text("media", is_required=True, limit=4000)
    given = message.text("file_name") or name
    file = InboundAttachment(name=clean_file_name(given), content_type=content_type, url=url)
    return message.long_text("text", limit=_MAX_TEXT_CHARACTERS), [file], {}


def _address(message: Fields) -> _Content:
    return message.text("media", limit=4000), [], {}


def _location(message: Fields) -> _Content:
    place = message.object("location")
    if place is None:
        raise ParseError("missing", "event.message.location is missing.")
    latitude, longitude, address = place.number("lat"), place.number("lon"), place.text("address")
    location = {"latitude": latitude, "longitude": longitude, "name": "", "address": address}
    return address or f"{latitude}, {longitude}", [], {"location": location}


def _contact(message: Fields) -> _Content:
    contact = message.object("contact")
    if contact is None:
        raise ParseError("missing", "event.message.contact is missing.")
    name, phone = contact.text("name"), contact.text("phone_number", limit=64)
    return f"{name} {phone}".strip(), [], {"contacts": [{"name": name, "phones": [phone]}]}


def _sticker(message: Fields) -> _Content:
    return "", [], {"sticker": {"id": message.identifier("sticker_id", limit=40)}}


def _subscribed(event: Fields, kind: str, token: str) -> InboundItem:
    user = event.object("user")
    if user is None:
        raise ParseError("missing", "event.user is missing.")
    key = digest("reach", kind, token, event.identifier("timestamp", limit=24))
    return ReachChanged(dedup_key=key, sent_at=_sent_at(event), sender=_person(user), is_reachable=True)


def _unsubscribed(event: Fields, kind: str, token: str) -> InboundItem:
    return ReachChanged(
        dedup_key=digest("reach", kind, token, event.identifier("timestamp", limit=24)),
        sent_at=_sent_at(event),
        sender=Address(address=event.identifier("user_id", is_required=True, limit=200)),
        is_reachable=False,
        reason="unsubscribed",
    )


def _status(event: Fields, kind: str, token: str) -> InboundItem:
    recipient = event.identifier("user_id", limit=200)
    return DeliveryUpdate(
        dedup_key=digest("status", token, kind, recipient),
        sent_at=_sent_at(event),
        status=_STATUSES[kind],  # type: ignore[arg-type]  # the table's values are the literal's
        status_of=token,
        reason=event.text("desc"),
        error_code="viber_failed" if kind == "failed" else "",
    )


def _person(user: Fields) -> Address:
    return Address(address=user.identifier("id", is_required=True, limit=200), name=user.text("name", limit=200))


def _language(user: Fields) -> str:
    written = user.text("language", limit=40)
    return written[:12] if _LANGUAGE.fullmatch(written) else ""


_READERS: dict[str, Callable[[Fields, str, str], InboundItem]] = {
    "message": _message,
    "subscribed": _subscribed,
    "unsubscribed": _unsubscribed,
    "delivered": _status,
    "seen": _status,
    "failed": _status,
}
_CONTENTS: dict[str, Callable[[Fields], _Content]] = {
    "text": _text,
    "picture": _file,
    "video": _file,
    "file": _file,
    "url": _address,
    "location": _location,
    "contact": _contact,
    "sticker": _sticker,
}
