"""The bell in the top bar, and the page behind it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from helpdesk.accounts.presence import mark_seen
from helpdesk.core.services import read_site_settings
from tickets.admin.doors import in_zone, is_fragment
from tickets.models import Notification
from tickets.notification_words import notification_icon, notification_path, notification_text
from tickets.selectors.notifications import RECENT, count_unread_notifications, recent_notifications
from tickets.services.notifying import mark_notifications_read

PAGE = 100


def count(request: HttpRequest) -> HttpResponse:
    """How many are new. Asked for once a minute by every open page, by a POST: it also says that somebody is there."""
    if request.method == "POST":
        mark_seen(user_id=request.user.pk or 0)
    return JsonResponse({"unread": count_unread_notifications(user=request.user)})


def notifications(request: HttpRequest) -> HttpResponse:
    """The newest ones: in the bell's panel, or as a page. A POST says that they were seen, from the key ``down_to`` to ``up_to``."""
    if request.method == "POST":
        up_to, down_to = _key(request.POST.get("up_to", "")), _key(request.POST.get("down_to", ""))
        mark_notifications_read(user_id=request.user.pk or 0, up_to=up_to, down_to=down_to)
        if is_fragment(request):
            return JsonResponse({"unread": count_unread_notifications(user=request.user)})
        return HttpResponseRedirect(reverse("admin:notifications"))
    is_panel = is_fragment(request)
    rows = recent_notifications(user=request.user, size=RECENT if is_panel else PAGE)
    with in_zone(read_site_settings().time_zone):
        context: dict[str, Any] = {"notices": [_shown(row) for row in rows]}
        if rows:
            context |= {"newest": rows[0].pk, "oldest": rows[-1].pk}
        if is_panel:
            return render(request, "tickets/notification_panel.html", context)
        context |= admin.site.each_context(request) | {"title": _("Notifications")}
        return render(request, "tickets/notifications.html", context)


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _shown(row: Notification) -> dict[str, Any]:
    return {
        "text": notification_text(row),
        "icon": notification_icon(row),
        "at": row.created_at,
        "is_new": row.read_at is None,
        "subject": row.ticket.subject if row.ticket is not None else "",
        "url": notification_path(row),
    }
