"""The page on which a customer hands in what was asked for: works without script, cookie or session.

It is exempt from the CSRF check because the token in its address is the right to hand something in. It says nothing of the ticket, not even
the question: whoever comes by the link sees what kind of thing is wanted, and whose brand asks. GET and HEAD write nothing.
"""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helpdesk.common.errors import Conflict, InvalidInput, TooManyRequests
from helpdesk.common.network import address_for_limits
from helpdesk.core.services import count_and_check, read_site_settings
from tickets.models import InformationRequest
from tickets.policies.asking import ACCEPTED, MOST_FILES
from tickets.policies.texts import CaseTexts, texts_for
from tickets.services.asking import is_open, is_whole, request_of_token, texts_of
from tickets.services.handing_in import hand_in

ATTEMPTS_A_MINUTE = 10
_FORM_ROOM = 256 * 1024  # what a form has around its files
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def upload_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows the form or kindly why there is none; POST files what was sent and leads to the thanks.

    400 for a token that was cut off or files that cannot be taken, 404 for a token that is not ours, 410 once nothing is awaited any
    more, 413 above the size limit, 429 above 10 wrong tokens or forms a minute from one address.
    """
    try:
        asked = request_of_token(token)
        if request.method == "POST" or asked is None:
            count_and_check(f"upload:{address_for_limits(request)}", limit=ATTEMPTS_A_MINUTE, window_seconds=60)
        if asked is None:
            return _closed(request, "unknown", 404) if is_whole(token) else _closed(request, "broken", 400)
        if not is_open(asked):
            return _closed(request, "expired", 410, asked)
        return _receive(request, asked) if request.method == "POST" else _show(request, asked)
    except TooManyRequests as refusal:
        response = _closed(request, "busy", 429)
        response["Retry-After"] = str(refusal.retry_after_seconds)
        return response


def _show(request: HttpRequest, asked: InformationRequest) -> HttpResponse:
    if "sent" in request.GET and asked.state == InformationRequest.State.RECEIVED:
        return _render(request, "sent", {}, asked)
    return _form(request, asked)


def _receive(request: HttpRequest, asked: InformationRequest) -> HttpResponse:
    texts = _texts(request, asked)
    # Looked at before anything of the body is read: Django would write any amount of it to disk.
    if _length(request) > settings.HELPDESK_MAX_ATTACHMENT_BYTES + _FORM_ROOM:
        return _form(request, asked, texts.too_large.replace("{size}", str(_megabytes())), 413)
    try:
        uploads = request.FILES.getlist("files")
        files = [(upload.name or "", upload.read(), upload.content_type or "") for upload in uploads]
        hand_in(request=asked, files=files, nonce=request.POST.get("form", ""))
    except Conflict:
        return _closed(request, "expired", 410, asked)
    except TooManyFilesSent:
        return _form(request, asked, texts.too_many.replace("{count}", str(MOST_FILES)), 400)
    except InvalidInput as refusal:
        return _form(request, asked, _words(texts, refusal), 413 if refusal.code == "files_too_large" else 400)
    return _headers(redirect(f"{request.path}?sent"))


def _length(request: HttpRequest) -> int:
    given = str(request.META.get("CONTENT_LENGTH") or "")
    return int(given) if given.isascii() and given.isdigit() else 0


def _words(texts: CaseTexts, refusal: InvalidInput) -> str:
    words = {
        "no_files": texts.nothing_chosen,
        "too_many_files": texts.too_many.replace("{count}", str(MOST_FILES)),
        "files_too_large": texts.too_large.replace("{size}", str(_megabytes())),
        "file_type_refused": texts.wrong_type.replace("{name}", str(refusal.fields.get("file", ""))),
    }
    return words.get(refusal.code, texts.nothing_chosen)


def _megabytes() -> int:
    most: int = settings.HELPDESK_MAX_ATTACHMENT_BYTES
    return most // 1024**2


def _form(request: HttpRequest, asked: InformationRequest, error: str = "", status: int = 200) -> HttpResponse:
    texts = _texts(request, asked)
    is_photo = asked.kind == InformationRequest.Kind.PHOTO
    context = {
        "title": texts.title_photo if is_photo else texts.title_document,
        "rules": texts.rules.replace("{count}", str(MOST_FILES)).replace("{size}", str(_megabytes())),
        "accept": "image/*,video/mp4,video/quicktime" if is_photo else ",".join(sorted(ACCEPTED["document"])),
        "max_files": MOST_FILES,
        "max_bytes": settings.HELPDESK_MAX_ATTACHMENT_BYTES,
        "too_many": texts.too_many.replace("{count}", str(MOST_FILES)),
        "too_large": texts.too_large.replace("{size}", str(_megabytes())),
        "form": uuid.uuid4().hex,
        "error": error,
    }
    return _render(request, "form", context, asked, status)


def _closed(request: HttpRequest, page: str, status: int, asked: InformationRequest | None = None) -> HttpResponse:
    texts = _texts(request, asked)
    context = {"title": getattr(texts, f"{page}_title"), "text": getattr(texts, f"{page}_text")}
    return _render(request, "closed", context, asked, status)


def _texts(request: HttpRequest, asked: InformationRequest | None) -> CaseTexts:
    """The language the customer was asked in; of a stranger, what his browser asks for."""
    if asked is not None:
        return texts_of(asked.ticket, asked.conversation)
    return texts_for(translation.get_language_from_request(request), read_site_settings().default_language)


def _render(
    request: HttpRequest, page: str, context: dict[str, Any], asked: InformationRequest | None, status: int = 200
) -> HttpResponse:
    brand = asked.conversation.channel.brand if asked is not None else None
    shared = {"texts": _texts(request, asked), "brand": brand, "path": request.path}
    return _headers(render(request, f"tickets/upload/{page}.html", {**shared, **context}, status=status))


def _headers(response: HttpResponse) -> HttpResponse:
    response["Content-Security-Policy"] = _POLICY
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = "no-store"
    response["X-Frame-Options"] = "DENY"
    return response
