"""Secrets at rest (Fernet, rotating keys) and signed tokens (HMAC under their own key)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from helpdesk.common.errors import HelpdeskError
from helpdesk.common.keys import read_or_create_key


class SecretUnreadable(HelpdeskError):
    """A stored secret was encrypted under a key that is not here (restored without its keys)."""

    status = 409


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...], keys_dir: Path) -> MultiFernet:
    if not keys:
        seed = read_or_create_key(keys_dir / "field_key")
        # Fernet wants 32 bytes in url-safe base64; the file holds plain random text of more than that.
        keys = (base64.urlsafe_b64encode(hashlib.sha256(seed.encode()).digest()).decode(),)
    return MultiFernet([Fernet(key) for key in keys])


def _current_fernet() -> MultiFernet:
    return _fernet(tuple(settings.HELPDESK_FIELD_KEYS), Path(settings.HELPDESK_KEYS_DIR))


def encrypt_json(value: Mapping[str, Any]) -> str:
    """The mapping as one printable token; an empty mapping is an empty string."""
    if not value:
        return ""
    return _current_fernet().encrypt(json.dumps(value, sort_keys=True).encode()).decode()


def decrypt_json(token: str) -> dict[str, Any]:
    """The mapping behind a token of ``encrypt_json``. Raises SecretUnreadable when no key fits."""
    if not token:
        return {}
    try:
        return dict(json.loads(_current_fernet().decrypt(token.encode())))
    except InvalidToken as error:
        raise SecretUnreadable(
            "secret_unreadable", "The stored secret cannot be read with the keys of this installation. Enter it again."
        ) from error


def rotate_token(token: str) -> str:
    """The same content under the newest key."""
    return _current_fernet().rotate(token.encode()).decode() if token else ""


def sign_text(text: str, *, purpose: str) -> str:
    """128 bits of HMAC-SHA256 over ``text``, url-safe. Every purpose has a key file of its own."""
    key = read_or_create_key(Path(settings.HELPDESK_KEYS_DIR) / f"{purpose}_key").encode()
    return base64.urlsafe_b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()[:16]).decode().rstrip("=")


def is_signed(text: str, signature: str, *, purpose: str) -> bool:
    """Whether ``signature`` is ours for this text and purpose; constant time, full length."""
    return hmac.compare_digest(sign_text(text, purpose=purpose).encode(), signature.encode("utf-8", "replace"))
