"""The admin site: top bar and index grouped by what people come to do, and a door that closes on guessing."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from helpdesk.admin_places import GROUPS, PLACES, Group, Place, place_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One kind of object as this user may reach it; ``add_url`` is empty where he may not add."""

    label: str
    name: str
    url: str
    add_url: str
    place: Place
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class NavigationGroup:
    """A group with the entries that this user may open; never empty."""

    group: Group
    entries: tuple[Entry, ...]

    @property
    def is_current(self) -> bool:
        return any(entry.is_current for entry in self.entries)


class HelpdeskAdminSite(AdminSite):
    site_title = _("Helpdesk")
    site_header = _("Helpdesk")
    index_title = _("Overview")
    site_url = None

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        context["hd_groups"] = list(navigation_groups(context["available_apps"], request))
        return context

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # Looked up by name: the views import models, which cannot be imported while the apps are loading.
        preferences = import_string("helpdesk.accounts.views.edit_preferences")
        notifications = import_string("tickets.admin.notifications.notifications")
        count = import_string("tickets.admin.notifications.count")
        presence = import_string("helpdesk.accounts.views.choose_presence")
        own = [
            path("presence/", self.admin_view(presence), name="presence"),
            path("preferences/", self.admin_view(preferences), name="preferences"),
            path("notifications/", self.admin_view(notifications), name="notifications"),
            path("notifications/count/", self.admin_view(count), name="notifications_count"),
        ]
        return own + super().get_urls()

    @property
    def login_form(self) -> Any:  # type: ignore[override]  # by name for the same reason
        return import_string("helpdesk.accounts.forms.LoginForm")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The login page; answers 429 with Retry-After while the account or the address is locked out."""
        response = super().login(request, extra_context)
        shown: dict[str, Any] = getattr(response, "context_data", None) or {}
        wait = getattr(shown.get("form"), "retry_after_seconds", 0)
        if wait:
            response.status_code = 429
            response.headers["Retry-After"] = str(wait)
        return response

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        sections = [render_section(dotted_path, request) for dotted_path in settings.HELPDESK_DASHBOARD_SECTIONS]
        return super().index(request, {"hd_sections": sections, **(extra_context or {})})

    def app_index(  # type: ignore[override]  # a redirect instead of a page
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There are no pages by app: people look for a thing by what it is for."""
        return HttpResponseRedirect(reverse("admin:index", current_app=self.name))


def navigation_groups(app_list: list[dict[str, Any]], request: HttpRequest) -> Iterator[NavigationGroup]:
    """What the admin offers this user, sorted into our groups; groups without an entry are left out."""
    order = {label: position for position, label in enumerate(PLACES)}
    entries = sorted(
        (_entry(model, request.path) for app in app_list for model in app["models"] if model["admin_url"]),
        key=lambda entry: (order.get(entry.label, len(order)), entry.name),
    )
    for group in GROUPS:
        members = tuple(entry for entry in entries if entry.place.group == group.key)
        if members and (not group.permission or request.user.has_perm(group.permission)):
            yield NavigationGroup(group=group, entries=members)


def _entry(model: dict[str, Any], current_path: str) -> Entry:
    label = model["model"]._meta.label_lower
    place = place_of(label)
    return Entry(
        label=label,
        name=str(place.name or model["name"]),
        url=model["admin_url"],
        add_url=model["add_url"] or "",
        place=place,
        is_current=current_path.startswith(model["admin_url"]),
    )


def render_section(dotted_path: str, request: HttpRequest) -> SafeString:
    """A part of the dashboard. One that fails is logged and says so in its place; the way to the work stays open."""
    try:
        section: SafeString = import_string(dotted_path)(request)
    except Exception:
        logger.exception("the dashboard section %s failed", dotted_path)
        return render_to_string("admin/hd_section_failed.html")
    return section
