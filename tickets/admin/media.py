"""Recordings and films of customers for the players on the timeline, piece by piece as a player asks for them."""

import re
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse

from tickets.admin.doors import AgentRequest
from tickets.admin.files import lock_down
from tickets.models import Ticket
from tickets.selectors.timeline import attachment_of
from tickets.services.files import read_part, type_by_magic

# What browsers play; decided by the bytes when it is asked for: a claimed type proves nothing.
PLAYED = {
    "audio/ogg": "audio", "audio/mpeg": "audio", "audio/mp4": "audio", "audio/x-m4a": "audio", "audio/aac": "audio",
    "audio/wav": "audio", "audio/x-wav": "audio", "audio/webm": "audio", "video/mp4": "video", "video/webm": "video",
    "video/ogg": "video",
}  # fmt: skip
MOST_AT_ONCE = 2 * 1024 * 1024
_RANGE = re.compile(r"bytes=(\d{0,12})-(\d{0,12})")
_HEAD_BYTES = 8192


def player_of(attachment: Any) -> str:
    """Whether a file is played as "audio" or "video"; "" for what no browser plays."""
    return PLAYED.get(attachment.content_type, "") if attachment.storage_key else ""


def play(request: AgentRequest, ticket: Ticket, uuid: UUID) -> HttpResponse:
    """The bytes that a player asks for by ``Range`` (RFC 9110, 14): 206 with at most 2 MB of them, 416 beyond the end.

    Without a range the whole file is answered.
    """
    attachment = attachment_of(ticket_id=ticket.pk, uuid=uuid)
    if attachment is None:
        raise Http404
    kind = type_by_magic(read_part(attachment, start=0, length=_HEAD_BYTES), "")
    if kind not in PLAYED:
        raise Http404
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is not None and not any(asked.groups()):
        asked = None  # "bytes=-" names no piece
    span = _span(asked, attachment.size) if asked is not None else (0, attachment.size - 1)
    if span is None:
        response = HttpResponse(status=416)
        response.headers["Content-Range"] = f"bytes */{attachment.size}"
        return lock_down(response)
    first, last = span
    content = read_part(attachment, start=first, length=last - first + 1)
    response = HttpResponse(content, content_type=kind, status=206 if asked is not None else 200)
    if asked is not None:
        response.headers["Content-Range"] = f"bytes {first}-{first + len(content) - 1}/{attachment.size}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return lock_down(response)


def _span(asked: re.Match[str], size: int) -> tuple[int, int] | None:
    """(first, last) byte of one range; None where it lies beyond the file."""
    start, end = asked.groups()
    if not start:  # the last so many bytes
        first, last = max(0, size - int(end)), size - 1
        return (first, last) if int(end) and size else None
    first = int(start)
    last = min(int(end), size - 1) if end else size - 1
    if first >= size or last < first:
        return None
    return first, min(last, first + MOST_AT_ONCE - 1)
