"""Calls to LINE's Messaging API."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError
from channels_app.adapters.line.errors import as_refusal
from channels_app.adapters.provider_calls import as_json_body, exchange, read_object, text_of
from helpdesk.common.http import MAX_ANSWER_BYTES, HttpAnswer

API_URL = "https://api.line.me"
DATA_URL = "https://api-data.line.me"


class LineClient:
    """One channel's way to LINE. Every method raises AdapterError."""

    def __init__(self, *, token: str, base_url: str = API_URL, data_url: str = DATA_URL) -> None:
        self._token = token
        self._base_url = base_url.rstrip("/")
        self._data_url = data_url.rstrip("/")

    def read(self, path: str) -> dict[str, Any]:
        """GET an object."""
        return read_object(self._checked(self._exchange("GET", path)))

    def change(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change or test a setting of the channel."""
        return read_object(self._checked(self._exchange(method, path, body)))

    def reply(self, token: str, messages: Sequence[Mapping[str, Any]]) -> str:
        """Answer an event, free of charge; the id of the sent message."""
        answer = self._exchange("POST", "message/reply", {"replyToken": token, "messages": messages}, acts=True)
        return _sent_id(self._checked(answer, acts=True))

    def push(self, user_id: str, messages: Sequence[Mapping[str, Any]], *, retry_key: str) -> str:
        """Send by ourselves, counted by LINE; repeated under the same key it is sent once. The id of the sent message."""
        headers = {"x-line-retry-key": retry_key}
        answer = self._exchange(
            "POST", "message/push", {"to": user_id, "messages": messages}, headers=headers, acts=True
        )
        # 409: an earlier attempt with this key was accepted, and what it sent is told once more.
        return _sent_id(answer if answer.status == 409 else self._checked(answer, acts=True))

    def download(self, message_id: str) -> bytes:
        """The bytes of a picture, video, recording or file of a message."""
        url = f"{self._data_url}/v2/bot/message/{quote(message_id, safe='')}/content"
        answer = exchange("GET", url, headers=self._headers(), max_bytes=MAX_ANSWER_BYTES)
        if answer.status == 202:
            raise AdapterError("media_processing", _("LINE is still preparing the file."), permanent=False)
        return self._checked(answer).content

    def download_elsewhere(self, url: str) -> bytes:
        """The bytes of a file that lies with somebody else, who never sees our token."""
        return self._checked(exchange("GET", url, headers={}, max_bytes=MAX_ANSWER_BYTES)).content

    def _headers(self) -> dict[str, str]:
        if not self._token:
            text = _("This channel has no access token.")
            raise AdapterError("no_token", text, permanent=True, concerns_channel=True)
        return {"authorization": f"Bearer {self._token}", "accept": "application/json"}

    def _exchange(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        acts: bool = False,
    ) -> HttpAnswer:
        sent = {**self._headers(), **(headers or {})}
        content = None
        if body is not None:
            sent["content-type"], content = "application/json", as_json_body(body)
        return exchange(method, f"{self._base_url}/v2/bot/{path}", headers=sent, content=content, acts=acts)

    def _checked(self, answer: HttpAnswer, *, acts: bool = False) -> HttpAnswer:
        if answer.status != 200:
            raise as_refusal(answer, acts=acts)
        return answer


def _sent_id(answer: HttpAnswer) -> str:
    sent = read_object(answer).get("sentMessages")
    first = sent[0] if isinstance(sent, list) and sent else None
    return text_of(first.get("id"), limit=100) if isinstance(first, dict) else ""
