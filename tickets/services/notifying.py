"""Telling people what they should know: a bell in the admin, and a mail where they want one. At most once per person and key."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from tickets.models import Notification, Team, TeamMembership, Ticket

KEPT = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something to be told. ``key`` says what it is about; nobody is told the same twice. ``data``: ids, numbers, times and short words."""

    user_id: int
    kind: str
    key: str
    ticket_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    by_mail: bool = False


def notify(
    *,
    user_ids: Collection[int],
    kind: str,
    key: str,
    ticket_id: int | None = None,
    data: dict[str, Any] | None = None,
    by_mail: bool = False,
) -> None:
    """Tell these people, as far as they still work here. Part of the transaction of what it is about."""
    notify_many(
        [
            Notice(user_id=user_id, kind=kind, key=key, ticket_id=ticket_id, data=data or {}, by_mail=by_mail)
            for user_id in dict.fromkeys(user_ids)
        ]
    )


def notify_many(notices: Sequence[Notice]) -> None:
    """The same for many, in two statements. Who has told his preferences "never" by mail is told by the bell alone."""
    if not notices:
        return
    asked = User.objects.filter(pk__in={notice.user_id for notice in notices}, is_active=True)
    # person -> whether mail may go to him; who is gone, such as one named by a rule of long ago, is not in it.
    takes_mail = {
        pk: wish != "never" and bool(email)
        for pk, wish, email in asked.values_list("pk", "mail_notifications", "email")
    }
    moment = now()
    rows = [
        Notification(
            user_id=notice.user_id,
            kind=notice.kind[:40],
            key=notice.key[:120],
            ticket_id=notice.ticket_id,
            data=notice.data,
            by_mail=notice.by_mail and takes_mail[notice.user_id],
            created_at=moment,
        )
        for notice in notices
        if notice.user_id in takes_mail
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def people_for(ticket: Ticket) -> list[int]:
    """Whom something about a ticket concerns: its assignee as long as he works here, else its team, else every lead."""
    if ticket.assignee_id is not None and User.objects.filter(pk=ticket.assignee_id, is_active=True).exists():
        return [ticket.assignee_id]
    if ticket.team_id is not None:
        members = TeamMembership.objects.filter(team_id=ticket.team_id, user__is_active=True)
        found = list(members.order_by("user_id").values_list("user_id", flat=True))
        if found:
            return found
    return leads_for(ticket)


def leads_for(ticket: Ticket) -> list[int]:
    """The leads of the ticket's team; where it has none, its members if it is private, else whoever has the role of a lead."""
    if ticket.team_id is not None:
        members = TeamMembership.objects.filter(team_id=ticket.team_id, user__is_active=True)
        found = dict(members.order_by("user_id").values_list("user_id", "is_lead"))
        leads = [user_id for user_id, is_lead in found.items() if is_lead]
        # What a private team keeps is nothing that leads of other teams could do anything about.
        if leads or Team.objects.filter(pk=ticket.team_id, is_private=True).exists():
            return leads or list(found)
    everybody = User.objects.filter(is_active=True, groups__name="lead")
    return list(everybody.order_by("pk").values_list("pk", flat=True))


def mark_notifications_read(
    *, user_id: int, up_to: int | None = None, down_to: int | None = None, ticket_id: int | None = None
) -> int:
    """The person has seen them: all, those between two keys, or those about one ticket. Returns how many were new."""
    unread = Notification.objects.filter(user_id=user_id, read_at=None)
    if down_to is not None:
        unread = unread.filter(pk__gte=down_to)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    if ticket_id is not None:
        unread = unread.filter(ticket_id=ticket_id)
    return unread.update(read_at=now())


def delete_old_notifications() -> int:
    """Forget what was told long ago; returns how many."""
    return Notification.objects.filter(created_at__lt=now() - KEPT).delete()[0]
