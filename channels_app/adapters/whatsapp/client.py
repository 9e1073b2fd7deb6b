"""The Cloud API over HTTP: the only file that knows its addresses."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError
from channels_app.adapters.meta.graph import FACEBOOK_URL, GraphClient
from channels_app.adapters.provider_calls import FilePart
from channels_app.adapters.whatsapp.errors import refusal_of
from helpdesk.common import http

MAX_MEDIA_BYTES = 25 * 1024 * 1024
MOST_PAGES = 100
PAGE_SIZE = "100"
# Where Meta keeps the files that its API points at; the token goes nowhere else.
MEDIA_HOSTS = (".fbsbx.com", ".facebook.com", ".whatsapp.net", ".fbcdn.net")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,200}")


class WhatsAppClient(GraphClient):
    """One phone number's way to the Cloud API. Every method raises AdapterError."""

    def __init__(self, *, token: str, phone_number_id: str, base_url: str = "") -> None:
        super().__init__(token=token, base_url=base_url or FACEBOOK_URL)
        self._phone_number_id = phone_number_id
        self._own_host = urlsplit(base_url or FACEBOOK_URL).hostname or ""

    def refusal_of(self, answer: http.HttpAnswer) -> AdapterError:
        return refusal_of(answer)

    def send(self, body: Mapping[str, Any]) -> str:
        """Send one message; returns its id (wamid)."""
        answer = self.post(f"{self._phone_number_id}/messages", body)
        messages = answer.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        given = first.get("id") if isinstance(first, dict) else None
        if not isinstance(given, str) or not 0 < len(given) <= 1000:
            # It said yes without naming the message: it may be on its way.
            text = _("WhatsApp took the message and named no id for it.")
            raise AdapterError("invalid_answer", text, permanent=False, is_uncertain=True)
        return given

    def upload_file(self, *, name: str, content_type: str, content: bytes) -> str:
        """Upload a file to be sent; returns its media id. Doing it twice harms nobody."""
        fields = {"messaging_product": "whatsapp", "type": content_type}
        file = FilePart(field="file", name=name, content_type=content_type, content=content)
        given = self.upload(f"{self._phone_number_id}/media", fields, file).get("id")
        if not isinstance(given, str) or not _ID.fullmatch(given):
            text = _("WhatsApp took the file and named no id for it.")
            raise AdapterError("invalid_answer", text, permanent=False)
        return given

    def fetch_file(self, media_id: str) -> bytes:
        """The bytes of a file that a customer sent, at most 25 MB, as long as WhatsApp keeps it (30 days)."""
        if not _ID.fullmatch(media_id):
            raise AdapterError("invalid_media", _("This is no file of WhatsApp's."), permanent=True)
        told = self.read(media_id, phone_number_id=self._phone_number_id)
        size = told.get("file_size")
        if str(size).isascii() and str(size).isdigit() and int(str(size)) > MAX_MEDIA_BYTES:
            raise AdapterError("too_large", _("The file is larger than 25 MB."), permanent=True)
        content = self.fetch_url(str(told.get("url") or ""))
        wanted = str(told.get("sha256") or "").lower()
        if re.fullmatch(r"[0-9a-f]{64}", wanted) and hashlib.sha256(content).hexdigest() != wanted:
            raise AdapterError("media_damaged", _("The file arrived damaged."), permanent=False)
        return content

    def fetch_url(self, url: str) -> bytes:
        """The bytes behind an address that the API named; the token is only shown to Meta's own hosts."""
        host = (urlsplit(url).hostname or "").lower() if url else ""
        is_kept_there = url.startswith("https://") and f".{host}".endswith(MEDIA_HOSTS)
        if not host or (host != self._own_host and not is_kept_there):
            raise AdapterError("foreign_media_host", _("The file is not kept at WhatsApp."), permanent=True)
        headers = {"authorization": f"Bearer {self._token}"}
        try:
            answer = http.call("GET", url, headers=headers, max_bytes=MAX_MEDIA_BYTES)
        except http.HttpError as error:
            raise AdapterError(error.code, error.message, permanent=error.is_permanent) from error
        if answer.status == 200:
            return answer.content
        refusal = self.refusal_of(answer)
        # An address is good for five minutes; the next attempt asks for a new one.
        refusal.permanent = refusal.permanent and answer.status not in (401, 403, 404)
        raise refusal

    def templates(self, account_id: str) -> Iterator[dict[str, Any]]:
        """Every template of the account, page by page."""
        after = ""
        names = "id,name,language,category,status,components,rejected_reason"
        for _page in range(MOST_PAGES):
            parameters = {"fields": names, "limit": PAGE_SIZE} | ({"after": after} if after else {})
            answer = self.read(f"{account_id}/message_templates", **parameters)
            rows = answer.get("data")
            yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
            after = _next_cursor(answer)
            if not after:
                return
        text = _("WhatsApp names more templates than there can be.")
        raise AdapterError("too_many_pages", text, permanent=True)


def _next_cursor(answer: Mapping[str, Any]) -> str:
    paging = answer.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) and len(after) <= 2000 else ""
