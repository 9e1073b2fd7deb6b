"""The inbox: the changelist of tickets as a calm list of rows, its live refresh, and the pane beside the workspace."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from tickets.admin.doors import AgentRequest, in_zone_of, is_fragment
from tickets.selectors.inbox import (
    COUNT_CAP,
    DEFAULT_VIEW,
    PANE_SIZE,
    SORTS,
    VIEWS,
    BadCursor,
    Cursor,
    Filters,
    count_views,
    list_tickets,
)
from tickets.selectors.score_weights import scored_topics
from tickets.selectors.search import HITS_CAP, find_tickets

COUNTS_KEPT_SECONDS = 15
MAX_QUERY_CHARACTERS = 200
MAX_SELECTED = 200

# Views that begin with what is due next: in "snoozed" that is what comes back next.
_BY_DUE = ("late", "snoozed")
VIEW_ICONS = {
    "mine": "user",
    "unassigned": "user-x",
    "my_teams": "users",
    "open": "inbox",
    "late": "clock-alert",
    "public": "globe",
    "call_back": "phone",
    "snoozed": "alarm-clock",
    "all": "layers",
}


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Which list somebody asked for, as its URL says it."""

    view: str
    sort: str
    query: str
    filters: Filters
    before: Cursor | None
    after: Cursor | None

    @classmethod
    def of(cls, request: AgentRequest) -> "Listing":
        """Read the request's parameters. Raises Http404 for a cursor or filter that was tampered with."""
        asked = request.GET
        view = asked.get("view", "")
        query = asked.get("q", "")[:MAX_QUERY_CHARACTERS].strip()
        if view not in VIEWS:
            view = "all" if query else DEFAULT_VIEW
        sort = asked.get("sort", "")
        try:
            return cls(
                view=view,
                sort=sort if sort in SORTS else ("due" if view in _BY_DUE else "newest"),
                query=query,
                filters=Filters.read(asked),
                before=Cursor.read(asked["before"]) if asked.get("before") else None,
                after=Cursor.read(asked["after"]) if asked.get("after") else None,
            )
        except BadCursor as error:
            raise Http404 from error

    def url(self, **changes: Any) -> str:
        """The address of this list, or of one that differs in ``changes``; a page is left unless it is named."""
        values = {"view": self.view, "sort": self.sort, "q": self.query, **self.filters.as_parameters(), **changes}
        return "?" + urlencode({key: value for key, value in values.items() if value})


def inbox(request: AgentRequest) -> HttpResponse:
    """The page, or for our script the rail and the rows alone."""
    listing = Listing.of(request)
    ids = find_tickets(listing.query).all if listing.query else None
    page = list_tickets(
        user=request.user,
        view=listing.view,
        sort=listing.sort,
        filters=listing.filters,
        ids=ids,
        before=listing.before,
        after=listing.after,
    )
    context = {
        "listing": listing,
        "page": page,
        "rail": _rail(request, listing),
        "sorts": [(code, _sort_label(listing.view, code), listing.url(sort=code)) for code in SORTS],
        "newer_url": listing.url(before=page.before) if page.before else "",
        "older_url": listing.url(after=page.after) if page.after else "",
        "own_url": listing.url(before=listing.before, after=listing.after),
        "active_filters": [
            (_narrowed_to(key, label, page.rows, listing.filters), listing.url(**{key: ""}))
            for key, label in listing.filters.labels()
        ],
        "search_is_capped": ids is not None and len(ids) >= HITS_CAP,
        "title": VIEWS[listing.view],
        "empty": _empty_state(listing),
        "can_act": may_act(request.user),
        "max_selected": MAX_SELECTED,
        "can_add": request.user.has_perm("tickets.add_ticket"),
    }
    with in_zone_of(next(iter(page.rows), None)):
        if is_fragment(request):
            return render(request, "tickets/inbox_list.html", context)
        return render(request, "tickets/inbox.html", admin.site.each_context(request) | context)


