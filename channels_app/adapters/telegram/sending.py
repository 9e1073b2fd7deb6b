"""One message of ours as one call of the Bot API. Pure but for reading the file's bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, OutboundAttachment, OutboundMessage
from channels_app.adapters.provider_calls import FilePart

MAX_PHOTO_BYTES = 10 * 1024 * 1024
_MAX_CALLBACK_BYTES = 64
_BUTTONS_IN_A_ROW = 1
_SHORT_IN_A_ROW = 5
# The beginning of a media type -> (method, field). What is not here travels as a document.
_METHODS = {
    "image/gif": ("sendAnimation", "animation"),
    "image/jpeg": ("sendPhoto", "photo"),
    "image/png": ("sendPhoto", "photo"),
    "image/webp": ("sendPhoto", "photo"),
    "video/mp4": ("sendVideo", "video"),
    "audio/mpeg": ("sendAudio", "audio"),
    "audio/mp4": ("sendAudio", "audio"),
    "audio/x-m4a": ("sendAudio", "audio"),
    "audio/ogg": ("sendVoice", "voice"),
}
DOCUMENT = ("sendDocument", "document")


@dataclass(frozen=True, kw_only=True)
class Call:
    """A method with its parameters, and the file to upload with it."""

    method: str
    parameters: Mapping[str, Any]
    file: FilePart | None = None


def as_call(message: OutboundMessage, *, quotes_message: bool, as_document: bool = False) -> Call:
    """The call that sends ``message``. Raises AdapterError for a button whose data Telegram cannot carry."""
    parameters = _common(message, quotes_message=quotes_message)
    if not message.attachments:
        return Call(method="sendMessage", parameters={**parameters, "text": message.text})
    if len(message.attachments) > 1:
        raise AdapterError("one_file_a_message", _("Telegram takes one file a message."), permanent=True)
    attachment = message.attachments[0]
    method, field = DOCUMENT if as_document else _method_for(attachment)
    if message.text:
        parameters["caption"] = message.text
    return Call(method=method, parameters=parameters, file=FilePart.of(attachment, field=field))


def _method_for(attachment: OutboundAttachment) -> tuple[str, str]:
    content_type = attachment.content_type.partition(";")[0].strip().lower()
    method = _METHODS.get(content_type, DOCUMENT)
    return DOCUMENT if method[1] == "photo" and attachment.size > MAX_PHOTO_BYTES else method


def _common(message: OutboundMessage, *, quotes_message: bool) -> dict[str, Any]:
    parameters: dict[str, Any] = {"chat_id": _chat_id(message.recipient.address)}
    connection = message.answers_details.get("business_connection_id")
    if isinstance(connection, str) and connection:
        parameters["business_connection_id"] = connection
    chat, _colon, number = message.in_reply_to.partition(":")
    if quotes_message and chat == message.recipient.address and number.isascii() and number.isdigit():
        parameters["reply_parameters"] = {"message_id": int(number), "allow_sending_without_reply": True}
    markup = _markup(message)
    if markup:
        parameters["reply_markup"] = markup
    return parameters


def _chat_id(address: str) -> int | str:
    is_number = address.removeprefix("-").isascii() and address.removeprefix("-").isdigit()
    return int(address) if is_number and len(address) < 20 else address


def _markup(message: OutboundMessage) -> dict[str, Any]:
    if message.choices:
        buttons = [{"text": choice.title, "callback_data": _data(choice.payload)} for choice in message.choices]
        # Scores of a scale: one below the other they would fill the screen.
        are_short = len(buttons) > 2 and all(len(choice.title) <= 2 for choice in message.choices)
        width = _SHORT_IN_A_ROW if are_short else _BUTTONS_IN_A_ROW
        rows = [buttons[i : i + width] for i in range(0, len(buttons), width)]
        return {"inline_keyboard": rows}
    asked = {
        "location": {"text": _("Send my location"), "request_location": True},
        "phone": {"text": _("Send my phone number"), "request_contact": True},
        "contact": {"text": _("Send my phone number"), "request_contact": True},
    }.get(message.asks_for)
    return {"keyboard": [[asked]], "resize_keyboard": True, "one_time_keyboard": True} if asked else {}


def _data(payload: str) -> str:
    if not 0 < len(payload.encode("utf-8", "replace")) <= _MAX_CALLBACK_BYTES:
        raise AdapterError("choice_too_long", _("A button's data may have 64 bytes in Telegram."), permanent=True)
    return payload
