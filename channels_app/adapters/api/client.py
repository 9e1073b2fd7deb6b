"""Posting our messages to the other system's URL."""

import base64
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.api.signing import sign_headers
from channels_app.adapters.base import AdapterError, OutboundMessage, Receipt
from helpdesk.common import http
from helpdesk.common.clock import now

_TEMPORARY = frozenset({408, 409, 425, 429})
_MAX_ANSWER_BYTES = 64 * 1024
_MAX_RETRY_AFTER_SECONDS = 24 * 3600.0


def as_payload(message: OutboundMessage) -> dict[str, Any]:
    """The JSON of a message, as docs/channels/api.md promises it."""
    return {
        "type": "message",
        "id": message.uuid,
        "thread_id": message.thread_id,
        "recipient": {"id": message.recipient.raw or message.recipient.address, "name": message.recipient.name},
        "from_name": message.from_name,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "language": message.language,
        "in_reply_to": message.in_reply_to,
        "is_automatic": message.is_automatic,
        "is_public": message.is_public,
        "attachments": [
            {
                "name": attachment.name,
                "content_type": attachment.content_type,
                "size": attachment.size,
                "content_base64": base64.b64encode(attachment.open_content()).decode(),
            }
            for attachment in message.attachments
        ],
    }


def post_signed(url: str, payload: dict[str, Any], *, message_id: str, secret: str) -> http.HttpAnswer:
    """Post ``payload``; the answer has a 2xx status. Raises AdapterError with what to do about every other outcome."""
    body = json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace")
    headers = {
        "content-type": "application/json",
        "accept": "application/json",
        "idempotency-key": message_id,
        **sign_headers(message_id=message_id, at=now(), body=body, secret=secret),
    }
    try:
        answer = http.call("POST", url, headers=headers, content=body, max_bytes=_MAX_ANSWER_BYTES)
    except http.HttpError as error:
        raise AdapterError(
            error.code, error.message, permanent=error.is_permanent, is_uncertain=error.was_sent
        ) from error
    if 200 <= answer.status < 300:
        return answer
    raise _refusal(answer)


def read_receipt(answer: http.HttpAnswer, message: OutboundMessage) -> Receipt:
    """The id that the other system gave the message; the message's uuid where it gave none."""
    try:
        document = json.loads(answer.content)
        given = document.get("id") if isinstance(document, dict) else None
    except (ValueError, RecursionError):
        given = None
    is_id = isinstance(given, (str, int)) and not isinstance(given, bool) and 0 < len(str(given)) <= 1000
    return Receipt(external_id=str(given) if is_id else message.uuid)


def _refusal(answer: http.HttpAnswer) -> AdapterError:
    is_temporary = answer.status >= 500 or answer.status in _TEMPORARY
    if 300 <= answer.status < 400:
        text = _("The receiver redirects (%(status)d). Enter the address that it redirects to.")
    elif answer.status in (401, 403):
        text = _("The receiver refuses our signature (%(status)d). Compare the signing secret on both sides.")
    elif answer.status in (404, 410):
        text = _("There is nothing at the receiver's address (%(status)d).")
    elif is_temporary:
        text = _("The receiver cannot take the message now (%(status)d).")
    else:
        text = _("The receiver refuses the message (%(status)d).")
    return AdapterError(
        f"http_{answer.status}",
        text % {"status": answer.status},
        permanent=not is_temporary,
        retry_after_seconds=_retry_after(answer.headers.get("retry-after", "")) if is_temporary else None,
    )


def _retry_after(written: str) -> float | None:
    """Seconds from now, written as seconds or as a date (RFC 9110, 10.2.3)."""
    written = written.strip()
    if written.isascii() and written.isdigit() and len(written) < 12:
        return min(float(written), _MAX_RETRY_AFTER_SECONDS)
    try:
        moment: datetime = parsedate_to_datetime(written)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return min(max((moment - now()).total_seconds(), 0.0), _MAX_RETRY_AFTER_SECONDS)
