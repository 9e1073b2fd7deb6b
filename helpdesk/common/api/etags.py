"""Versions as ETags: ``"7"`` is the seventh version of an object."""

import re

from django.utils.translation import gettext as _
from rest_framework.request import Request

from helpdesk.common.errors import Stale

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def etag_of(version: int) -> str:
    """The entity tag of a version."""
    return f'"{version}"'


def is_unchanged(request: Request, version: int) -> bool:
    """Whether ``If-None-Match`` says that the caller holds this version already."""
    header = request.headers.get("If-None-Match", "")
    return header.strip() == "*" or str(version) in _TAG.findall(header)


def check_if_match(request: Request, version: int) -> int | None:
    """The version a service must find, from ``If-Match``; None where the caller does not ask. Raises Stale.

    A weak tag counts like a strong one: compressing proxies weaken what they pass on.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return None
    if str(version) not in _TAG.findall(header):
        message = _("Somebody has changed this meanwhile. Read it again and repeat the change.")
        raise Stale("stale_version", message, fields={"version": str(version)})
    return version
