"""What every own page of the admin does first: who asks, may he, which ticket; and how a refusal is told."""

import zoneinfo
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from helpdesk.accounts.models import User
from helpdesk.common.errors import HelpdeskError, PermissionRefused
from tickets.models import Ticket

View = Callable[..., HttpResponse]


class AgentRequest(HttpRequest):
    """A request of somebody who is signed in and may enter the admin."""

    user: User


def is_fragment(request: HttpRequest) -> bool:
    """Whether our script asks for a piece of a page (and not the browser for a whole one)."""
    return request.headers.get("HX-Request") == "true"


def may_read_tickets(user: Any) -> bool:
    """Whether somebody has any business with tickets; which ones, visible_to says."""
    return bool(
        user.has_perm("tickets.view_ticket")
        or user.has_perm("tickets.change_ticket")
        or user.has_perm("tickets.view_public_posts")
    )


def door(view: View, *, method: str = "GET") -> View:
    """Wrap an own page: sign-in, right to read tickets, method, errors of services.

    Our script gets refusals as JSON ({code, message, fields}); a signed-out one gets 401 instead of the login page.
    """

    allowed = [*method.split(", "), "HEAD"] if method.startswith("GET") else [method]

    @wraps(view)
    def guarded(request: AgentRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_read_tickets(request.user):
            raise PermissionDenied
        if request.method not in allowed:
            return HttpResponseNotAllowed(allowed)
        try:
            return view(request, *args, **kwargs)
        except HelpdeskError as error:
            return refusal(error)

    inner: View = admin.site.admin_view(cast("View", guarded))

    @wraps(view)
    def entrance(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_fragment(request) and not admin.site.has_permission(request):
            message = _("You are signed out. Sign in again in another tab; what you typed stays here.")
            return JsonResponse({"code": "signed_out", "message": message, "fields": {}}, status=401)
        response: HttpResponse = inner(request, *args, **kwargs)
        return response

    return entrance


def on_ticket(
    view: View, *, method: str = "GET", permission: str = "", tickets: Callable[[Any], QuerySet[Ticket]] | None = None
) -> View:
    """A ``door`` to one ticket: it is fetched through visible_to (404 otherwise), then the verb is asked for (403)."""

    def entered(request: AgentRequest, pk: int, **kwargs: Any) -> HttpResponse:
        seen = tickets(request.user) if tickets else Ticket.objects.visible_to(request.user)
        ticket = seen.filter(pk=pk).first()
        if ticket is None:
            raise Http404
        if permission and not request.user.has_perm(permission):
            raise PermissionRefused("not_allowed", _("Your role does not allow this."))
        return view(request, ticket, **kwargs)

    return door(wraps(view)(entered), method=method)


def refusal(error: HelpdeskError) -> JsonResponse:
    """A service's no, as the API would say it."""
    return JsonResponse({"code": error.code, "message": error.message, "fields": error.fields}, status=error.status)


def in_zone_of(row: Any) -> Any:
    """``in_zone`` of the site, which the selectors' rows bring along; UTC for a list without rows."""
    return in_zone(getattr(row, "site_zone", "UTC"))


def in_zone(name: str) -> Any:
    """A context in which times are shown in the time zone ``name``; UTC where nobody knows it."""
    try:
        return timezone.override(zoneinfo.ZoneInfo(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return timezone.override(zoneinfo.ZoneInfo("UTC"))
