"""Calls to X's API v2, each signed for the account; media only from X's own hosts."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, OutboundAttachment
from channels_app.adapters.provider_calls import (
    FilePart,
    as_json_body,
    as_multipart,
    exchange,
    number_of,
    read_object,
    text_of,
)
from channels_app.adapters.x.errors import as_refusal, reset_seconds
from channels_app.adapters.x.oauth import Keys, authorization
from helpdesk.common.http import MAX_ANSWER_BYTES, HttpAnswer

API_URL = "https://api.x.com"
_CHUNK_BYTES = 4 * 1024 * 1024
_PROCESSING_SECONDS = 30.0
_MEDIA_HOSTS = (".twimg.com", ".x.com", ".twitter.com")
# Pictures of direct messages are private; those of posts are fetched by everybody.
_SIGNED_HOSTS = (".x.com", ".twitter.com")


@dataclass(frozen=True, kw_only=True)
class Page:
    """An answer of a list. ``wait_seconds``: the limit is used up, the next call may come after that."""

    document: Mapping[str, Any]
    wait_seconds: float = 0.0


class XClient:
    """One account's way to X. Every method raises AdapterError."""

    def __init__(self, *, keys: Keys, base_url: str = API_URL) -> None:
        self._keys = keys
        self._base_url = base_url.rstrip("/")

    def read(self, path: str, **parameters: str) -> Page:
        """GET; a used-up limit is said on the page and raises nothing before the next call."""
        answer = self._exchange("GET", path, parameters)
        if answer.status != 200:
            raise as_refusal(answer, acts=False)
        is_last = answer.headers.get("x-rate-limit-remaining") == "0"
        return Page(document=read_object(answer), wait_seconds=reset_seconds(answer) if is_last else 0.0)

    def act(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST what people will see; the ``data`` of the answer."""
        return self._post(path, as_json_body(body), "application/json", acts=True)

    def upload(self, attachment: OutboundAttachment, *, category: str) -> str:
        """The id of an uploaded file that is ready to be sent."""
        content = attachment.open_content()
        wanted = {"media_type": attachment.content_type, "total_bytes": len(content), "media_category": category}
        started = self._post("media/upload/initialize", as_json_body(wanted), "application/json")
        media_id = text_of(started.get("id"), limit=100)
        if not media_id:
            raise AdapterError("invalid_answer", _("X's answer cannot be read."), permanent=False)
        for index, start in enumerate(range(0, len(content), _CHUNK_BYTES)):
            part = FilePart(
                field="media",
                name=attachment.name,
                content_type=attachment.content_type,
                content=content[start : start + _CHUNK_BYTES],
            )
            body, content_type = as_multipart({"segment_index": str(index)}, part)
            self._post(f"media/upload/{quote(media_id, safe='')}/append", body, content_type)
        done = self._post(f"media/upload/{quote(media_id, safe='')}/finalize", b"", "application/json")
        self._await_ready(media_id, done.get("processing_info"))
        return media_id

    def _await_ready(self, media_id: str, processing: Any) -> None:
        """Videos are converted first: ask as X says, for half a minute. Nothing has been sent then, so all may be tried again."""
        deadline = monotonic() + _PROCESSING_SECONDS
        while isinstance(processing, dict) and processing.get("state") != "succeeded":
            if processing.get("state") == "failed":
                raise AdapterError("file_refused", _("X could not use the file."), permanent=True)
            pause = number_of(processing.get("check_after_secs"))
            if monotonic() + pause > deadline:
                raise AdapterError("media_processing", _("X is still converting the video."), permanent=False)
            sleep(pause)
            found = self.read("media/upload", command="STATUS", media_id=media_id).document.get("data")
            processing = found.get("processing_info") if isinstance(found, dict) else None

    def download(self, url: str) -> bytes:
        """The bytes of a picture or video. Raises AdapterError for an address that is not X's."""
        host = f".{(urlsplit(url).hostname or '').lower()}"
        is_base = url.startswith(f"{self._base_url}/")
        if not is_base and not (url.startswith("https://") and host.endswith(_MEDIA_HOSTS)):
            raise AdapterError("foreign_address", _("This file does not lie with X."), permanent=True)
        headers = {}
        if (is_base or host.endswith(_SIGNED_HOSTS)) and self._keys.is_complete:
            headers["authorization"] = authorization(self._keys, "GET", url)
        answer = exchange("GET", url, headers=headers, max_bytes=MAX_ANSWER_BYTES)
        if answer.status != 200:
            raise as_refusal(answer, acts=False)
        return answer.content

    def _post(self, path: str, content: bytes, content_type: str, *, acts: bool = False) -> dict[str, Any]:
        answer = self._exchange("POST", path, {}, content=content, content_type=content_type, acts=acts)
        if not 200 <= answer.status < 300:
            raise as_refusal(answer, acts=acts)
        data = read_object(answer).get("data")
        return data if isinstance(data, dict) else {}

    def _exchange(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str],
        *,
        content: bytes | None = None,
        content_type: str = "",
        acts: bool = False,
    ) -> HttpAnswer:
        if not self._keys.is_complete:
            text = _("This channel lacks keys: all four are needed.")
            raise AdapterError("no_keys", text, permanent=True, concerns_channel=True)
        url = f"{self._base_url}/2/{path}" + (f"?{urlencode(parameters)}" if parameters else "")
        headers = {"authorization": authorization(self._keys, method, url), "accept": "application/json"}
        if content_type:
            headers["content-type"] = content_type
        return exchange(method, url, headers=headers, content=content, acts=acts, max_bytes=MAX_ANSWER_BYTES)
