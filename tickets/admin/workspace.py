"""The workspace: one ticket with its timeline, composer and customer, and the pieces that keep it fresh."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render

from tickets.admin.composer import composer_context
from tickets.admin.doors import AgentRequest, in_zone_of, is_fragment
from tickets.admin.inbox import inbox_url, view_of
from tickets.admin.notices import ticket_notices
from tickets.admin.timeline_items import timeline_items
from tickets.models import Ticket
from tickets.selectors.inbox import BadCursor, Cursor, site_time_zone
from tickets.selectors.score_weights import scored_topics
from tickets.selectors.timeline import Changes, read_changes, read_timeline, workspace_tickets
from tickets.selectors.topics import suggested_topic
from tickets.templatetags.helpdesk_tickets import ticket_title

# Events after which the header bar may read otherwise: those of the ticket itself, and customer messages.
_LEAVES_BAR_ALONE = {
    "message.delivery_changed", "message.changed", "ticket.noted", "survey.planned", "survey.sent", "work.recorded",
}  # fmt: skip


def workspace(request: AgentRequest, ticket: Ticket) -> HttpResponse:
    """The page, or for our script what belongs to this ticket alone."""
    timeline = read_timeline(ticket_id=ticket.pk)
    with in_zone_of(ticket):
        context = bar_context(request, ticket) | {
            "items": timeline_items(timeline.messages, timeline.events),
            "older": timeline.older,
            "composer": composer_context(request, ticket),
            "title": f"{ticket_title(ticket)} · #{ticket.number}",
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
        "heading": ticket_title(ticket),
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
        "suggestion": suggestion_for(ticket) if may_change and not is_done else None,
    }


def suggestion_for(ticket: Ticket) -> dict[str, Any] | None:
    """What the team's resolved cases suggest as the topic: its key, its name and the words that speak for it."""
    suggested = suggested_topic(ticket)
    topic = scored_topics().get(suggested.topic) if suggested is not None else None
    if suggested is None or topic is None:
        return None
    return {"pk": suggested.topic, "name": topic.name, "words": ", ".join(suggested.words)}


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
        context["may_merge"] = request.user.has_perm("tickets.merge_ticket")
        return render(request, "tickets/older.html", context)


def _newer(request: AgentRequest, pk: int, after: int) -> HttpResponse:
    ticket = workspace_tickets(request.user).get(pk=pk)
    changes = read_changes(ticket_id=ticket.pk, after=after)
    with in_zone_of(ticket):
        context = bar_context(request, ticket) | {
            "items": timeline_items(changes.messages, changes.events),
            "changes": changes,
            "gone": gone_messages(changes),
            "is_bar_changed": any(event.kind not in _LEAVES_BAR_ALONE for event in changes.events)
            or "bar" in request.GET,
            "notices": ticket_notices(ticket),
            "may_read": may_write(request.user) and ticket.unread_count > 0,
            "arrived": sum(event.kind == "message.received" for event in changes.events),
        }
        return render(request, "tickets/changes.html", context)


def gone_messages(changes: Changes) -> list[int]:
    """The messages that are on another ticket now."""
    gone: set[int] = set()
    for event in changes.events:
        if event.kind == "messages.given":
            gone |= set(event.data["messages"])
        elif event.kind == "messages.taken":
            gone -= set(event.data["messages"])
    return sorted(gone)


def polled_tickets(user: Any) -> QuerySet[Ticket]:
    """The little that a poll looks at: most polls find nothing and must cost next to nothing."""
    return Ticket.objects.visible_to(user).annotate(site_zone=site_time_zone()).only("event_sequence")
