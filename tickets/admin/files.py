"""What strangers sent, handed out safely: whole mails in a locked frame, files as downloads, pictures by their magic."""

import base64
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from helpdesk.common.errors import NotVisible
from helpdesk.common.html import sanitise_html
from helpdesk.common.text import clean_file_name
from tickets.admin.doors import AgentRequest
from tickets.models import Attachment, Message, Ticket
from tickets.selectors.timeline import attachment_of
from tickets.services.files import open_file, type_by_magic

RASTER_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
MAX_TEXT_SHOWN = 1_000_000
MAX_INLINE_BYTES = 3 * 1024 * 1024

# The frame may load our stylesheet and pictures that are in the answer itself. Nothing runs, submits or fetches.
# "allow-popups" lets a link open a tab of its own. Without allow-same-origin the document is a stranger to our cookies.
FRAME_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; font-src 'none'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


def whole_message(request: AgentRequest, ticket: Ticket, message_id: int) -> HttpResponse:
    """A message as it came, for the frame on the timeline: its cleaned HTML, else its text with quotes and signature."""
    message = Message.objects.filter(pk=message_id, ticket=ticket).defer("headers").first()
    if message is None:
        raise Http404
    context: dict[str, Any] = {"text": (message.text or message.reply_text)[:MAX_TEXT_SHOWN]}
    if message.html and "html_too_deep" not in message.flags:
        cleaned = sanitise_html(message.html, map_cid=_inline_pictures(message))
        context |= {"html": cleaned.html, "has_held_back": "data-hd-src=" in cleaned.html}
    response = render(request, "tickets/mail_frame.html", context)
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _inline_pictures(message: Message) -> Callable[[str], str | None]:
    """Content id -> data URL: a frame without our cookies could not fetch them. Past MAX_INLINE_BYTES they stay out."""
    known = {file.content_id.strip("<>"): file for file in message.attachments.all() if file.content_id}
    budget = [MAX_INLINE_BYTES]

    def source_of(content_id: str) -> str | None:
        file = known.get(content_id.strip("<>"))
        if file is None or file.size > budget[0]:
            return None
        try:
            content = open_file(file)
        except NotVisible:
            return None
        kind = type_by_magic(content, "")
        if kind not in RASTER_TYPES:
            return None
        budget[0] -= len(content)
        return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"

    return source_of


def download(request: AgentRequest, ticket: Ticket, uuid: UUID) -> HttpResponse:
    """A file as a download that no browser runs or shows, whatever it claims to be."""
    attachment = _attachment(ticket, uuid)
    response = HttpResponse(open_file(attachment), content_type="application/octet-stream")
    name = clean_file_name(attachment.name)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return lock_down(response)


def picture(request: AgentRequest, ticket: Ticket, uuid: UUID) -> HttpResponse:
    """A picture to look at; only raster types, and by the magic of the bytes: a claimed type proves nothing."""
    content = open_file(_attachment(ticket, uuid))
    kind = type_by_magic(content, "")
    if kind not in RASTER_TYPES:
        raise Http404
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return lock_down(response)


def _attachment(ticket: Ticket, uuid: UUID) -> Attachment:
    attachment = attachment_of(ticket_id=ticket.pk, uuid=uuid)
    if attachment is None:
        raise Http404
    return attachment


def lock_down(response: HttpResponse) -> HttpResponse:
    """Bytes of strangers with the headers that keep a browser from making anything else of them."""
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
