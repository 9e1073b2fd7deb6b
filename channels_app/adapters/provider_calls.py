"""What calls to messaging providers have in common: transport failures in our words, bounded answers, uploads.

No address is ever quoted: some providers want their token in it.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from channels_app.adapters.base import AdapterError, OutboundAttachment
from helpdesk.common import http
from helpdesk.common.clock import now
from helpdesk.common.text import one_line

MAX_ANSWER_BYTES = 2 * 1024 * 1024
MAX_WAIT_SECONDS = 24 * 3600.0
_BLOTTED_UP_TO_BYTES = 64 * 1024
_SHORTEST_CREDENTIAL = 16


@dataclass(frozen=True, kw_only=True)
class FilePart:
    """A file of an upload under the name of its form field."""

    field: str
    name: str
    content_type: str
    content: bytes

    @classmethod
    def of(cls, attachment: OutboundAttachment, *, field: str) -> "FilePart":
        """The part for a file of ours; reads its bytes."""
        return cls(
            field=field,
            name=attachment.name,
            content_type=attachment.content_type,
            content=attachment.open_content(),
        )


def exchange(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: bytes | None = None,
    acts: bool = False,
    max_bytes: int = MAX_ANSWER_BYTES,
) -> http.HttpAnswer:
    """One call, whatever its status. Raises AdapterError where no answer came; uncertain only for what ``acts``.

    An answer that repeats our credentials comes without them: a provider's words go into errors that people read.
    """
    try:
        answer = http.call(method, url, headers=headers, content=content, max_bytes=max_bytes)
    except http.HttpError as error:
        raise AdapterError(
            error.code, error.message, permanent=error.is_permanent, is_uncertain=acts and error.was_sent
        ) from None
    return _without_credentials(answer, url, headers)


def _without_credentials(answer: http.HttpAnswer, url: str, headers: Mapping[str, str]) -> http.HttpAnswer:
    if len(answer.content) > _BLOTTED_UP_TO_BYTES:
        return answer
    shown = [value.split()[-1:] for name, value in headers.items() if name == "authorization" or name.endswith("token")]
    credentials = [word for words in shown for word in words]
    if answer.status != 200:  # some stand in the address; what is looked up successfully may be named there too
        credentials += [part.removeprefix("bot") for part in re.split(r"[/?&=]", url)]
    content = answer.content
    for credential in credentials:
        if len(credential) >= _SHORTEST_CREDENTIAL:
            content = content.replace(credential.encode("utf-8", "replace"), b"[redacted]")
    return replace(answer, content=content)


def as_json_body(value: Mapping[str, Any]) -> bytes:
    """The bytes of a JSON body; characters that cannot be encoded are replaced."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def read_object(answer: http.HttpAnswer) -> dict[str, Any]:
    """The JSON object in an answer; empty for everything else (a page of a proxy, a cut answer)."""
    try:
        document = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def text_of(value: Any, *, limit: int = 300) -> str:
    """A provider's words as one line; "" for what is no text."""
    return one_line(value[:limit]) if isinstance(value, str) else ""


def number_of(value: Any) -> int:
    """A whole number, also written as digits; 0 for everything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def wait_seconds(written: Any) -> float | None:
    """Seconds to wait as a provider gave them: a number, its digits, or a date (RFC 9110, 10.2.3); at most a day."""
    seconds = float(number_of(written))
    if not seconds and isinstance(written, str) and written:
        try:
            moment: datetime = parsedate_to_datetime(written)
        except (TypeError, ValueError, OverflowError, IndexError):
            return None
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        seconds = (moment - now()).total_seconds()
    return min(seconds, MAX_WAIT_SECONDS) if seconds > 0 else None


def as_multipart(fields: Mapping[str, str], file: FilePart) -> tuple[bytes, str]:
    """(body, content type) of a form with a file (RFC 7578). No name can end a header."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\ncontent-disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\ncontent-disposition: form-data; name="{_quoted(file.field)}"; filename="{_quoted(file.name)}"\r\n'
        f"content-type: {_quoted(file.content_type) or 'application/octet-stream'}\r\n\r\n"
    )
    body = "".join([*parts, head]).encode("utf-8", "replace") + file.content + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def _quoted(value: str) -> str:
    return one_line(value).replace("\\", "_").replace('"', "%22")
