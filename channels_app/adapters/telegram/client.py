"""Calls to the Bot API. The token is part of every address, so no address ever reaches an error or a log."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError
from channels_app.adapters.provider_calls import FilePart, as_json_body, as_multipart, exchange, read_object, text_of
from channels_app.adapters.telegram.errors import as_refusal

API_URL = "https://api.telegram.org"
MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
MAX_UPDATES_BYTES = 20 * 1024 * 1024
ALLOWED_UPDATES = (
    "message", "edited_message", "callback_query", "my_chat_member", "message_reaction", "business_connection",
    "business_message", "edited_business_message", "deleted_business_messages",
)  # fmt: skip


class TelegramClient:
    """One bot's way to the Bot API. Every method raises AdapterError."""

    def __init__(self, *, token: str, base_url: str = API_URL) -> None:
        self._token = token
        self._base_url = base_url.rstrip("/")

    def ask(self, method: str, **parameters: Any) -> Any:
        """The result of a method that changes nothing that a customer sees."""
        return self._call(method, parameters, acts=False)

    def act(self, method: str, parameters: Mapping[str, Any], *, file: FilePart | None = None) -> dict[str, Any]:
        """The result of a method that sends something: a lost answer is uncertain."""
        result = self._call(method, parameters, acts=True, file=file)
        return result if isinstance(result, dict) else {}

    def updates(self, *, offset: int | None, limit: int) -> Sequence[Mapping[str, Any]]:
        """What waits from ``offset`` on (None: from the oldest), at most ``limit``; asking confirms everything before."""
        parameters: dict[str, Any] = {"limit": limit, "timeout": 0, "allowed_updates": list(ALLOWED_UPDATES)}
        if offset is not None:
            parameters["offset"] = offset
        result = self._call("getUpdates", parameters, acts=False, max_bytes=MAX_UPDATES_BYTES)
        if not isinstance(result, list) or not all(isinstance(update, dict) for update in result):
            raise AdapterError("invalid_answer", _("Telegram's answer cannot be read."), permanent=False)
        return result

    def download(self, file_id: str) -> bytes:
        """The bytes of a file, up to 20 MB: more the Bot API hands out to nobody."""
        found = self.ask("getFile", file_id=file_id)
        path = text_of(found.get("file_path"), limit=1000) if isinstance(found, dict) else ""
        if not path:
            raise AdapterError("file_gone", _("Telegram has not kept this file."), permanent=True)
        url = f"{self._base_url}/file/bot{quote(self._token, safe=':')}/{quote(path)}"
        answer = exchange("GET", url, headers={}, max_bytes=MAX_DOWNLOAD_BYTES)
        if answer.status != 200:
            raise as_refusal(answer, acts=False)
        return answer.content

    def _call(
        self,
        method: str,
        parameters: Mapping[str, Any],
        *,
        acts: bool,
        file: FilePart | None = None,
        max_bytes: int = 2 * 1024 * 1024,
    ) -> Any:
        if not self._token:
            raise AdapterError("no_token", _("This channel has no bot token."), permanent=True, concerns_channel=True)
        if file is None:
            content, content_type = as_json_body(parameters), "application/json"
        else:
            content, content_type = as_multipart({key: _as_field(value) for key, value in parameters.items()}, file)
        url = f"{self._base_url}/bot{quote(self._token, safe=':')}/{method}"
        headers = {"content-type": content_type, "accept": "application/json"}
        answer = exchange("POST", url, headers=headers, content=content, acts=acts, max_bytes=max_bytes)
        document = read_object(answer)
        if answer.status == 200 and document.get("ok") is True:
            return document.get("result")
        if answer.status == 200 and not document:
            text = _("Telegram's answer cannot be read.")
            raise AdapterError("invalid_answer", text, permanent=False, is_uncertain=acts)
        raise as_refusal(answer, acts=acts)


def _as_field(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
