"""Health probes and error pages. Neither tells a stranger anything about the inside."""

import logging

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

_CODES = {400: "bad_request", 403: "forbidden", 404: "not_found", 500: "internal_error"}


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 while the process answers; touches nothing else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when requests can be served, that is when the database answers; else 503. The broker is not needed for that."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        logger.warning("not ready: the database does not answer", exc_info=True)
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


def _answer(request: HttpRequest, status: int, message: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"code": _CODES[status], "message": message, "fields": {}}, status=status)
    # Without the request: its context processors ask the database, which may be what is broken.
    return HttpResponse(render_to_string(f"{status}.html", {"message": message}), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400, _("The server could not make sense of this request."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, _("You may not do this. If you should, ask an administrator for the right."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, _("There is nothing here, or nothing that you may see."))


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose CSRF token does not fit: mostly a page left open over a new sign-in."""
    return _answer(
        request,
        403,
        _(
            "This page was open for too long, or you signed in again meanwhile. Go back, reload it and send it once more."
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(
        request, 500, _("Something went wrong on our side. It has been written down; please try again in a moment.")
    )
