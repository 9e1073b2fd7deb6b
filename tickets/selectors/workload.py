"""The members of a team: who is there, and how much each has to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from helpdesk.accounts.models import User
from tickets.models import TeamMembership, Ticket
from tickets.policies.assignment import Candidate
from tickets.policies.presence import Presence, effective_presence


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One member as colleagues see him."""

    user_id: int
    name: str
    presence: Presence
    open_tickets: int
    capacity: int | None


def presence_of(user: Any, *, at: datetime) -> Presence:
    """What counts of a person's presence."""
    return effective_presence(
        said=user.presence,
        away_until=user.away_until,
        seen_at=user.seen_at,
        presence_since=user.presence_since,
        at=at,
    )


def may_answer() -> Q:
    """The condition on users who may answer customers."""
    rights = Q(groups__permissions__codename="reply_ticket") | Q(user_permissions__codename="reply_ticket")
    return Q(is_active=True) & (Q(is_superuser=True) | rights)


def candidates_for(*, team_id: int, at: datetime) -> list[Candidate]:
    """The members of a team who may answer, with their room. One statement; lock the users first where the room must hold."""
    able = User.objects.filter(may_answer()).order_by().values("pk")
    rows = TeamMembership.objects.filter(team_id=team_id, user__in=able).select_related("user")
    return [_candidate(row, at) for row in _with_counts(rows).order_by("user_id")]


def workloads(user_ids: Sequence[int], *, at: datetime) -> dict[int, Workload]:
    """How these people stand, by id. One statement."""
    people = User.objects.filter(pk__in=user_ids).annotate(open_count=_open_count(OuterRef("pk")))
    return {
        person.pk: Workload(
            user_id=person.pk,
            name=person.display_name,
            presence=presence_of(person, at=at),
            open_tickets=person.open_count,
            capacity=person.max_open_tickets,
        )
        for person in people
    }


def _open_count(user: Any, **fields: Any) -> Any:
    counted = Ticket.objects.still_open().filter(assignee=user, **fields).order_by()
    return Coalesce(Subquery(counted.values("assignee").annotate(n=Count("pk")).values("n")), 0)


def _with_counts(rows: QuerySet[TeamMembership]) -> QuerySet[TeamMembership]:
    return rows.annotate(
        open_count=_open_count(OuterRef("user")),
        team_count=_open_count(OuterRef("user"), team=OuterRef("team")),
        most=F("user__max_open_tickets"),
    )


def _candidate(row: Any, at: datetime) -> Candidate:
    rooms = [
        limit - count
        for limit, count in ((row.most, row.open_count), (row.capacity, row.team_count))
        if limit is not None
    ]
    return Candidate(
        user_id=row.user_id,
        is_here=presence_of(row.user, at=at).is_here,
        languages=tuple(row.user.languages),
        skills=tuple(row.skills),
        open_tickets=row.open_count,
        room=min(rooms, default=None),
        last_assigned_at=row.last_assigned_at,
    )
