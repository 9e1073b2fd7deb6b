"""Twilio's REST API and its files: the only place that knows its addresses."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, ChannelConfig, InboundAttachment
from channels_app.adapters.twilio.failures import FAILURES
from helpdesk.common import http

BASE_URL = "https://api.twilio.com"
_HOSTS = (".twilio.com", ".twiliocdn.com")
_MAX_ANSWER_BYTES = 256 * 1024
_MAX_MADE_UP_BYTES = 64 * 1024
_MAX_RETRY_AFTER_SECONDS = 3600.0
_TEMPORARY = frozenset({408, 425, 429})


class TwilioClient:
    """Calls in the name of one account. Raises AdapterError with what to do about every refusal."""

    def __init__(self, channel: ChannelConfig) -> None:
        self.account_sid = str(channel.config.get("account_sid") or "")
        self._tokens = auth_tokens(channel)
        self._base_url = str(channel.config.get("base_url") or BASE_URL).rstrip("/")

    def post(self, resource: str, parameters: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
        """Create something below the account (``Messages``); returns Twilio's answer as JSON."""
        body = urlencode(parameters).encode()
        return self._call("POST", f"{resource}.json", content=body, content_type="application/x-www-form-urlencoded")

    def get(self, resource: str = "", parameters: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Read something below the account; without a resource the account itself."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        return self._call("GET", f"{resource}.json{query}")

    def fetch(self, attachment: InboundAttachment, *, most_bytes: int) -> InboundAttachment:
        """The attachment with its bytes. Only Twilio's own hosts are asked, and the token does not follow to another one."""
        if attachment.url.startswith("data:"):
            return replace(attachment, content=_made_up_file(attachment.url), url="")
        host = (urlsplit(attachment.url).hostname or "").lower()
        is_ours = host == urlsplit(self._base_url).hostname or host.endswith(_HOSTS)
        if not is_ours or not attachment.url.startswith(("https://", self._base_url + "/")):
            raise AdapterError("foreign_host", _("The file lies on a host that is not Twilio's."), permanent=True)
        answer = self._raw("GET", attachment.url, max_bytes=most_bytes)
        if answer.status != 200:
            # A recording is announced a moment before it can be had everywhere.
            raise AdapterError(
                f"http_{answer.status}",
                _("The file could not be fetched (%(status)d).") % {"status": answer.status},
                permanent=answer.status in (401, 403, 410),
            )
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        return replace(attachment, content=answer.content, content_type=kind or attachment.content_type)

    def _call(
        self, method: str, path: str, *, content: bytes | None = None, content_type: str = ""
    ) -> Mapping[str, Any]:
        url = f"{self._base_url}/2010-04-01/Accounts/{self.account_sid}"
        url = url + path if path.startswith(".") else f"{url}/{path}"
        answer = self._raw(method, url, content=content, content_type=content_type, max_bytes=_MAX_ANSWER_BYTES)
        document = _document(answer.content)
        if 200 <= answer.status < 300:
            return document
        raise _refusal(answer, document)

    def _raw(
        self, method: str, url: str, *, content: bytes | None = None, content_type: str = "", max_bytes: int
    ) -> http.HttpAnswer:
        if not self.account_sid or not self._tokens:
            raise AdapterError(
                "not_configured", _("Enter the account SID and an auth token of Twilio."), permanent=True
            )
        pair = base64.b64encode(f"{self.account_sid}:{self._tokens[0]}".encode()).decode()
        headers = {"authorization": f"Basic {pair}", "accept": "*/*"}
        if content_type:
            headers["content-type"] = content_type
        try:
            return http.call(method, url, headers=headers, content=content, max_bytes=max_bytes)
        except http.HttpError as error:
            raise AdapterError(
                error.code,
                error.message,
                permanent=error.is_permanent,
                is_uncertain=error.was_sent and method == "POST",
            ) from error


def auth_tokens(channel: ChannelConfig) -> list[str]:
    """The live auth tokens; the first one calls, all of them are accepted in signatures."""
    return channel.secret_list("auth_tokens")


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _refusal(answer: http.HttpAnswer, document: Mapping[str, Any]) -> AdapterError:
    given = document.get("code")
    code = str(given) if isinstance(given, int) else ""
    known = FAILURES.get(code)
    is_temporary = answer.status >= 500 or answer.status in _TEMPORARY
    if known is not None:
        is_temporary = not known.is_permanent
        words = str(known.words)
    elif answer.status in (401, 403):
        words = str(FAILURES["20003"].words)
    else:
        said = str(document.get("message") or "")[:300]
        words = _("Twilio refuses the message (%(status)d). %(said)s") % {"status": answer.status, "said": said}
    return AdapterError(
        code or f"http_{answer.status}",
        words.strip(),
        permanent=not is_temporary,
        retry_after_seconds=_retry_after(answer) if is_temporary else None,
        # A server that fails may have taken the message before.
        is_uncertain=answer.status >= 500 and known is None,
        concerns_channel=known.concerns_channel if known is not None else answer.status in (401, 403),
    )


def _retry_after(answer: http.HttpAnswer) -> float | None:
    written = answer.headers.get("retry-after", "").strip()
    is_number = written.isascii() and written.isdigit() and len(written) < 12
    return min(float(written), _MAX_RETRY_AFTER_SECONDS) if is_number else None


def _made_up_file(url: str) -> bytes:
    """The file of a made-up customer, which travels in the address itself."""
    encoded = url.partition(";base64,")[2]
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise AdapterError("invalid_file", _("The file cannot be read."), permanent=True) from None
    if len(content) > _MAX_MADE_UP_BYTES:
        raise AdapterError("too_large", _("The file is too large."), permanent=True)
    return content
