"""A call of LINE's webhook to plain values. Pure. https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects"""

from collections.abc import Callable
from typing import Any

from channels_app.adapters.base import (
    Address,
    Ignored,
    InboundAttachment,
    InboundItem,
    InboundMessage,
    MessageChanged,
    ParseError,
    ReachChanged,
    digest,
)
from channels_app.adapters.untrusted_json import Faults, Fields, load_json
from helpdesk.common.text import clean_file_name

CONTENT_SCHEME = "line:"  # before a message id where an address is expected: only fetch_media can resolve it
_STICKER_URL = "https://stickershop.line-scdn.net/stickershop/v1/sticker/{id}/android/sticker.png"
_MAX_EVENTS = 200
_MAX_TEXT_CHARACTERS = 100_000
_OF_NO_INTEREST = frozenset({
    "videoPlayComplete", "beacon", "accountLink", "things", "membership", "module", "activated", "deactivated", "botSuspended",
    "botResumed", "delivery", "memberJoined", "memberLeft", "join", "leave",
})  # fmt: skip
_MEDIA = {
    "image": ("jpg", "image/jpeg"),
    "video": ("mp4", "video/mp4"),
    "audio": ("m4a", "audio/mp4"),
}


def parse_call(body: bytes, *, bot_user_id: str = "") -> list[InboundItem]:
    """Every item of the call; none for the empty call by which LINE tests the address.

    Where some events cannot be read, the ParseError brings the others along. ``bot_user_id`` ("" for any): whose webhook this is.
    """
    document = Fields(load_json(body), place="call")
    destination = document.text("destination", limit=100)
    if bot_user_id and destination and destination != bot_user_id:
        return [Ignored(dedup_key=digest("other_account", destination), reason="other_account")]
    items: list[InboundItem] = []
    faults = Faults()
    for event in document.events("events", limit=_MAX_EVENTS, faults=faults):
        with faults.collected():
            items.append(_parse_event(event))
    faults.raise_beside(items)
    if not document.has("events"):
        raise ParseError("missing", "call.events is missing.")
    return items


def _parse_event(event: Fields) -> InboundItem:
    kind = event.text("type", is_required=True, limit=100)
    source = event.object("source")
    source_type = source.text("type", limit=40) if source is not None else ""
    if source_type in ("group", "room"):
        return _ignored(event, "group")
    reader = _READERS.get(kind)
    if reader is None:
        return _ignored(event, kind if kind in _OF_NO_INTEREST else f"unknown:{kind}")
    if source is None:
        raise ParseError("missing", f"{event.place}.source is missing.")
    return reader(event, Address(address=source.identifier("userId", is_required=True, limit=100)))


def _ignored(event: Fields, reason: str) -> Ignored:
    return Ignored(dedup_key=_event_digest(event, reason), reason=reason, sent_at=_sent_at(event))


def _event_digest(event: Fields, *parts: str) -> bytes:
    return digest(
        "event", event.identifier("webhookEventId", limit=100) or event.identifier("timestamp", limit=24), *parts
    )


def _sent_at(event: Fields) -> Any:
    return event.unix_time("timestamp", is_milliseconds=True)


def _message(event: Fields, sender: Address) -> InboundItem:
    message = event.object("message")
    if message is None:
        raise ParseError("missing", f"{event.place}.message is missing.")
    message_id = message.identifier("id", is_required=True, limit=100)
    reader = _CONTENTS.get(message.text("type", limit=100))
    text, files, details = reader(message, message_id) if reader is not None else ("", [], {})
    return InboundMessage(
        dedup_key=digest("message", message_id),
        external_id=message_id,
        sent_at=_sent_at(event),
        sender=sender,
        text=text,
        attachments=files,
        details=details | _reply_token(event),
        in_reply_to=message.identifier("quotedMessageId", limit=100),
        is_standby=event.text("mode", limit=40) == "standby",
        flags=[] if reader is not None else ["unsupported"],
    )


def _reply_token(event: Fields) -> dict[str, Any]:
    """It answers once, for about a minute, and costs nothing; of an event delivered anew it is mostly over."""
    token = event.text("replyToken", limit=200)
    return {"reply_token": token} if token else {}


_Content = tuple[str, list[InboundAttachment], dict[str, Any]]


