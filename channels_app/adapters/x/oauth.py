"""Signing requests for a user (OAuth 1.0a, RFC 5849, HMAC-SHA1).

https://docs.x.com/resources/fundamentals/authentication/oauth-1-0a/creating-a-signature
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from helpdesk.common.clock import now


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The two of the app and the two of the account."""

    consumer_key: str
    consumer_secret: str
    access_token: str
    access_token_secret: str

    @property
    def is_complete(self) -> bool:
        return all((self.consumer_key, self.consumer_secret, self.access_token, self.access_token_secret))


def authorization(
    keys: Keys,
    method: str,
    url: str,
    *,
    form: Mapping[str, str] | None = None,
    nonce: str = "",
    timestamp: str = "",
) -> str:
    """The Authorization header for a request. ``form`` are the fields of an urlencoded body; JSON and multipart are not signed."""
    protocol = {
        "oauth_consumer_key": keys.consumer_key,
        "oauth_nonce": nonce or secrets.token_hex(16),
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": timestamp or str(int(now().timestamp())),
        "oauth_token": keys.access_token,
        "oauth_version": "1.0",
    }
    signed = {**protocol, "oauth_signature": _signature(keys, method, url, [*protocol.items(), *(form or {}).items()])}
    return "OAuth " + ", ".join(f'{_escape(name)}="{_escape(value)}"' for name, value in sorted(signed.items()))


def _signature(keys: Keys, method: str, url: str, parameters: list[tuple[str, str]]) -> str:
    parts = urlsplit(url)
    everything = [*parameters, *parse_qsl(parts.query, keep_blank_values=True)]
    pairs = sorted((_escape(name), _escape(value)) for name, value in everything)
    normalised = "&".join(f"{name}={value}" for name, value in pairs)
    address = f"{parts.scheme.lower()}://{_host(parts.scheme, parts.netloc)}{parts.path or '/'}"
    base = "&".join((method.upper(), _escape(address), _escape(normalised)))
    key = f"{_escape(keys.consumer_secret)}&{_escape(keys.access_token_secret)}"
    return base64.b64encode(hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()).decode()


def _host(scheme: str, netloc: str) -> str:
    """Lower case, and without the port that the scheme has anyway."""
    host = netloc.rpartition("@")[2].lower()
    return host.removesuffix({"http": ":80", "https": ":443"}.get(scheme.lower(), ":"))


def _escape(value: str) -> str:
    return quote(value, safe="-._~")
