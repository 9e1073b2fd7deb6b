"""Our messages in the shape of the Cloud API. Pure. https://developers.facebook.com/docs/whatsapp/cloud-api/messages"""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, OutboundAttachment, OutboundMessage
from channels_app.adapters.whatsapp.addresses import is_phone
from channels_app.adapters.whatsapp.templates import as_payload as template_payload

MOST_BUTTONS = 3
MOST_TITLE, MOST_DESCRIPTION = 20, 72
MOST_BUTTON_ID, MOST_ROW_ID = 256, 200
_STICKER = "image/webp"


def envelope(message: OutboundMessage, content: dict[str, Any], *, quotes: bool) -> dict[str, Any]:
    """The whole body of a call: to whom, in answer to what, and our uuid, which comes back with every status."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    address = message.recipient.address
    body |= {"to": address.removeprefix("+")} if is_phone(address) else {"recipient": address}
    if quotes and message.in_reply_to.startswith("wamid.") and message.template is None:
        body["context"] = {"message_id": message.in_reply_to}
    return {**body, **content, "biz_opaque_callback_data": message.external_id or message.uuid}


def text_content(message: OutboundMessage) -> dict[str, Any]:
    """What a message without a file is: a template, a question with buttons, a request for the place, or plain text."""
    if message.template is not None:
        return {"type": "template", "template": template_payload(message.template)}
    if not message.text.strip():
        raise AdapterError("empty_message", _("WhatsApp sends no empty message."), permanent=True)
    if message.choices:
        return {"type": "interactive", "interactive": _choices(message)}
    if message.asks_for == "location":
        interactive = {
            "type": "location_request_message",
            "body": {"text": message.text},
            "action": {"name": "send_location"},
        }
        return {"type": "interactive", "interactive": interactive}
    return {"type": "text", "text": {"body": message.text, "preview_url": True}}


def file_content(message: OutboundMessage, file: OutboundAttachment, media_id: str) -> dict[str, Any]:
    """A file that was uploaded; the text is its caption where the type can have one."""
    kind = media_kind(file.content_type)
    media: dict[str, Any] = {"id": media_id}
    if message.text.strip():
        if kind in ("audio", "sticker"):
            text = _("WhatsApp shows no text beside a file of this type.")
            raise AdapterError("caption_refused", text, permanent=True)
        media["caption"] = message.text
    if kind == "document":
        media["filename"] = file.name
    return {"type": kind, kind: media}


def media_kind(content_type: str) -> str:
    """How WhatsApp shows a file of this type."""
    if content_type == _STICKER:
        return "sticker"
    family = content_type.partition("/")[0]
    return family if family in ("image", "video", "audio") else "document"


def _choices(message: OutboundMessage) -> dict[str, Any]:
    """Up to three plain choices are buttons; more of them, or choices that are explained, are a list."""
    has_descriptions = any(choice.description for choice in message.choices)
    body = {"text": message.text}
    if len(message.choices) <= MOST_BUTTONS and not has_descriptions:
        buttons = [
            {"type": "reply", "reply": {"id": choice.payload[:MOST_BUTTON_ID], "title": choice.title[:MOST_TITLE]}}
            for choice in message.choices
        ]
        return {"type": "button", "body": body, "action": {"buttons": buttons}}
    rows = []
    for choice in message.choices:
        row = {"id": choice.payload[:MOST_ROW_ID], "title": choice.title[:MOST_TITLE]}
        rows.append(row | ({"description": choice.description[:MOST_DESCRIPTION]} if choice.description else {}))
    with translation.override(message.language or None):
        label = _("Choose")
    return {"type": "list", "body": body, "action": {"button": label[:MOST_TITLE], "sections": [{"rows": rows}]}}
