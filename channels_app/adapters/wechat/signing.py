"""WeChat's signatures and its encryption of bodies.

https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Message_encryption_and_decryption_instructions.html
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from helpdesk.common.clock import from_timestamp
from helpdesk.common.errors import ExpiredSignature, SignatureError

TOLERANCE = timedelta(minutes=5)
KEY_CHARACTERS = 43
_BLOCK = 32  # PKCS#7 over the key's length, not over AES's block
_RANDOM_BYTES = 16
_MAX_CIPHER_CHARACTERS = 400_000


class DecryptionError(SignatureError):
    """A body that was not encrypted for us. One error for every reason: a reason would tell an attacker how far he came."""

    def __init__(self) -> None:
        super().__init__("the body cannot be decrypted with the keys of this channel")


def make_signature(*parts: str) -> str:
    """SHA-1 over the sorted parts: token, timestamp, nonce, and the encrypted text where there is one."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def verify_query(
    query: Mapping[str, str], *, tokens: Sequence[str], at: datetime, encrypted: str | None = None
) -> None:
    """Raise SignatureError unless one of the tokens signed the query (and ``encrypted``) within five minutes of ``at``.

    ExpiredSignature for a right one of another time. No token: closed.
    """
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    given = query.get("signature" if encrypted is None else "msg_signature", "").encode("utf-8", "replace")
    is_shaped = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and 0 < len(nonce) <= 128
    if not tokens or not is_shaped:
        raise SignatureError("the signature is missing or malformed, or this channel has no token")
    parts = [timestamp, nonce] if encrypted is None else [timestamp, nonce, encrypted]
    # Every token is tried, so that the time tells nothing about which one fits.
    fits = [hmac.compare_digest(make_signature(token, *parts).encode(), given) for token in tokens]
    if not any(fits):
        raise SignatureError("no token of this channel made this signature")
    if abs(from_timestamp(int(timestamp)) - at) > TOLERANCE:
        raise ExpiredSignature("the signed time is more than five minutes away")


def decode_key(encoding_aes_key: str) -> bytes:
    """The 32 bytes in an EncodingAESKey. Raises ValueError for what is none."""
    if len(encoding_aes_key) != KEY_CHARACTERS or not encoding_aes_key.isascii() or not encoding_aes_key.isalnum():
        raise ValueError("an EncodingAESKey has 43 letters and digits")
    try:
        # The last character holds bits that nobody uses, so the decoder must not be strict about them.
        return base64.b64decode(encoding_aes_key + "=")
    except binascii.Error as error:
        raise ValueError("not base64") from error


def decrypt(encrypted: str, *, keys: Sequence[str], app_id: str) -> bytes:
    """The XML in an encrypted text, by whichever key opens it. Raises DecryptionError, also for another account's AppID."""
    try:
        if len(encrypted) > _MAX_CIPHER_CHARACTERS:
            raise DecryptionError
        cipher_text = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        raise DecryptionError from None
    opened = [_open(cipher_text, key, app_id) for key in keys]
    found = next((content for content in opened if content is not None), None)
    if found is None:
        raise DecryptionError
    return found


def _open(cipher_text: bytes, encoding_aes_key: str, app_id: str) -> bytes | None:
    try:
        key = decode_key(encoding_aes_key)
    except ValueError:
        return None
    if not cipher_text or len(cipher_text) % 16:
        return None
    decryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).decryptor()
    padded = decryptor.update(cipher_text) + decryptor.finalize()
    padding = padded[-1]
    is_padded = 1 <= padding <= _BLOCK and padded.endswith(bytes([padding]) * padding)
    plain = padded[:-padding] if is_padded else b""
    length = int.from_bytes(plain[_RANDOM_BYTES : _RANDOM_BYTES + 4], "big")
    start = _RANDOM_BYTES + 4
    content, owner = plain[start : start + length], plain[start + length :]
    is_ours = hmac.compare_digest(owner, app_id.encode("utf-8", "replace"))
    return content if is_padded and app_id and len(plain) >= start + length and is_ours else None


def encrypt(content: bytes, *, key: str, app_id: str, random: bytes | None = None) -> str:
    """The encrypted text of ``content``; ``random`` are 16 bytes, made up where none are given."""
    secret = decode_key(key)
    plain = (random or secrets.token_bytes(_RANDOM_BYTES)) + len(content).to_bytes(4, "big") + content + app_id.encode()
    padding = _BLOCK - len(plain) % _BLOCK
    encryptor = Cipher(algorithms.AES256(secret), modes.CBC(secret[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()
