"""Standard Webhooks signatures (https://www.standardwebhooks.com): HMAC-SHA256 over ``id.timestamp.body``."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from channels_app.adapters.api.forms import decode_secret
from helpdesk.common.clock import from_timestamp
from helpdesk.common.errors import ExpiredSignature, SignatureError

TOLERANCE = timedelta(minutes=5)
_MAX_ID_CHARACTERS = 256
_MAX_SIGNATURES = 20


def sign_headers(*, message_id: str, at: datetime, body: bytes, secret: str) -> dict[str, str]:
    """The three headers that prove ``body`` under ``secret``. Raises ValueError for what is no secret."""
    timestamp = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + _signature(message_id, timestamp, body, decode_secret(secret)),
    }


def verify_headers(headers: Mapping[str, str], *, body: bytes, secrets: Sequence[str], at: datetime) -> None:
    """Raise SignatureError unless one of the secrets signed exactly this body, ExpiredSignature when that is long ago.

    Constant time in the secrets: every one of them is compared with every signature given.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    given = [
        part.removeprefix("v1,") for part in headers.get("webhook-signature", "").split() if part.startswith("v1,")
    ]
    is_shaped = 0 < len(message_id) <= _MAX_ID_CHARACTERS and timestamp.isascii() and timestamp.isdigit()
    if not is_shaped or len(timestamp) > 12 or not given or len(given) > _MAX_SIGNATURES:
        raise SignatureError("the signature headers are missing or malformed")
    is_signed = False
    for secret in secrets:
        wanted = _signature(message_id, timestamp, body, decode_secret(secret)).encode()
        for signature in given:
            is_signed |= hmac.compare_digest(wanted, signature.encode("utf-8", "replace"))
    if not is_signed:
        raise SignatureError("no secret of this channel made this signature")
    if abs(from_timestamp(int(timestamp)) - at) > TOLERANCE:
        raise ExpiredSignature("the signed time is more than five minutes away")


def _signature(message_id: str, timestamp: str, body: bytes, key: bytes) -> str:
    signed = b".".join((message_id.encode("utf-8", "replace"), timestamp.encode(), body))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
