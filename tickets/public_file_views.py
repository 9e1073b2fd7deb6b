"""The door through which providers fetch files of our answers: who knows the signed link may read, nobody else."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from helpdesk.common.errors import NotVisible, TooManyRequests
from helpdesk.common.network import address_for_limits
from helpdesk.common.text import clean_file_name
from helpdesk.core.services import count_and_check
from tickets.services.files import open_file, type_by_magic
from tickets.services.public_files import find_public_file

WRONG_TOKENS_A_MINUTE = 20
FETCHES_A_MINUTE = 60  # of one file: a provider retries, a crowd is none of ours
_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
# Providers refuse files without their type. These are named, and only when the first bytes prove them; the rest is a download.
_NAMED_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/", "application/pdf")


@require_safe
def public_file(request: HttpRequest, token: str, name: str = "") -> HttpResponse:
    """The bytes, always as a download. 404 for a token that is not ours, has expired, or whose file is gone; 429 above the limits."""
    try:
        try:
            attachment = find_public_file(token)
            count_and_check(f"public-file:{attachment.pk}", limit=FETCHES_A_MINUTE, window_seconds=60)
            content = open_file(attachment)
        except NotVisible:
            key = f"public-file-missed:{address_for_limits(request)}"
            count_and_check(key, limit=WRONG_TOKENS_A_MINUTE, window_seconds=60)
            return HttpResponse(status=404)
    except TooManyRequests as refusal:
        return HttpResponse(status=429, headers={"Retry-After": str(refusal.retry_after_seconds)})
    kind = type_by_magic(content, "")
    response = HttpResponse(content, content_type=kind if kind.startswith(_NAMED_TYPES) else "application/octet-stream")
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, clean_file_name(attachment.name)) or "attachment"
    )
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response