def _text(message: Fields, message_id: str) -> _Content:
    return message.long_text("text", limit=_MAX_TEXT_CHARACTERS), [], {}


def _medium(message: Fields, message_id: str) -> _Content:
    kind = message.text("type", limit=100)
    ending, content_type = _MEDIA[kind]
    image_set = message.object("imageSet")
    details = {"album": image_set.identifier("id", limit=100)} if image_set is not None else {}
    provider = message.object("contentProvider")
    is_external = provider is not None and provider.text("type", limit=40) == "external"
    url = provider.text("originalContentUrl", limit=4000) if provider is not None and is_external else ""
    name = f"{kind}_{message_id}.{ending}"
    return "", [_file(name, content_type, url or f"{CONTENT_SCHEME}{message_id}")], details


def _document(message: Fields, message_id: str) -> _Content:
    name = message.text("fileName") or f"file_{message_id}"
    return "", [_file(name, "application/octet-stream", f"{CONTENT_SCHEME}{message_id}")], {}


def _file(name: str, content_type: str, url: str) -> InboundAttachment:
    return InboundAttachment(name=clean_file_name(name), content_type=content_type, url=url)


def _location(message: Fields, message_id: str) -> _Content:
    latitude, longitude = message.number("latitude"), message.number("longitude")
    title, address = message.text("title"), message.text("address")
    location = {"latitude": latitude, "longitude": longitude, "name": title, "address": address}
    return ", ".join(filter(None, (title, address))) or f"{latitude}, {longitude}", [], {"location": location}


def _sticker(message: Fields, message_id: str) -> _Content:
    sticker_id = message.identifier("stickerId", is_required=True, limit=100)
    keywords = message.names("keywords", limit=50)
    url = _STICKER_URL.format(id=sticker_id) if sticker_id.isdigit() else ""
    sticker = {
        "id": sticker_id,
        "package": message.identifier("packageId", limit=100),
        "keywords": keywords,
        "url": url,
    }
    return message.text("text") or ", ".join(keywords[:3]), [], {"sticker": sticker}


def _postback(event: Fields, sender: Address) -> InboundItem:
    """A pressed button; LINE tells its data, and what a date picker chose."""
    postback = event.object("postback")
    if postback is None:
        raise ParseError("missing", f"{event.place}.postback is missing.")
    data = postback.text("data", limit=2000)
    params = postback.object("params")
    chosen = {name: params.text(name) for name in params.present()[:10]} if params is not None else {}
    return InboundMessage(
        dedup_key=_event_digest(event, "postback"),
        external_id=f"event:{event.identifier('webhookEventId', limit=100)}",
        sent_at=_sent_at(event),
        sender=sender,
        text=" ".join(chosen.values()) or data,
        payload=data,
        details=({"chosen": chosen} if chosen else {}) | _reply_token(event),
        is_standby=event.text("mode", limit=40) == "standby",
    )


def _unsent(event: Fields, sender: Address) -> InboundItem:
    unsend = event.object("unsend")
    message_id = unsend.identifier("messageId", is_required=True, limit=100) if unsend is not None else ""
    return MessageChanged(
        dedup_key=digest("unsend", message_id),
        sent_at=_sent_at(event),
        change_of=message_id,
        change="deleted",
        sender=sender,
    )


def _followed(event: Fields, sender: Address) -> InboundItem:
    return ReachChanged(
        dedup_key=_event_digest(event, "follow"), sent_at=_sent_at(event), sender=sender, is_reachable=True
    )


def _unfollowed(event: Fields, sender: Address) -> InboundItem:
    return ReachChanged(
        dedup_key=_event_digest(event, "unfollow"),
        sent_at=_sent_at(event),
        sender=sender,
        is_reachable=False,
        reason="unfollow",
    )


_READERS: dict[str, Callable[[Fields, Address], InboundItem]] = {
    "message": _message,
    "postback": _postback,
    "unsend": _unsent,
    "follow": _followed,
    "unfollow": _unfollowed,
}
_CONTENTS: dict[str, Callable[[Fields, str], _Content]] = {
    "text": _text,
    "image": _medium,
    "video": _medium,
    "audio": _medium,
    "file": _document,
    "location": _location,
    "sticker": _sticker,
}
