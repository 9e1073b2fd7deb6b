"""Who may call which route: one table over the routes that the URL resolver knows. A route without a row fails.

For every API route the table says which roles are let through (to 2xx, or to a refusal about the content: 400, 404, 409, 415,
422); everybody else is answered 403, and nobody at all without a key or a session: 401.
"""

import json

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from helpdesk.accounts.models import User
from helpdesk.accounts.services import create_api_key
from tests.factories import make_team, make_ticket

ROLES = ("agent", "lead", "administrator", "auditor", "marketing")
EVERYBODY = set(ROLES)
READERS = EVERYBODY - {"marketing"}
WORKERS = {"agent", "lead", "administrator"}
LEADERS = {"lead", "administrator"}
OVERSEERS = LEADERS | {"auditor"}

# (method, route name) -> the roles that are let through.
API = {
    ("get", "root"): EVERYBODY,
    ("get", "schema"): EVERYBODY,
    ("get", "agents-list"): READERS,
    ("get", "agents-detail"): READERS,
    ("patch", "agents-detail"): READERS,
    ("get", "articles-list"): READERS,
    ("get", "articles-detail"): READERS,
    ("post", "articles-list"): LEADERS,
    ("patch", "articles-detail"): LEADERS,
    ("post", "articles-publish"): LEADERS,
    ("post", "articles-unpublish"): LEADERS,
    ("get", "attachments-list"): EVERYBODY,
    ("get", "attachments-detail"): EVERYBODY,
    ("get", "attachments-download"): EVERYBODY,
    ("post", "attachments-list"): WORKERS,
    ("get", "brands-list"): EVERYBODY,
    ("get", "brands-detail"): EVERYBODY,
    ("get", "business-hours-list"): READERS,
    ("get", "business-hours-detail"): READERS,
    ("post", "business-hours-list"): {"administrator"},
    ("patch", "business-hours-detail"): {"administrator"},
    ("delete", "business-hours-detail"): {"administrator"},
    ("get", "channels-list"): EVERYBODY,
    ("get", "channels-detail"): EVERYBODY,
    ("patch", "channels-detail"): {"administrator"},
    ("get", "conversations-list"): EVERYBODY,
    ("get", "conversations-detail"): EVERYBODY,
    ("get", "customers-list"): READERS,
    ("get", "customers-detail"): READERS,
    ("get", "customers-by-external-id"): READERS,
    ("post", "customers-list"): WORKERS,
    ("patch", "customers-detail"): WORKERS,
    ("put", "customers-by-external-id"): WORKERS,
    ("get", "customers-outline"): READERS,
    ("get", "customers-outside-events"): READERS,
    ("post", "customers-outside-events"): WORKERS,
    ("post", "customers-merge"): WORKERS,
    ("post", "customers-unmerge"): WORKERS,
    ("get", "identities-list"): READERS,
    ("get", "identities-detail"): READERS,
    ("post", "identities-list"): WORKERS,
    ("get", "inbound-events-list"): OVERSEERS,
    ("get", "inbound-events-detail"): OVERSEERS,
    ("post", "inbound-events-run-again"): LEADERS,
    ("get", "job-runs-list"): OVERSEERS,
    ("get", "job-runs-detail"): OVERSEERS,
    ("get", "macros-list"): READERS,
    ("get", "macros-detail"): READERS,
    ("post", "macros-list"): WORKERS,
    ("patch", "macros-detail"): WORKERS,
    ("delete", "macros-detail"): WORKERS,
    ("post", "macros-run"): WORKERS,
    ("get", "messages-list"): EVERYBODY,
    ("get", "messages-detail"): EVERYBODY,
    ("get", "organizations-list"): READERS,
    ("get", "organizations-detail"): READERS,
    ("get", "quick-replies-list"): READERS,
    ("get", "quick-replies-detail"): READERS,
    ("post", "quick-replies-list"): WORKERS,
    ("patch", "quick-replies-detail"): WORKERS,
    ("delete", "quick-replies-detail"): WORKERS,
    ("post", "quick-replies-render"): READERS,
    ("get", "quick-replies-export"): READERS,
    ("post", "quick-replies-import-file"): WORKERS,
    ("get", "reports/bot-deflection-list"): EVERYBODY,
    ("get", "reports/complaints-list"): EVERYBODY,
    ("get", "reports/csat-list"): EVERYBODY,
    ("get", "reports/deflection-list"): EVERYBODY,
    ("get", "reports/first-contact-resolution-list"): EVERYBODY,
    ("get", "reports/first-response-list"): EVERYBODY,
    ("get", "reports/handle-time-list"): EVERYBODY,
    ("get", "reports/help-deflection-list"): EVERYBODY,
    ("get", "reports/next-response-list"): EVERYBODY,
    ("get", "reports/resolution-list"): EVERYBODY,
    ("get", "reports/recovery-list"): EVERYBODY,
    ("get", "reports/sla-list"): EVERYBODY,
    ("get", "reports/volume-list"): EVERYBODY,
    ("get", "reviews-list"): EVERYBODY,
    ("get", "reviews-detail"): EVERYBODY,
    ("get", "bots-list"): READERS,
    ("get", "bots-detail"): READERS,
    ("post", "bots-list"): {"administrator"},
    ("patch", "bots-detail"): {"administrator"},
    ("get", "routing-rules-list"): READERS,
    ("get", "routing-rules-detail"): READERS,
    ("post", "routing-rules-list"): {"administrator"},
    ("patch", "routing-rules-detail"): {"administrator"},
    ("delete", "routing-rules-detail"): {"administrator"},
    ("post", "routing-rules-dry-run"): {"administrator"},
    ("post", "routing-rules-dry-run-unsaved"): {"administrator"},
    ("get", "survey-invitations-list"): READERS,
    ("get", "survey-invitations-detail"): READERS,
    ("post", "survey-invitations-list"): WORKERS,
    ("get", "survey-responses-list"): EVERYBODY,
    ("get", "survey-responses-detail"): EVERYBODY,
    ("post", "survey-responses-list"): {"administrator"},
    ("get", "surveys-list"): OVERSEERS | {"marketing"},
    ("get", "surveys-detail"): OVERSEERS | {"marketing"},
    ("post", "surveys-list"): {"administrator"},
    ("patch", "surveys-detail"): {"administrator"},
    ("get", "sla-policies-list"): READERS,
    ("get", "sla-policies-detail"): READERS,
    ("post", "sla-policies-list"): {"administrator"},
    ("patch", "sla-policies-detail"): {"administrator"},
    ("delete", "sla-policies-detail"): {"administrator"},
    ("get", "sla-timers-list"): EVERYBODY,
    ("get", "sla-timers-detail"): EVERYBODY,
    ("get", "tags-list"): READERS,
    ("get", "tags-detail"): READERS,
    ("get", "teams-list"): EVERYBODY,
    ("get", "teams-detail"): EVERYBODY,
    ("patch", "teams-detail"): LEADERS,
    ("get", "ticket-events-list"): EVERYBODY,
    ("get", "ticket-events-detail"): EVERYBODY,
    ("get", "tickets-list"): EVERYBODY,
    ("get", "tickets-detail"): EVERYBODY,
    ("post", "tickets-list"): WORKERS,
    ("patch", "tickets-detail"): WORKERS,
    ("post", "tickets-reply"): WORKERS,
    ("post", "tickets-note"): WORKERS,
    ("post", "tickets-assign"): WORKERS,
    ("post", "tickets-pending"): WORKERS,
    ("post", "tickets-hold"): WORKERS,
    ("post", "tickets-resolve"): WORKERS,
    ("post", "tickets-reopen"): WORKERS,
    ("post", "tickets-spam"): WORKERS,
    ("post", "tickets-merge"): WORKERS,
    ("post", "tickets-snooze"): WORKERS,
    ("post", "tickets-split"): WORKERS,
    ("post", "tickets-move-to-private"): WORKERS,
    ("post", "tickets-tags"): WORKERS,
    ("get", "recovery-cases-list"): READERS,
    ("get", "recovery-cases-detail"): READERS,
    ("post", "recovery-cases-list"): WORKERS,
    ("patch", "recovery-cases-detail"): WORKERS,
    ("post", "recovery-cases-prepare"): WORKERS,
    ("post", "recovery-cases-understand"): WORKERS,
    ("post", "recovery-cases-actions"): WORKERS,
    ("post", "recovery-cases-finish"): WORKERS,
    ("post", "recovery-cases-plan"): WORKERS,
    ("post", "recovery-cases-apology"): WORKERS,
    ("post", "recovery-cases-tell"): WORKERS,
    ("post", "recovery-cases-incentive"): WORKERS,
    ("post", "recovery-cases-review-update"): WORKERS,
    ("post", "recovery-cases-ask-again"): WORKERS,
    ("post", "recovery-cases-skip"): WORKERS,
    ("post", "recovery-cases-close"): WORKERS,
    ("post", "recovery-cases-approve"): LEADERS,
    ("post", "recovery-cases-refuse"): LEADERS,
    ("get", "root-causes-list"): READERS,
    ("get", "root-causes-detail"): READERS,
    ("post", "root-causes-list"): LEADERS,
    ("patch", "root-causes-detail"): LEADERS,
    ("get", "incentives-list"): READERS,
    ("get", "incentives-detail"): READERS,
    ("post", "incentives-list"): {"administrator"},
    ("patch", "incentives-detail"): {"administrator"},
    ("post", "incentives-import-lines"): {"administrator"},
    ("get", "incentives-export"): {"administrator"},
    ("post", "incentives-redeem"): {"administrator"},
    ("get", "topics-list"): READERS,
    ("get", "topics-detail"): READERS,
    ("post", "topics-list"): LEADERS,
    ("patch", "topics-detail"): LEADERS,
}
# Routes that are meant for people without an account, or guard themselves in tests of their own.
OPEN = {
    "health_live", "health_ready", "upload", "webhook", "contact", "surveys:page", "surveys:logo", "api:docs", "api:unknown",
    "webchat:script", "webchat:look", "webchat:logo", "webchat:channels", "webchat:articles", "webchat:helped",
    "webchat:start", "webchat:me", "webchat:messages", "webchat:read", "webchat:typing", "webchat:file",
    "webchat:stream", "public_file", "named_public_file",
    "help", "help_beacon", "help_language", "help_search", "help_article",
}  # fmt: skip
METHODS = ("get", "post", "patch", "put", "delete")


