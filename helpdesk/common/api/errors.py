"""Every refusal of the API in one shape: ``{"code", "message", "fields"}``."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status
from rest_framework.response import Response

from helpdesk.common.errors import HelpdeskError, TooManyRequests

logger = logging.getLogger(__name__)

NON_FIELD_ERRORS = "non_field_errors"
# DRF's words for the same things, brought to ours.
_CODES = {"parse_error": "malformed", "error": "server_error"}


class PayloadTooLarge(exceptions.APIException):
    """The body is longer than this route takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The body is too large.")
    default_code = "payload_too_large"


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to whatever a view raised; None lets Django log an error of ours and answer 500."""
    if isinstance(error, HelpdeskError):
        return _answer_refusal(error)
    if isinstance(error, OperationalError):
        # A statement or lock timeout, a deadlock, a database that restarts: nothing was done, the caller may try again.
        logger.warning("The database could not answer: %s", error)
        body = _body("try_again", _("The database is busy. Please try again in a moment."))
        return Response(body, status=status.HTTP_503_SERVICE_UNAVAILABLE, headers={"Retry-After": "2"})
    known = _as_api_exception(error)
    return None if known is None else _answer_api_exception(known)


def _answer_refusal(error: HelpdeskError) -> Response:
    headers = {}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_seconds)
    return Response(_body(error.code, error.message, error.fields), status=error.status, headers=headers)


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, Http404):
        return exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return PayloadTooLarge()
    if isinstance(error, SuspiciousOperation | UnreadablePostError):
        return exceptions.ParseError()
    return None


def _answer_api_exception(error: exceptions.APIException) -> Response:
    # DRF hangs these two on the exception itself.
    auth_header, wait = getattr(error, "auth_header", None), getattr(error, "wait", None)
    headers = {"WWW-Authenticate": auth_header} if auth_header else {}
    if wait:
        headers["Retry-After"] = str(int(wait))
    if isinstance(error, exceptions.ValidationError):
        fields = dict(_flatten(error.detail))
        general = fields.pop(NON_FIELD_ERRORS, None)
        message = general or _("Some values cannot be used: %(fields)s.") % {"fields": ", ".join(fields)}
        return Response(_body("invalid", message, fields), status=error.status_code, headers=headers)
    code = str(error.detail.code if isinstance(error.detail, exceptions.ErrorDetail) else error.default_code)
    return Response(_body(_CODES.get(code, code), str(error.detail)), status=error.status_code, headers=headers)


def _body(code: str, message: object, fields: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"code": code, "message": str(message), "fields": dict(fields or {})}


def _flatten(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(field, text) for each error; a field inside another is written with dots, an item of a list with its index."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _flatten(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list) and detail and not any(isinstance(item, Mapping | list) for item in detail):
        yield path or NON_FIELD_ERRORS, " ".join(str(item) for item in detail)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _flatten(inner, f"{path}.{index}" if path else str(index))
    else:
        yield path or NON_FIELD_ERRORS, str(detail)
