"""The workspace: one ticket with its timeline, composer and customer, and the pieces that keep it fresh."""

import logging
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from tickets.admin.composer import composer_context
from tickets.admin.doors import AgentRequest, in_zone, in_zone_of, is_fragment
from tickets.admin.inbox import inbox_url, view_of
from tickets.admin.notices import ticket_notices
from tickets.admin.timeline_items import timeline_items
from tickets.models import Ticket
from tickets.models.visibility import ticket_condition
from tickets.selectors.customers import identities_of_customer, tickets_of_customer
from tickets.selectors.inbox import BadCursor, Cursor, site_time_zone
from tickets.selectors.timeline import read_changes, read_timeline, workspace_tickets

logger = logging.getLogger(__name__)

# Events after which the header bar may read otherwise: those of the ticket itself, and customer messages.
_LEAVES_BAR_ALONE = {"message.delivery_changed", "message.changed", "ticket.noted", "survey.planned", "survey.sent"}


def workspace(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """The page, or for our script what belongs to this ticket alone."""
    timeline = read_timeline(ticket_id=ticket.pk)
    with in_zone_of(ticket):
        context = bar_context(request, ticket) | {
            "items": timeline_items(timeline.messages, timeline.events),
            "older": timeline.older,
            "composer": composer_context(request, ticket),
            "title": f"{ticket.subject or _('No subject')} · #{ticket.number}",
            "notices": ticket_notices(ticket),
            "shortcuts_enabled": request.user.shortcuts_enabled,
            "may_read": may_write(request.user) and ticket.unread_count > 0,
        }
        if is_fragment(request):
            return render(request, "tickets/slot.html", context | {"is_fragment": True})
        return render(request, "tickets/workspace.html", admin.site.each_context(request) | context)


def bar_context(request: AgentRequest, ticket: Ticket) -> dict[str, Any]:
    """What the header bar prints: the ticket as it stands and the verbs open to this agent."""
    user, is_closed = request.user, ticket.status == Ticket.Status.CLOSED
    may_change, may_assign = user.has_perm("tickets.change_ticket"), user.has_perm("tickets.assign_ticket")
    is_done = is_closed or ticket.status == Ticket.Status.RESOLVED
    return {
        "ticket": ticket,
        "view": view_of(request),
        "inbox_url": inbox_url(view_of(request)),
        "may_change": may_change,
        "may_sort": may_change and not is_closed,
        "may_assign": may_assign and not is_closed,
        "may_merge": user.has_perm("tickets.merge_ticket"),
        "may_reply": may_write(user),
        "can_resolve": may_change and not is_done,
        "can_reopen": may_change and ticket.status in (Ticket.Status.RESOLVED, "pending", "on_hold"),
        "is_mine": ticket.assignee_id == user.pk,
    }


def may_write(user: Any) -> bool:
    """Whether somebody may answer customers (an auditor may not)."""
    return bool(user.has_perm("tickets.reply_ticket"))


def messages(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """``?after=<sequence>``: what is new, 204 when nothing is; ``?before=<cursor>``: the older page."""
    if request.GET.get("before"):
        return _older(request, ticket)
    after = request.GET.get("after", "")
    if not (after.isascii() and after.isdigit() and len(after) < 12):
        raise Http404
    if ticket.event_sequence <= int(after) and "bar" not in request.GET:
        return HttpResponse(status=204)
    return _newer(request, ticket.pk, int(after))


def _older(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    try:
        before = Cursor.read(request.GET["before"])
    except BadCursor as error:
        raise Http404 from error
    timeline = read_timeline(ticket_id=ticket.pk, before=before)
    with in_zone_of(ticket):
        items = timeline_items(timeline.messages, timeline.events)
        context = {"ticket": ticket, "items": items, "older": timeline.older, "may_reply": may_write(request.user)}
        return render(request, "tickets/older.html", context)


def _newer(request: AgentRequest, pk: int, after: int) -> HttpResponse:
    ticket = workspace_tickets(request.user).get(pk=pk)
    changes = read_changes(ticket_id=ticket.pk, after=after)
    with in_zone_of(ticket):
        context = bar_context(request, ticket) | {
            "items": timeline_items(changes.messages, changes.events),
            "changes": changes,
            "is_bar_changed": any(event.kind not in _LEAVES_BAR_ALONE for event in changes.events)
            or "bar" in request.GET,
            "notices": ticket_notices(ticket),
            "may_read": may_write(request.user) and ticket.unread_count > 0,
            "arrived": sum(event.kind == "message.received" for event in changes.events),
        }
        return render(request, "tickets/changes.html", context)


def polled_tickets(user: Any) -> QuerySet[Ticket]:
    """The little that a poll looks at: most polls find nothing and must cost next to nothing."""
    return Ticket.objects.visible_to(user).annotate(site_zone=site_time_zone()).only("event_sequence")


def panel_tickets(user: Any) -> QuerySet[Ticket]:
    """A ticket with its customer, as the panel beside it needs it."""
    customer = Ticket.objects.visible_to(user).select_related("customer__organization", "customer__preferred_channel")
    return customer.annotate(site_zone=site_time_zone())


def panel(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """Who the customer is, what else he has with us, and what higher apps know of him. Loaded after the timeline."""
    customer = ticket.customer
    others = tickets_of_customer(customer_id=customer.pk, besides=ticket.pk)
    condition = ticket_condition(request.user)
    if condition is None or not others:
        seen = {other.pk for other in others}
    else:
        ids = [other.pk for other in others]
        seen = set(Ticket.objects.visible_to(request.user).filter(pk__in=ids).values_list("pk", flat=True))
    with in_zone_of(ticket):
        context = {
            "ticket": ticket,
            "customer": customer,
            "identities": identities_of_customer(customer_id=customer.pk),
            "others": [(other, other.pk in seen) for other in others],
            "customer_url": _customer_url(request, ticket),
            "language": _language_name(customer.language),
            "local_time": _local_time(customer.time_zone),
            "panels": _panels(ticket, request.user),
            "may_write_first": request.user.has_perm("tickets.add_ticket"),
        }
        return render(request, "tickets/panel.html", context)


def _panels(ticket: Ticket, user: Any) -> list[SafeString]:
    """What higher apps show here (HELPDESK_WORKSPACE_PANELS). One that fails is logged; the customer stays in sight."""
    panels = []
    for path in settings.HELPDESK_WORKSPACE_PANELS:
        try:
            html = import_string(path)(ticket, user)
        except Exception:
            logger.exception("the workspace panel %s failed", path)
            continue
        if html:
            panels.append(mark_safe(html))  # noqa: S308 - rendered by our own templates
    return panels


def _customer_url(request: AgentRequest, ticket: Ticket) -> str:
    if not request.user.has_perm("tickets.view_customer"):
        return ""
    try:
        return reverse("admin:tickets_customer_change", args=[ticket.customer_id])
    except NoReverseMatch:
        return ""


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code.lower())["name_translated"]) if code else ""
    except KeyError:
        return code


def _local_time(zone: str) -> Any:
    if not zone:
        return None
    with in_zone(zone):
        return timezone.localtime(now())
