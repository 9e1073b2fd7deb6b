"""Short-lived tokens of providers, shared by all processes: fetched once, used until shortly before they end."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from helpdesk.common.clock import now
from helpdesk.common.crypto import SecretUnreadable, decrypt_json, encrypt_json
from helpdesk.core.models import AccessToken

# A token is replaced this long before its end, so that a call that has begun does not outlive it.
MARGIN = timedelta(minutes=5)


def token_key(kind: str, *credentials: str) -> str:
    """The key under which the token of these credentials is kept. New credentials never meet the token of the old ones."""
    return f"{kind}:{hashlib.sha256(chr(0).join(credentials).encode()).hexdigest()[:40]}"


def shared_token(key: str, *, fetch: Callable[[], tuple[str, float]], refused: str = "") -> str:
    """The token kept under ``key``; without one, near its end, or when it is the one the provider ``refused``: a new one.

    ``fetch`` talks to the provider and gives (token, seconds that it lives); its errors come through. Two processes that fetch at
    once both get a token that works, and the later one is kept. Call outside any transaction.
    """
    kept = AccessToken.objects.filter(key=key, expires_at__gt=now() + MARGIN).first()
    if kept is not None:
        try:
            token = str(decrypt_json(kept.encrypted)["token"])
        except (SecretUnreadable, KeyError):  # the key file was replaced: the token is not worth more than a new one
            token = ""
        if token and token != refused:
            return token
    token, lives_seconds = fetch()
    AccessToken.objects.update_or_create(
        key=key,
        defaults={
            "encrypted": encrypt_json({"token": token}),
            "expires_at": now() + timedelta(seconds=lives_seconds),
        },
    )
    AccessToken.objects.filter(expires_at__lt=now() - timedelta(days=1)).delete()
    return token
