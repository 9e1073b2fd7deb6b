"""Signatures of Meta's webhooks and of our calls.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started: ``X-Hub-Signature-256`` is "sha256=" and the HMAC-SHA256
of the raw body under the app's secret, in hexadecimal. The older SHA-1 header proves nothing any more and is never read.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from helpdesk.common.errors import SignatureError

HEADER = "x-hub-signature-256"
_MAX_CHALLENGE_CHARACTERS = 200


def sign_body(body: bytes, secret: str) -> str:
    """The value of the signature header for these bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify_body(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
    """Raise SignatureError unless one of the app's live secrets signed exactly these bytes. No secret: closed."""
    given = headers.get(HEADER, "").encode("utf-8", "replace")
    if not secrets:
        raise SignatureError("this channel has no app secret, so nothing can be signed for it")
    # Every secret is tried, so that the time tells nothing about which one fits.
    fits = [hmac.compare_digest(sign_body(body, secret).encode(), given) for secret in secrets]
    if not any(fits):
        raise SignatureError("the body is not signed by this app")


def answer_challenge(query: Mapping[str, str], verify_tokens: Sequence[str]) -> tuple[str, bytes] | None:
    """The answer to a GET that subscribes the webhook; None for a GET that is none. Raises SignatureError for a wrong token."""
    if query.get("hub.mode") != "subscribe":
        return None
    given = query.get("hub.verify_token", "").encode("utf-8", "replace")
    fits = [hmac.compare_digest(token.encode(), given) for token in verify_tokens]
    challenge = query.get("hub.challenge", "")
    if not any(fits) or not challenge or len(challenge) > _MAX_CHALLENGE_CHARACTERS:
        raise SignatureError("the verify token is wrong")
    return "text/plain", challenge.encode("utf-8", "replace")


def app_secret_proof(access_token: str, secret: str) -> str:
    """What proves to the Graph API that whoever holds the token is the app (https://developers.facebook.com/docs/graph-api/guides/secure-requests)."""
    return hmac.new(secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()
