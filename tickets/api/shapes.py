"""Rows of the hot lists as the API answers them, built from ``.values()``: no model instance, no serializer, one query a page."""

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.urls import reverse

from tickets.models import Ticket

TICKET_COLUMNS = (
    "id", "number", "subject", "status", "priority", "priority_score", "channel_id", "channel__slug", "channel__kind",
    "channel__name", "customer_id", "customer__name", "team_id", "team__name", "assignee_id", "assignee__username",
    "assignee__first_name", "assignee__last_name", "topic_id", "topic__name", "language", "sentiment",
    "opened_at", "first_response_at",
    "last_resolved_at", "closed_at", "version", "reopen_count", "next_due_at", "sla_policy_id", "last_message_at", "preview",
    "unread_count",
)  # fmt: skip


def ticket_rows() -> Any:
    """What ``ticket_shape`` needs of every ticket, to be narrowed (``ticket_rows().visible_to(user)``)."""
    return _every_row().all()


@cache
def _every_row() -> Any:
    # Built once: resolving thirty columns takes the ORM longer than PostgreSQL needs to find the rows.
    tag_names = Ticket.tags.through.objects.filter(ticket_id=OuterRef("pk")).order_by("tag__name").values("tag__name")
    return Ticket.objects.values(*TICKET_COLUMNS, tag_names=ArraySubquery(tag_names))


def ticket_shape(
    row: dict[str, Any], *, url: str, shows_team: bool, clocks: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """A ticket as promised, below ``url`` (``tickets_url()``). ``clocks`` become ``sla``; times are UTC."""
    pk = row["id"]
    return {
        "id": pk,
        "number": row["number"],
        "subject": row["subject"],
        "status": row["status"],
        "priority": row["priority"],
        "priority_score": row["priority_score"],
        "channel": {
            "id": row["channel_id"],
            "slug": row["channel__slug"],
            "kind": row["channel__kind"],
            "name": row["channel__name"],
        },
        "customer": {"id": row["customer_id"], "name": row["customer__name"]},
        "team": {"id": row["team_id"], "name": row["team__name"]} if shows_team and row["team_id"] else None,
        "assignee": _agent(row) if row["assignee_id"] else None,
        "topic": {"id": row["topic_id"], "name": row["topic__name"]} if row["topic_id"] else None,
        "tags": row["tag_names"],
        "language": row["language"],
        "sentiment": row["sentiment"],
        "opened_at": row["opened_at"],
        "first_response_at": row["first_response_at"],
        "resolved_at": row["last_resolved_at"],
        "closed_at": row["closed_at"],
        "version": row["version"],
        "reopen_count": row["reopen_count"],
        "next_due_at": row["next_due_at"],
        "sla": clocks or [],
        "last_message_at": row["last_message_at"],
        "preview": row["preview"],
        "unread_count": row["unread_count"],
        "url": f"{url}{pk}/",
        "admin_url": f"{settings.SITE_URL}/admin/tickets/ticket/{pk}/change/",
    }


def shows_teams(user: Any) -> bool:
    """Whether the caller may learn which team has a ticket: whoever sees public posts only may not."""
    return bool(user.has_perm("tickets.view_ticket") or user.has_perm("tickets.view_every_ticket"))


def _agent(row: dict[str, Any]) -> dict[str, Any]:
    name = f"{row['assignee__first_name']} {row['assignee__last_name']}".strip()
    return {"id": row["assignee_id"], "name": name or row["assignee__username"]}


def tickets_url() -> str:
    """Where tickets stand in the API; reversing costs too much to do it for each row."""
    return f"{settings.SITE_URL}{reverse('api:tickets-list')}"
