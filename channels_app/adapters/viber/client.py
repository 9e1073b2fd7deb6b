"""Calls to Viber's bot API."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError
from channels_app.adapters.provider_calls import as_json_body, exchange, read_object
from channels_app.adapters.viber.errors import refusal_in
from helpdesk.common.http import MAX_ANSWER_BYTES

API_URL = "https://chatapi.viber.com"


class ViberClient:
    """One bot's way to Viber. Every method raises AdapterError."""

    def __init__(self, *, token: str, base_url: str = API_URL) -> None:
        self._token = token
        self._base_url = base_url.rstrip("/")

    def call(self, method: str, body: Mapping[str, Any], *, acts: bool = False) -> dict[str, Any]:
        """The answer to a method of the API; ``acts``: the customer sees what it does."""
        if not self._token:
            raise AdapterError("no_token", _("This channel has no token."), permanent=True, concerns_channel=True)
        headers = {"x-viber-auth-token": self._token, "content-type": "application/json", "accept": "application/json"}
        answer = exchange(
            "POST", f"{self._base_url}/pa/{method}", headers=headers, content=as_json_body(body), acts=acts
        )
        refusal = refusal_in(answer, acts=acts)
        if refusal is not None:
            raise refusal
        return read_object(answer)


def download(url: str) -> bytes:
    """The bytes of a customer's file; it lies at an address of Viber's that needs no token, so none is sent."""
    answer = exchange("GET", url, headers={}, max_bytes=MAX_ANSWER_BYTES)
    if answer.status != 200:
        is_passing = answer.status >= 500 or answer.status in (408, 425, 429)
        text = _("Viber does not hand out the file (%(status)d).") % {"status": answer.status}
        raise AdapterError("file_gone", text, permanent=not is_passing)
    return answer.content
