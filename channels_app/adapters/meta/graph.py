"""Calls to the Graph API: token and proof on each, errors in our words, answers capped."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _

from channels_app.adapters.meta.errors import as_adapter_error
from channels_app.adapters.meta.signing import app_secret_proof
from channels_app.adapters.provider_calls import FilePart, as_json_body, as_multipart, exchange, read_object
from helpdesk.common import http
from helpdesk.common.errors import AdapterError

FACEBOOK_URL = "https://graph.facebook.com"
INSTAGRAM_URL = "https://graph.instagram.com"
VERSION = "v23.0"


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
        return self._call("POST", path, {}, content=as_json_body(body), content_type="application/json", acts=acts)

    def upload(self, path: str, fields: Mapping[str, str], file: FilePart, *, acts: bool = False) -> dict[str, Any]:
        """POST a file and what belongs to it as a form."""
        content, content_type = as_multipart(fields, file)
        return self._call("POST", path, {}, content=content, content_type=content_type, acts=acts)

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
        answer = exchange(method, self._url(path, parameters), headers=headers, content=content, acts=acts)
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
    document = read_object(answer)
    if not document:
        # It said yes, and then something that is no answer: what was asked for may have happened.
        raise AdapterError(
            "invalid_answer", _("The provider's answer cannot be read."), permanent=False, is_uncertain=acts
        )
    return document
