"""What a Telegram message holds beside its text: files, places, contacts, polls. Pure.

https://core.telegram.org/bots/api#message
"""

import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from channels_app.adapters.base import InboundAttachment
from channels_app.adapters.untrusted_json import Fields
from helpdesk.common.text import clean_file_name

FILE_SCHEME = "telegram:"  # before a file id where an address is expected: only fetch_media can resolve it
MAX_TEXT_CHARACTERS = 100_000
_MAX_SIZES = 50
# What Telegram writes into a chat by itself; nobody said anything.
SERVICE_MESSAGES = frozenset({
    "message_auto_delete_timer_changed", "pinned_message", "successful_payment", "refunded_payment", "connected_website",
    "write_access_allowed", "proximity_alert_triggered", "boost_added", "chat_background_set", "new_chat_title",
    "new_chat_photo", "delete_chat_photo", "giveaway_created", "giveaway_completed", "video_chat_scheduled",
    "video_chat_started", "video_chat_ended", "video_chat_participants_invited", "group_chat_created", "chat_owner_changed",
    "chat_owner_left", "paid_message_price_changed", "direct_message_price_changed",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Content:
    """``text`` stands for what has no words of its own; ``details`` are those of InboundMessage."""

    text: str = ""
    files: tuple[InboundAttachment, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


def read_content(message: Fields) -> Content | None:
    """What stands in the message beside text and caption; None for a kind of message that we do not know."""
    for name, reader in _READERS.items():
        if message.has(name):
            return reader(message, name)
    return Content() if message.has("text") or message.has("caption") else None


def service_of(message: Fields) -> str:
    """The name of the service message that this is; "" for what somebody sent."""
    return next((name for name in message.present() if name in SERVICE_MESSAGES), "")


def _photo(message: Fields, name: str) -> Content:
    sizes = message.objects(name, limit=_MAX_SIZES)
    if not sizes:
        return Content()
    largest = max(sizes, key=lambda size: (size.integer("width") or 0) * (size.integer("height") or 0))
    unique = largest.identifier("file_unique_id", limit=200)
    return Content(files=(_file(largest, name=f"photo_{unique}.jpg", content_type="image/jpeg"),))


def _document(message: Fields, name: str) -> Content:
    given = message.object(name)
    return Content() if given is None else Content(files=(_named_file(given, name, "application/octet-stream"),))


def _medium(default_type: str) -> Callable[[Fields, str], Content]:
    def read(message: Fields, name: str) -> Content:
        given = message.object(name)
        return Content() if given is None else Content(files=(_named_file(given, name, default_type),))

    return read


def _sticker(message: Fields, name: str) -> Content:
    sticker = message.object(name)
    if sticker is None:
        return Content()
    is_animated, is_video = sticker.flag("is_animated"), sticker.flag("is_video")
    content_type = "application/x-tgsticker" if is_animated else "video/webm" if is_video else "image/webp"
    ending = "tgs" if is_animated else "webm" if is_video else "webp"
    emoji, unique = sticker.text("emoji", limit=100), sticker.identifier("file_unique_id", limit=200)
    details = {"sticker": {"emoji": emoji, "set": sticker.text("set_name", limit=200)}}
    file = _file(sticker, name=f"sticker_{unique}.{ending}", content_type=content_type)
    return Content(text=emoji, files=(file,), details=details)


def _location(message: Fields, name: str) -> Content:
    place = message.object(name)
    return Content() if place is None else _place(place)


def _venue(message: Fields, name: str) -> Content:
    venue = message.object(name)
    place = venue.object("location") if venue is not None else None
    if venue is None or place is None:
        return Content()
    return _place(place, title=venue.text("title"), address=venue.text("address"))


def _place(place: Fields, *, title: str = "", address: str = "") -> Content:
    latitude, longitude = place.number("latitude"), place.number("longitude")
    location = {"latitude": latitude, "longitude": longitude, "name": title, "address": address}
    words = ", ".join(filter(None, (title, address))) or f"{latitude}, {longitude}"
    return Content(text=words, details={"location": location})


def _contact(message: Fields, name: str) -> Content:
    contact = message.object(name)
    if contact is None:
        return Content()
    full_name = f"{contact.text('first_name')} {contact.text('last_name')}".strip()
    phone = contact.text("phone_number", limit=64)
    sender = message.object("from")
    # His own, by the user's id; yet the number is what stands in his phone's book, so it proves nothing.
    is_own = sender is not None and contact.has("user_id") and contact.integer("user_id") == sender.integer("id")
    details = {"contacts": [{"name": full_name, "phones": [phone], "is_own": is_own}]}
    return Content(text=f"{full_name} {phone}".strip(), details=details)


def _poll(message: Fields, name: str) -> Content:
    poll = message.object(name)
    if poll is None:
        return Content()
    question = poll.long_text("question", limit=MAX_TEXT_CHARACTERS)
    options = [option.text("text") for option in poll.objects("options", limit=100)]
    lines = [question, *(f"- {option}" for option in options)]
    return Content(text="\n".join(lines), details={"poll": {"question": question, "options": options}})


def _dice(message: Fields, name: str) -> Content:
    dice = message.object(name)
    if dice is None:
        return Content()
    emoji, value = dice.text("emoji", limit=20), dice.integer("value")
    return Content(text=f"{emoji} {value}", details={"dice": {"emoji": emoji, "value": value}})


def _web_app(message: Fields, name: str) -> Content:
    given = message.object(name)
    if given is None:
        return Content()
    return Content(
        text=given.text("button_text"), details={"payload": given.long_text("data", limit=MAX_TEXT_CHARACTERS)}
    )


def _named_file(given: Fields, kind: str, default_type: str) -> InboundAttachment:
    content_type = given.text("mime_type", limit=127) or default_type
    name = given.text("file_name")
    if not name:
        ending = mimetypes.guess_extension(content_type.partition(";")[0].strip()) or ""
        name = f"{kind}_{given.identifier('file_unique_id', limit=200)}{ending}"
    return _file(given, name=name, content_type=content_type)


def _file(given: Fields, *, name: str, content_type: str) -> InboundAttachment:
    file_id = given.identifier("file_id", is_required=True)
    return InboundAttachment(name=clean_file_name(name), content_type=content_type, url=f"{FILE_SCHEME}{file_id}")


# In this order: an animation also comes as a document, a venue also as a location.
_READERS: dict[str, Callable[[Fields, str], Content]] = {
    "photo": _photo,
    "animation": _medium("video/mp4"),
    "document": _document,
    "voice": _medium("audio/ogg"),
    "audio": _medium("audio/mpeg"),
    "video": _medium("video/mp4"),
    "video_note": _medium("video/mp4"),
    "sticker": _sticker,
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "dice": _dice,
    "web_app_data": _web_app,
}
