"""Access tokens for Google: from a refresh token or from the key of a service account."""

import base64
import json
from typing import Any
from urllib.parse import urlencode

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, ChannelConfig
from channels_app.adapters.provider_calls import exchange, number_of, read_object, text_of
from helpdesk.common.clock import now
from helpdesk.core.access_tokens import shared_token, token_key

TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105  an address
SCOPE = "https://www.googleapis.com/auth/business.manage"
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_SECONDS = 3600


def access_token(channel: ChannelConfig, *, refused: str = "") -> str:
    """A token that Google takes, shared between processes; another one than ``refused``. Raises AdapterError."""
    secrets = channel.secrets
    if secrets.get("service_account"):
        account = read_service_account(str(secrets["service_account"]))
        key = token_key("google", account["client_email"], account["private_key"])
        return shared_token(key, fetch=lambda: _fetch(channel, _assertion_form(account)), refused=refused)
    credentials = [
        str(channel.config.get("client_id") or ""),
        str(secrets.get("client_secret") or ""),
        str(secrets.get("refresh_token") or ""),
    ]
    if not all(credentials):
        raise AdapterError(
            "no_credentials",
            _("Enter the credentials of the Google account first."),
            permanent=True,
            concerns_channel=True,
        )
    form = dict(zip(("client_id", "client_secret", "refresh_token"), credentials, strict=True))
    form["grant_type"] = "refresh_token"
    return shared_token(token_key("google", *credentials), fetch=lambda: _fetch(channel, form), refused=refused)


def read_service_account(document: str) -> dict[str, str]:
    """client_email and private_key of a service account's key file. Raises AdapterError for what is none."""
    try:
        loaded = json.loads(document)
        account = {name: str(loaded[name]) for name in ("client_email", "private_key")}
        _private_key(account["private_key"])
    except (ValueError, TypeError, KeyError, RecursionError, UnsupportedAlgorithm):
        raise AdapterError(
            "invalid_service_account", _("This is not the JSON key of a Google service account."), permanent=True
        ) from None
    return account


def _private_key(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key


def _assertion_form(account: dict[str, str]) -> dict[str, str]:
    """The signed statement of RFC 7523 by which a service account asks for a token."""
    issued_at = int(now().timestamp())
    claims = {
        "iss": account["client_email"],
        "scope": SCOPE,
        "aud": TOKEN_URL,
        "iat": issued_at,
        "exp": issued_at + _ASSERTION_SECONDS,
    }
    signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    signature = _private_key(account["private_key"]).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return {"grant_type": _JWT_GRANT, "assertion": f"{signed}.{_base64url(signature)}"}


def _part(value: dict[str, Any]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _fetch(channel: ChannelConfig, form: dict[str, str]) -> tuple[str, float]:
    answer = exchange(
        "POST",
        str(channel.config.get("token_url") or TOKEN_URL),
        headers={"content-type": "application/x-www-form-urlencoded"},
        content=urlencode(form).encode(),
    )
    document = read_object(answer)
    token = text_of(document.get("access_token"), limit=4000)
    if answer.status == 200 and token:
        return token, float(number_of(document.get("expires_in")) or 3600)
    code = text_of(document.get("error"), limit=40) or f"http_{answer.status}"
    if answer.status >= 500 or answer.status == 429:
        raise AdapterError(code, _("Google gives no access token at the moment."), permanent=False)
    if code == "invalid_grant":
        text = _(
            "Google does not accept the refresh token any more: consent was withdrawn or it has ended. Get a new one."
        )
    elif code in ("invalid_client", "unauthorized_client"):
        text = _("Google does not know this client id and secret. Compare them with the Google Cloud console.")
    else:
        text = _("Google refuses to give an access token (%(code)s).") % {"code": code}
    raise AdapterError(code, text, permanent=True, concerns_channel=True)
