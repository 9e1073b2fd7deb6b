"""Calls to the Graph API: token and proof on each, errors in our words, answers capped."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _

from channels_app.adapters.meta.errors import as_adapter_error
from channels_app.adapters.meta.signing import app_secret_proof
from helpdesk.common import http
from helpdesk.common.errors import AdapterError
from helpdesk.common.text import one_line

FACEBOOK_URL = "https://graph.facebook.com"
INSTAGRAM_URL = "https://graph.instagram.com"
VERSION = "v23.0"
_MAX_ANSWER_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class GraphFile:
    """A file to upload."""

    name: str
    content_type: str
    content: bytes


class GraphClient:
    """One account's way to the Graph API. Every method raises AdapterError.

    ``is_uncertain`` is only set on what ``acts``: a lost answer to a read or an upload does no harm when it is asked again.
    """

    def __init__(self, *, token: str, app_secret: str = "", base_url: str = FACEBOOK_URL) -> None:
        self._token = token
        self._app_secret = app_secret
        self._base_url = base_url.rstrip("/")

    def read(self, path: str, **parameters: str) -> dict[str, Any]:
        """GET one object or list."""
        return self._call("GET", path, parameters)

    def post(self, path: str, body: Mapping[str, Any], *, acts: bool = True) -> dict[str, Any]:
        """POST JSON."""
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return self._call("POST", path, {}, content=content, content_type="application/json", acts=acts)

    def upload(
        self, path: str, fields: Mapping[str, str], file: GraphFile, *, part: str = "filedata", acts: bool = False
    ) -> dict[str, Any]:
        """POST a file and what belongs to it as multipart/form-data."""
        boundary = secrets.token_hex(16)
        content = _multipart(boundary, fields, part, file)
        kind = f"multipart/form-data; boundary={boundary}"
        return self._call("POST", path, {}, content=content, content_type=kind, acts=acts)

    def refusal_of(self, answer: http.HttpAnswer) -> AdapterError:
        """What an answer that is no success means; a product with error codes of its own overrides it."""
        return as_adapter_error(answer)

    def read_as(self, path: str, token: str, **parameters: str) -> dict[str, Any]:
        """GET with another token than the account's (an app's), which has no proof."""
        return GraphClient(token=token, base_url=self._base_url).read(path, **parameters)

    def _call(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str],
        *,
        content: bytes | None = None,
        content_type: str = "",
        acts: bool = False,
    ) -> dict[str, Any]:
        if not self._token:
            raise AdapterError(
                "no_token", _("This channel has no access token."), permanent=True, concerns_channel=True
            )
        headers = {"authorization": f"Bearer {self._token}", "accept": "application/json"}
        if content_type:
            headers["content-type"] = content_type
        try:
            answer = http.call(
                method, self._url(path, parameters), headers=headers, content=content, max_bytes=_MAX_ANSWER_BYTES
            )
        except http.HttpError as error:
            raise AdapterError(
                error.code, error.message, permanent=error.is_permanent, is_uncertain=acts and error.was_sent
            ) from error
        if not 200 <= answer.status < 300:
            refusal = self.refusal_of(answer)
            refusal.is_uncertain = refusal.is_uncertain and acts
            raise refusal
        return _read_object(answer, acts=acts)

    def _url(self, path: str, parameters: Mapping[str, str]) -> str:
        query = dict(parameters)
        if self._app_secret:
            query["appsecret_proof"] = app_secret_proof(self._token, self._app_secret)
        return f"{self._base_url}/{VERSION}/{quote(path, safe='/_-.:~')}" + (f"?{urlencode(query)}" if query else "")


def _read_object(answer: http.HttpAnswer, *, acts: bool) -> dict[str, Any]:
    try:
        document = json.loads(answer.content)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        # It said yes, and then something that is no answer: what was asked for may have happened.
        raise AdapterError(
            "invalid_answer", _("The provider's answer cannot be read."), permanent=False, is_uncertain=acts
        )
    return document


def _multipart(boundary: str, fields: Mapping[str, str], part: str, file: GraphFile) -> bytes:
    """RFC 7578; names and types go through ``_quoted``, so that no file name ends a header."""
    lines = [
        f'--{boundary}\r\ncontent-disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'.encode(
            "utf-8", "replace"
        )
        for name, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\ncontent-disposition: form-data; name="{part}"; filename="{_quoted(file.name)}"\r\n'
        f"content-type: {_quoted(file.content_type) or 'application/octet-stream'}\r\n\r\n"
    )
    return b"".join([*lines, head.encode("utf-8", "replace"), file.content, f"\r\n--{boundary}--\r\n".encode()])


def _quoted(value: str) -> str:
    return one_line(value).replace("\\", "_").replace('"', "%22")
