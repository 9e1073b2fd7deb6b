"""Messages of ours as direct messages and public replies."""

from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, OutboundMessage, Receipt
from channels_app.adapters.provider_calls import text_of
from channels_app.adapters.x.client import XClient
from helpdesk.common.text_weight import weighted_length

MAX_DIRECT_CHARACTERS = 10_000
MAX_PUBLIC_WEIGHT = 280


def send_message(client: XClient, message: OutboundMessage) -> Receipt:
    """Send once. Raises AdapterError."""
    if len(message.attachments) > 1:
        raise AdapterError("one_file_a_message", _("X takes one file a message here."), permanent=True)
    return _reply_in_public(client, message) if message.is_public else _send_direct(client, message)


def _send_direct(client: XClient, message: OutboundMessage) -> Receipt:
    recipient = message.recipient.address
    if not (recipient.isascii() and recipient.isdigit()):
        raise AdapterError("invalid_recipient", _("This is no account of X."), permanent=True)
    body: dict[str, Any] = {"text": message.text} if message.text else {}
    media_id = _upload(client, message, "dm")
    if media_id:
        body["attachments"] = [{"media_id": media_id}]
    data = client.act(f"dm_conversations/with/{recipient}/messages", body)
    return Receipt(external_id=text_of(data.get("dm_event_id"), limit=100))


def _reply_in_public(client: XClient, message: OutboundMessage) -> Receipt:
    if weighted_length(message.text) > MAX_PUBLIC_WEIGHT:
        raise AdapterError("text_too_long", _("A post may count 280; this one is longer."), permanent=True)
    if not (message.in_reply_to.isascii() and message.in_reply_to.isdigit()):
        raise AdapterError("no_post_to_answer", _("There is no post that this could answer."), permanent=True)
    body: dict[str, Any] = {"reply": {"in_reply_to_tweet_id": message.in_reply_to}}
    if message.text:
        body["text"] = message.text
    media_id = _upload(client, message, "tweet")
    if media_id:
        body["media"] = {"media_ids": [media_id]}
    data = client.act("tweets", body)
    return Receipt(external_id=text_of(data.get("id"), limit=100))


def _upload(client: XClient, message: OutboundMessage, prefix: str) -> str:
    if not message.attachments:
        return ""
    attachment = message.attachments[0]
    kind = "gif" if attachment.content_type == "image/gif" else attachment.content_type.partition("/")[0]
    if kind not in ("image", "gif", "video"):
        raise AdapterError("file_type_refused", _("X takes pictures and videos only."), permanent=True)
    return client.upload(attachment, category=f"{prefix}_{kind}")
