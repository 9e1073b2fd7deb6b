"""Calls to the Google Business Profile API, version 4."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, ChannelConfig
from channels_app.adapters.google_reviews.tokens import access_token
from channels_app.adapters.provider_calls import as_json_body, exchange, read_object, text_of, wait_seconds
from helpdesk.common import http

BASE_URL = "https://mybusiness.googleapis.com/v4"
PAGE_SIZE = 50  # the most that Google gives
QUOTA_WAIT_SECONDS = 120.0


class GoogleClient:
    """One location of one account. Every call raises AdapterError; an access token that is refused is replaced once."""

    def __init__(self, channel: ChannelConfig) -> None:
        self._channel = channel
        self.location = str(channel.config.get("location") or "").strip("/")
        self._base = str(channel.config.get("base_url") or BASE_URL).rstrip("/")

    def list_reviews(self, page_token: str = "") -> dict[str, Any]:
        """One page, newest change first."""
        query = {"pageSize": str(PAGE_SIZE), "orderBy": "updateTime desc"}
        if page_token:
            query["pageToken"] = page_token
        return read_object(self._call("GET", f"/{self._place()}/reviews?{urlencode(query)}"))

    def has_review(self, name: str) -> bool:
        """Whether the review still stands there."""
        try:
            self._call("GET", f"/{quote(name)}")
        except AdapterError as error:
            if error.code == "not_found":
                return False
            raise
        return True

    def put_reply(self, name: str, comment: str) -> dict[str, Any]:
        """Publish our answer, or put it in the place of the earlier one."""
        return read_object(self._call("PUT", f"/{quote(name)}/reply", {"comment": comment}))

    def delete_reply(self, name: str) -> None:
        """Take our answer down; none there is fine."""
        try:
            self._call("DELETE", f"/{quote(name)}/reply")
        except AdapterError as error:
            if error.code != "not_found":
                raise

    def _place(self) -> str:
        if not self.location:
            raise AdapterError("no_location", _("Enter the location whose reviews are to be read."), permanent=True)
        return quote(self.location)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> http.HttpAnswer:
        token = access_token(self._channel)
        answer = self._exchange(method, path, body, token)
        if answer.status == 401:
            answer = self._exchange(method, path, body, access_token(self._channel, refused=token))
        if 200 <= answer.status < 300:
            return answer
        raise _refusal(answer)

    def _exchange(self, method: str, path: str, body: Mapping[str, Any] | None, token: str) -> http.HttpAnswer:
        # Putting the same answer twice is putting it once: nothing is uncertain here.
        return exchange(
            method,
            f"{self._base}{path}",
            headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
            content=as_json_body(body) if body is not None else None,
        )


def _refusal(answer: http.HttpAnswer) -> AdapterError:
    """Google's error in our words (https://cloud.google.com/apis/design/errors)."""
    error = read_object(answer).get("error")
    details = error if isinstance(error, dict) else {}
    status = text_of(details.get("status"), limit=40)
    words = {"reason": text_of(details.get("message")) or f"HTTP {answer.status}"}
    if answer.status == 429:
        text = _("Google's quota is used up: %(reason)s")
        wait = wait_seconds(answer.headers.get("retry-after", "")) or QUOTA_WAIT_SECONDS
        return AdapterError("quota", text % words, permanent=False, retry_after_seconds=wait)
    if answer.status >= 500:
        return AdapterError("provider_down", _("Google cannot answer now: %(reason)s") % words, permanent=False)
    if answer.status == 401:
        text = _("Google does not accept the access of this account: %(reason)s")
        return AdapterError("unauthenticated", text % words, permanent=True, concerns_channel=True)
    if answer.status == 403:
        text = _(
            "This Google account may not do that. Is the Business Profile API approved for the project, and is the account "
            "an owner or manager of the location? Google says: %(reason)s"
        )
        return AdapterError("permission_denied", text % words, permanent=True, concerns_channel=True)
    if answer.status == 404:
        return AdapterError("not_found", _("Google does not have that any more: %(reason)s") % words, permanent=True)
    code = "invalid_argument" if status == "INVALID_ARGUMENT" else f"http_{answer.status}"
    return AdapterError(code, _("Google refuses this: %(reason)s") % words, permanent=True)
