"""What a person has been told, newest first."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from tickets.models import Notification, Ticket
from tickets.models.visibility import ticket_condition

COUNT_CAP = 100
RECENT = 20


def recent_notifications(*, user: Any, size: int = RECENT, before: int | None = None) -> Sequence[Notification]:
    """The person's newest notifications, those about tickets that he may no longer see left out."""
    mine = Notification.objects.filter(user=user.pk)
    if before is not None:
        mine = mine.filter(pk__lt=before)
    rows = mine.select_related("ticket").order_by("-pk")[: size * 2]
    seen = set(
        Ticket.objects.visible_to(user).filter(pk__in=[row.ticket_id for row in rows]).values_list("pk", flat=True)
    )
    return [row for row in rows if row.ticket_id is None or row.ticket_id in seen][:size]


def count_unread_notifications(*, user: Any) -> int:
    """How many he has not seen of those that he may see, at most COUNT_CAP."""
    unread = Notification.objects.filter(user=user.pk, read_at=None)
    condition = ticket_condition(user, "ticket__")
    if condition is not None:
        unread = unread.filter(Q(ticket=None) | condition)
    return unread.order_by("-pk")[:COUNT_CAP].count()