def pane(request: AgentRequest) -> HttpResponse:
    """The narrow list beside an open ticket."""
    listing = Listing.of(request)
    page = list_tickets(
        user=request.user, view=listing.view, sort=listing.sort, filters=listing.filters, size=PANE_SIZE
    )
    current = request.GET.get("current", "")
    with in_zone_of(next(iter(page.rows), None)):
        context = {"listing": listing, "page": page, "current": int(current) if current.isdecimal() else 0}
        return render(request, "tickets/pane.html", context | {"title": VIEWS[listing.view]})


def may_act(user: Any) -> bool:
    """Whether any of the bulk actions is open to somebody (an auditor sees none)."""
    return bool(user.has_perm("tickets.change_ticket") or user.has_perm("tickets.assign_ticket"))


def inbox_url(view: str = "") -> str:
    """The address of a view's list."""
    url = reverse("admin:tickets_ticket_changelist")
    return f"{url}?{urlencode({'view': view})}" if view else url


def view_of(request: AgentRequest) -> str:
    """The view an agent came from, as the ``view`` parameter says it."""
    view = request.GET.get("view") or request.POST.get("view") or ""
    return view if view in VIEWS else DEFAULT_VIEW


def _rail(request: AgentRequest, listing: Listing) -> list[dict[str, Any]]:
    key = f"inbox-counts:{request.user.pk}"
    counts = cache.get(key)
    if counts is None:
        counts = count_views(user=request.user)
        cache.set(key, counts, COUNTS_KEPT_SECONDS)
    return [
        {
            "code": code,
            "label": label,
            "icon": VIEW_ICONS[code],
            "count": counts[code],
            "shown": f"{COUNT_CAP - 1}+" if counts[code] >= COUNT_CAP else str(counts[code]),
            "url": f"?{urlencode({'view': code})}",
            "is_current": code == listing.view and not listing.query,
        }
        for code, label in VIEWS.items()
    ]


def _sort_label(view: str, sort: str) -> Any:
    return _("Back next") if (view, sort) == ("snoozed", "due") else SORTS[sort]


def _empty_state(listing: Listing) -> tuple[str, str, str]:
    """(icon, headline, sentence) for a list without rows."""
    if listing.query:
        return "search", _("Nothing found"), _("Try a ticket number, an e-mail address, a name or words of a message.")
    if listing.filters.as_parameters():
        return "list-filter", _("No ticket passes these filters"), _("Remove one of them to see more.")
    states = {
        "mine": ("circle-check", _("Nothing on your desk"), _("Tickets assigned to you appear here.")),
        "unassigned": ("user-check", _("Everything has an owner"), _("New tickets without an owner appear here.")),
        "my_teams": (
            "users",
            _("Nothing waits for your teams"),
            _("Tickets of your teams that nobody has taken yet appear here."),
        ),
        "open": ("inbox", _("Inbox zero"), _("Every ticket is resolved. New messages appear here by themselves.")),
        "late": ("clock", _("Nobody is waiting"), _("Every customer has been answered in time.")),
        "call_back": (
            "phone",
            _("Nobody waits to be called back"),
            _("Tickets whose customer wants a call appear here."),
        ),
        "public": (
            "globe",
            _("Nothing is unanswered in public"),
            _("Comments, mentions and reviews that wait appear here."),
        ),
        "snoozed": (
            "alarm-clock",
            _("Nothing is put aside"),
            _("Tickets that wait for a time of your choice appear here, and come back by themselves."),
        ),
        "all": ("mail-open", _("No tickets yet"), _("The first message of a customer opens one.")),
    }
    if listing.sort == "waiting" and listing.view != "late":
        return states["late"]
    if listing.sort == "due" and listing.view not in _BY_DUE:
        return "clock", _("No time limit runs here"), _("Tickets with a time limit appear here, the next one first.")
    return states[listing.view]


def _narrowed_to(key: str, label: Any, rows: Any, filters: Filters) -> str:
    """What a filter asks for, by name where a row tells it: every row of the list has it, but for a topic with others below it."""
    if key == "topic":
        topic = scored_topics().get(filters.topic or 0)
        return f"{label}: {topic.name}" if topic else str(label)
    value = getattr(rows[0], key, None) if rows else None
    name = getattr(value, "display_name", value)
    return f"{label}: {name}" if name else str(label)
