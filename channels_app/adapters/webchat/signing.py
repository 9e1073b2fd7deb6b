"""Proof of who a visitor is: the site signs channel, identifier and expiry with a secret that we share."""

import hashlib
import hmac
from collections.abc import Sequence

MAX_IDENTIFIER_CHARACTERS = 300
LONGEST_SECONDS = 7 * 24 * 3600


def identity_hash(*, secret: str, channel_uuid: str, identifier: str, expires_at: int) -> str:
    """HMAC-SHA256 in lower-case hex over ``<channel uuid>.<expires_at>.<identifier>``.

    The uuid and the digits have no dots, so that no two triples read the same.
    """
    signed = f"{channel_uuid}.{expires_at}.{identifier}".encode("utf-8", "surrogatepass")
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def is_proven(
    *, secrets: Sequence[str], channel_uuid: str, identifier: str, expires_at: int, given: str, at: float
) -> bool:
    """Whether one of the secrets made this hash and its time is neither over nor further ahead than a week.

    Constant time in the secrets. ``expires_at`` and ``at`` are Unix seconds.
    """
    is_signed = False
    for secret in secrets:
        wanted = identity_hash(
            secret=secret, channel_uuid=channel_uuid, identifier=identifier, expires_at=expires_at
        ).encode()
        is_signed |= hmac.compare_digest(wanted, given.lower().encode("utf-8", "replace"))
    is_timely = at < expires_at <= at + LONGEST_SECONDS
    return is_signed and is_timely and 0 < len(identifier) <= MAX_IDENTIFIER_CHARACTERS
