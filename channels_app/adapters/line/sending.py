"""Messages of ours: free as an answer while LINE's token lasts, else pushed under a key that sends once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, OutboundAttachment, OutboundMessage, Receipt
from channels_app.adapters.line.client import LineClient
from channels_app.adapters.line.errors import REPLY_TOKEN
from helpdesk.common.clock import now
from helpdesk.common.errors import TooManyRequests
from helpdesk.core.services import count_and_check

# LINE takes a token for about a minute after the event; ours must arrive before that.
REPLY_TOKEN_LASTS = timedelta(seconds=50)
MAX_URL_CHARACTERS = 2000
_SHOWN_TYPES = ("image/jpeg", "image/png")
_A_DAY_SECONDS = 86_400
_NEVER = 1_000_000


def send_message(client: LineClient, message: OutboundMessage) -> Receipt:
    """Send once. Raises AdapterError.

    An answer by token has no key of its own. So it is noted before the call that one is under way, and taken back when LINE's word
    is there: after a lost answer the message is never pushed beside it.
    """
    body = [as_line_message(message)]
    token = message.answers_details.get("reply_token")
    if not isinstance(token, str) or not token:
        return _push(client, message, body)
    key = f"line-reply:{message.uuid}"
    was_lost, lasts = _is_noted(key), _lasts(message)
    if not lasts:
        if was_lost:
            text = _("LINE did not say whether it took the message. Look into the chat before you send it again.")
            raise AdapterError("outcome_unknown", text, permanent=True)
        return _push(client, message, body)
    _note(key, 1)
    try:
        external_id = client.reply(token, body)
    except AdapterError as refusal:
        if refusal.is_uncertain:
            raise
        _note(key, -1)
        if refusal.code != REPLY_TOKEN.code:
            raise
        # The token was ours and unused before the call whose answer was lost: it took the message.
        return Receipt() if was_lost else _push(client, message, body)
    _note(key, -1)
    return Receipt(external_id=external_id)


def _push(client: LineClient, message: OutboundMessage, body: list[dict[str, Any]]) -> Receipt:
    return Receipt(external_id=client.push(message.recipient.address, body, retry_key=_retry_key(message.uuid)))


def _retry_key(uuid: str) -> str:
    """LINE wants a UUID in its hyphenated form."""
    try:
        return str(UUID(uuid))
    except ValueError:
        raise AdapterError("invalid_uuid", _("This message has no key to be sent under."), permanent=True) from None


def _lasts(message: OutboundMessage) -> bool:
    return message.answers_at is not None and now() - message.answers_at < REPLY_TOKEN_LASTS


def _note(key: str, times: int) -> None:
    count_and_check(key, limit=_NEVER, window_seconds=_A_DAY_SECONDS, times=times)


def _is_noted(key: str) -> bool:
    try:
        count_and_check(key, limit=0, window_seconds=_A_DAY_SECONDS, times=0)
    except TooManyRequests:
        return True
    return False


def as_line_message(message: OutboundMessage) -> dict[str, Any]:
    """The message object. Pictures are shown; of other files LINE can show none, so the customer gets a link."""
    if len(message.attachments) > 1:
        raise AdapterError("one_file_a_message", _("LINE takes one file a message."), permanent=True)
    body = _file_message(message.attachments[0]) if message.attachments else {"type": "text", "text": message.text}
    quick = _quick_reply(message)
    return {**body, "quickReply": {"items": quick}} if quick else body


def _file_message(attachment: OutboundAttachment) -> dict[str, Any]:
    url = attachment.url
    if not url.startswith("https://") or len(url) > MAX_URL_CHARACTERS:
        text = _("LINE fetches files from a public https address, and this installation has none.")
        raise AdapterError("no_public_address", text, permanent=True)
    if attachment.content_type in _SHOWN_TYPES:
        return {"type": "image", "originalContentUrl": url, "previewImageUrl": url}
    return {"type": "text", "text": f"{attachment.name}\n{url}"}


def _quick_reply(message: OutboundMessage) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = [
        {"type": "postback", "label": choice.title, "data": choice.payload[:300], "displayText": choice.title}
        for choice in message.choices
    ]
    if message.asks_for == "location":
        actions.append({"type": "location", "label": _("Send location")[:20]})
    elif message.asks_for == "photo":
        actions += [
            {"type": "camera", "label": _("Take a photo")[:20]},
            {"type": "cameraRoll", "label": _("Choose a photo")[:20]},
        ]
    return [{"type": "action", "action": action} for action in actions]