def walk(patterns, namespace="", prefix=""):
    """(name with namespace, path, view) of every route."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern.url_patterns, inner, f"{prefix}{pattern.pattern}")
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", f"{prefix}{pattern.pattern}", pattern.callback


def routes():
    return list(walk(get_resolver().url_patterns))


def api_methods(view):
    """The methods that a view of the API has."""
    actions = getattr(view, "actions", None)
    if actions is not None:
        return set(actions) & set(METHODS)
    return {method for method in METHODS if hasattr(getattr(view, "cls", None), method)}


def api_routes():
    """(method, name) of every API route but the pages that OPEN names."""
    found = set()
    for name, _path, view in routes():
        if name.startswith("api:") and name not in OPEN:
            found |= {(method, name.removeprefix("api:")) for method in api_methods(view)}
    return found


def test_every_route_has_a_row():
    assert api_routes() == API.keys()
    others = {name for name, _path, _view in routes() if not name.startswith(("api:", "admin:"))}
    assert others <= OPEN


@pytest.fixture
def world(email_channel, lead, person):
    """A person of each role with a key, and an object under every address."""
    callers = {}
    for role in ROLES:
        user = person(f"the-{role}", role)
        _key, text = create_api_key(user=user, name=role, scopes=("admin",))
        callers[role] = Client(headers={"authorization": f"Bearer {text}"})
    return callers, make_ticket(email_channel)


def address(name, ticket, pk=None):
    path = next(path for found, path, _view in routes() if found == f"api:{name}")
    path = path.replace("(?P<pk>[0-9]{1,18})", str(pk or ticket.pk)).replace("(?P<external_id>[^/]{1,200})", "x")
    return "/" + path.replace("^", "").replace("$", "").replace("\\Z", "")


def call(client, method, path):
    if method == "get":
        return client.get(path)
    return getattr(client, method)(path, json.dumps({}), content_type="application/json")


@pytest.mark.parametrize(("method", "name"), sorted(API), ids=lambda value: str(value))
def test_roles_are_let_through_as_the_table_says(world, method, name):
    callers, ticket = world
    let_through = {
        role for role, client in callers.items() if call(client, method, address(name, ticket)).status_code != 403
    }
    assert let_through == API[method, name]


@pytest.mark.parametrize(("method", "name"), sorted(API), ids=lambda value: str(value))
def test_nobody_comes_in_without_a_key_or_a_session(ticket_of_nobody, method, name):
    assert call(Client(), method, address(name, ticket_of_nobody)).status_code == 401


@pytest.fixture
def ticket_of_nobody(email_channel):
    return make_ticket(email_channel)


@pytest.mark.parametrize("role", ["agent", "administrator"])
@pytest.mark.parametrize(
    ("method", "name"), sorted(row for row in API if row[1].startswith("tickets-") and row[1] != "tickets-list")
)
def test_ticket_of_a_private_team_is_missing_for_outsiders(world, lead, role, method, name):
    callers, ticket = world
    ticket.team = make_team("Directors", lead, is_private=True)
    ticket.save()
    response = call(callers[role], method, address(name, ticket))
    # A body that is refused on its own says nothing of the ticket: the same answer comes for a number that nobody has.
    missing = call(callers[role], method, address(name, ticket, pk=999999999))
    assert (response.status_code, response.json()) == (missing.status_code, missing.json())
    assert response.status_code in (404, 400)


def admin_pages():
    """Admin routes that need no object."""
    return sorted(
        {path for name, path, _view in routes() if name.startswith("admin:") and "<" not in path and "(?P" not in path}
    )


PUBLIC_ADMIN = ("login/", "logout/", "jsi18n/")


def test_admin_shows_strangers_nothing_but_its_door(db):
    for path in admin_pages():
        if any(public in path for public in PUBLIC_ADMIN):
            continue
        response = Client().get("/" + path)
        assert response.status_code in (302, 403, 404, 405), path
        if response.status_code == 302:
            assert "/login/" in response["Location"], path


def test_admin_pages_of_a_hidden_ticket_are_missing_for_outsiders(world, lead, client):
    """Change, history and whatever else the admin has for one object, of every model that hangs on a ticket."""
    ticket = world[1]
    outsider = User.objects.get(username="the-agent")
    objects = {
        "ticket": ticket.pk,
        "customer": ticket.customer_id,
        "conversation": ticket.messages.get().conversation_id,
        "message": ticket.messages.get().pk,
    }
    ticket.team = make_team("Directors", lead, is_private=True)
    ticket.save()
    client.force_login(outsider)
    for name, path, _view in routes():
        model = name.removeprefix("admin:tickets_").split("_")[0]
        if name.startswith("admin:tickets_") and path.count("<") == 1 and model in objects:
            key = path[path.index("<") : path.index(">") + 1]
            response = client.get("/" + path.replace(key, str(objects[model])))
            assert response.status_code in (302, 403, 404, 405), path
            assert b"parcel" not in response.content, path
