"""Messages of ours as Viber's message objects."""

import json
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, OutboundAttachment, OutboundMessage

PICTURE_TYPES = ("image/jpeg", "image/png", "image/gif")
MAX_PICTURE_BYTES = 1024 * 1024
MAX_VIDEO_BYTES = 26 * 1024 * 1024
_MAX_SENDER_CHARACTERS = 28
_MAX_TRACKING_CHARACTERS = 4096
_MAX_FILE_NAME_CHARACTERS = 256
# Buttons that ask the customer's phone for something exist from this version of the app's interface on.
_ASKING_API_VERSION = 3


def as_viber_message(message: OutboundMessage) -> dict[str, Any]:
    """The body of ``send_message``. Raises AdapterError for what Viber cannot carry."""
    if len(message.attachments) > 1:
        raise AdapterError("one_file_a_message", _("Viber takes one file a message."), permanent=True)
    body: dict[str, Any] = {
        "receiver": message.recipient.address,
        "min_api_version": 1,
        "sender": {"name": (message.from_name or "Support")[:_MAX_SENDER_CHARACTERS]},
    }
    body |= (
        _file(message.attachments[0], message.text) if message.attachments else {"type": "text", "text": message.text}
    )
    buttons = _buttons(message)
    if buttons:
        body["keyboard"] = {"Type": "keyboard", "DefaultHeight": False, "Buttons": buttons}
    if message.choices:
        body["tracking_data"] = _titles(message)
    if any(button["ActionType"] != "reply" for button in buttons):
        body["min_api_version"] = _ASKING_API_VERSION
    return body


def _file(attachment: OutboundAttachment, text: str) -> dict[str, Any]:
    url, content_type = attachment.url, attachment.content_type.partition(";")[0].strip().lower()
    if not url.startswith("https://"):
        words = _("Viber fetches files from a public https address, and this installation has none.")
        raise AdapterError("no_public_address", words, permanent=True)
    if content_type in PICTURE_TYPES and attachment.size <= MAX_PICTURE_BYTES:
        return {"type": "picture", "media": url, "text": text}
    if text:
        # Only small pictures have a caption; words and a large file still are one message, with its address in the text.
        return {"type": "text", "text": f"{text}\n{url}"}
    if content_type == "video/mp4" and attachment.size <= MAX_VIDEO_BYTES:
        return {"type": "video", "media": url, "size": attachment.size}
    name = attachment.name
    if len(name) > _MAX_FILE_NAME_CHARACTERS:
        stem, _dot, ending = name.rpartition(".")
        name = f"{stem[: _MAX_FILE_NAME_CHARACTERS - len(ending) - 1]}.{ending}"[:_MAX_FILE_NAME_CHARACTERS]
    return {"type": "file", "media": url, "size": attachment.size, "file_name": name}


def _buttons(message: OutboundMessage) -> list[dict[str, Any]]:
    # Six columns are the width of the screen; scores of a scale stand side by side.
    are_short = len(message.choices) > 2 and all(len(choice.title) <= 2 for choice in message.choices)
    common = {"Columns": 1 if are_short else 6, "Rows": 1}
    buttons: list[dict[str, Any]] = [
        {**common, "ActionType": "reply", "ActionBody": choice.payload, "Text": choice.title}
        for choice in message.choices
    ]
    asked = {
        "location": ("location-picker", _("Send my location")),
        "phone": ("share-phone", _("Send my phone number")),
        "contact": ("share-phone", _("Send my phone number")),
    }.get(message.asks_for)
    if asked is not None:
        buttons.append({**common, "ActionType": asked[0], "ActionBody": "reply", "Text": asked[1]})
    return buttons


def _titles(message: OutboundMessage) -> str:
    """What Viber gives back with the customer's answer: the titles behind the buttons' data; nothing where it is too much."""
    written = json.dumps({"choices": {choice.payload: choice.title for choice in message.choices}}, ensure_ascii=False)
    return written if len(written) <= _MAX_TRACKING_CHARACTERS else ""
