"""Calls to WeChat's API; every one carries the account's token, which all processes share."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, ChannelConfig
from channels_app.adapters.provider_calls import (
    FilePart,
    as_json_body,
    as_multipart,
    exchange,
    number_of,
    read_object,
    text_of,
)
from channels_app.adapters.wechat.errors import TOKEN_CODES, as_adapter_error
from helpdesk.common import http
from helpdesk.core.access_tokens import shared_token, token_key

BASE_URL = "https://api.weixin.qq.com"
MAX_MEDIA_BYTES = 25 * 1024 * 1024


class WeChatClient:
    """One Official Account. Every call raises AdapterError; a token that has ended is replaced once."""

    def __init__(self, channel: ChannelConfig) -> None:
        self._app_id = str(channel.config.get("app_id") or "")
        self._app_secret = str(channel.secrets.get("app_secret") or "")
        self._base = str(channel.config.get("base_url") or BASE_URL).rstrip("/")

    def send(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """A customer-service message."""
        return self._call("POST", "/cgi-bin/message/custom/send", content=as_json_body(message), acts=True)

    def upload(self, file: FilePart, *, kind: str) -> str:
        """The media id of a file that WeChat keeps for three days; ``kind`` is image, voice or video."""
        body, content_type = as_multipart({}, file)
        answer = self._call("POST", "/cgi-bin/media/upload", {"type": kind}, content=body, content_type=content_type)
        media_id = text_of(answer.get("media_id"))
        if not media_id:
            raise AdapterError("invalid_answer", _("WeChat's answer cannot be read."), permanent=False)
        return media_id

    def download(self, media_id: str) -> http.HttpAnswer:
        """The bytes of a file of a customer, size-capped."""
        answer = self._exchange("GET", "/cgi-bin/media/get", {"media_id": media_id}, max_bytes=MAX_MEDIA_BYTES)
        # Films come from another server; everything else that is JSON is a refusal, whatever its type says.
        url = text_of(read_object(answer).get("video_url"), limit=2000) if _is_json(answer) else ""
        if url:
            answer = exchange("GET", url, headers={}, max_bytes=MAX_MEDIA_BYTES)
        if answer.status != 200 or (_is_json(answer) and read_object(answer)):
            raise AdapterError("media_refused", _("WeChat does not give the file."), permanent=answer.status < 500)
        return answer

    def callback_addresses(self) -> int:
        """How many addresses WeChat calls us from: an interface that every account may ask."""
        found = self._call("GET", "/cgi-bin/getcallbackip").get("ip_list")
        return len(found) if isinstance(found, list) else 0

    def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        content: bytes | None = None,
        content_type: str = "application/json",
        acts: bool = False,
    ) -> dict[str, Any]:
        answer = self._exchange(method, path, query or {}, content=content, content_type=content_type, acts=acts)
        document = read_object(answer)
        if answer.status >= 500 or not document:
            # It may have acted before it failed.
            text = _("WeChat's answer cannot be read (%(status)d).") % {"status": answer.status}
            raise AdapterError(f"http_{answer.status}", text, permanent=False, is_uncertain=acts)
        return document

    def _exchange(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        *,
        content: bytes | None = None,
        content_type: str = "application/json",
        acts: bool = False,
        max_bytes: int = 2 * 1024 * 1024,
    ) -> http.HttpAnswer:
        """One call, and a second one with a new token where the first one's had ended. Raises AdapterError for a return code."""
        token = self._token()
        for attempt in (1, 2):
            url = f"{self._base}{path}?{urlencode({'access_token': token, **query})}"
            answer = exchange(
                method, url, headers={"content-type": content_type}, content=content, acts=acts, max_bytes=max_bytes
            )
            code, words = _return_code(answer)
            if code == 0:
                return answer
            if code not in TOKEN_CODES or attempt == 2:
                raise as_adapter_error(code, words)
            token = self._token(refused=token)
        raise AssertionError("the second attempt answers or raises")

    def _token(self, *, refused: str = "") -> str:
        if not self._app_id or not self._app_secret:
            raise AdapterError(
                "no_credentials", _("Enter AppID and AppSecret first."), permanent=True, concerns_channel=True
            )
        key = token_key("wechat", self._app_id, self._app_secret)
        return shared_token(key, fetch=self._fetch_token, refused=refused)

    def _fetch_token(self) -> tuple[str, float]:
        """The account's stable token: asking again gives the same one until five minutes before its end."""
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._app_secret,
            "force_refresh": False,
        }
        answer = exchange(
            "POST",
            f"{self._base}/cgi-bin/stable_token",
            headers={"content-type": "application/json"},
            content=as_json_body(body),
        )
        document = read_object(answer)
        token = text_of(document.get("access_token"), limit=1000)
        if token:
            return token, float(number_of(document.get("expires_in")) or 7200)
        code, words = _return_code(answer)
        if code:
            raise as_adapter_error(code, words)
        raise AdapterError(f"http_{answer.status}", _("WeChat gives no access token at the moment."), permanent=False)


def _is_json(answer: http.HttpAnswer) -> bool:
    return answer.content[:1] == b"{" and len(answer.content) < 64 * 1024


def _return_code(answer: http.HttpAnswer) -> tuple[int, str]:
    """(errcode, errmsg); (0, "") where the answer has none."""
    document = read_object(answer) if _is_json(answer) else {}
    code = document.get("errcode")
    return (code if isinstance(code, int) and not isinstance(code, bool) else 0), text_of(document.get("errmsg"))
