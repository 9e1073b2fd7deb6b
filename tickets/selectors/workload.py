"""The members of a team: who is there, and how much each has to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from helpdesk.accounts.models import User
from tickets.models import BotSession, TeamMembership, Ticket
from tickets.models.ticket import OPEN_STATUSES
from tickets.policies.assignment import Candidate
from tickets.policies.presence import Presence, effective_presence

# Who is here first.
STATES = ("online", "away", "offline")
TO_BE_DONE = (Ticket.Status.NEW, Ticket.Status.OPEN)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One member in his team. ``room`` None: without limit; ``may_answer``: nobody else is given tickets."""

    name: str
    presence: Presence
    open_tickets: int
    room: int | None
    may_answer: bool


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
    return _holding("reply_ticket")


def _holding(codename: str) -> Q:
    rights = Q(groups__permissions__codename=codename) | Q(user_permissions__codename=codename)
    return Q(is_active=True) & (Q(is_superuser=True) | rights)


def colleagues_on(ticket: Ticket, *, besides: int) -> QuerySet[User]:
    """Whoever works here and may read the ticket, but for one. One statement."""
    able = User.objects.filter(_holding("view_ticket")).order_by().values("pk")
    people = User.objects.filter(pk__in=able, is_staff=True).exclude(pk=besides)
    if ticket.team is not None and ticket.team.is_private:
        members = TeamMembership.objects.filter(team=ticket.team_id).order_by().values("user")
        seeing = User.objects.filter(_holding("view_every_ticket")).order_by().values("pk")
        people = people.filter(Q(pk__in=members) | Q(pk__in=seeing))
    return people.order_by("first_name", "username")


def candidates_for(*, team_id: int, at: datetime) -> list[Candidate]:
    """The members of a team who may answer, with their room. Two statements; lock the users first where the room must hold."""
    able = User.objects.filter(may_answer()).order_by().values("pk")
    rows = TeamMembership.objects.filter(team_id=team_id, user__in=able).select_related("user")
    members = list(rows.order_by("user_id"))
    counts = _open_counts([member.user_id for member in members])
    return [_candidate(member, counts, at) for member in members]


def standings_of(*, team_id: int, at: datetime) -> list[Standing]:
    """How the members of a team stand, who is here first. Three statements."""
    members = TeamMembership.objects.filter(team_id=team_id, user__is_active=True).select_related("user")
    able = {one.user_id: one for one in candidates_for(team_id=team_id, at=at)}
    standings = [
        Standing(
            name=member.user.display_name,
            presence=presence_of(member.user, at=at),
            open_tickets=able[member.user_id].open_tickets if member.user_id in able else 0,
            room=able[member.user_id].room if member.user_id in able else 0,
            may_answer=member.user_id in able,
        )
        for member in members
    ]
    return sorted(standings, key=lambda one: (STATES.index(one.presence.state), one.name.casefold()))


def is_anybody_free(*, team_id: int, at: datetime) -> bool:
    """Whether the team has somebody who is there and has room. Two statements."""
    return any(one.is_here and (one.room is None or one.room > 0) for one in candidates_for(team_id=team_id, at=at))


def team_queue(team_id: int) -> QuerySet[Ticket]:
    """What waits for somebody of the team, the most urgent first: not with a bot, not put aside."""
    waiting = Ticket.objects.filter(team=team_id, assignee=None, status__in=TO_BE_DONE, snoozed_until=None)
    with_bot = BotSession.objects.filter(ticket=OuterRef("pk"), state=BotSession.State.ACTIVE)
    return waiting.exclude(Exists(with_bot)).order_by("-priority_score", "pk")


def people_with_tickets_of(team_id: int) -> QuerySet[User]:
    """Whoever has an open ticket of the team, one of its members or not, here or gone. One statement."""
    theirs = Ticket.objects.still_open().filter(assignee=OuterRef("pk"), team=team_id)
    return User.objects.filter(Exists(theirs)).order_by("pk")


def absent_since(user: Any, *, at: datetime) -> datetime | None:
    """Since when somebody is not there; None while he is, and for somebody who was never here."""
    presence = presence_of(user, at=at)
    return None if presence.is_here else presence.since


def workloads(user_ids: Sequence[int], *, viewer: Any, at: datetime) -> dict[int, Workload]:
    """How these people stand, by id, as far as ``viewer`` may see their tickets. Two statements."""
    counts = _open_counts(user_ids, Ticket.objects.visible_to(viewer))
    return {
        person.pk: Workload(
            user_id=person.pk,
            name=person.display_name,
            presence=presence_of(person, at=at),
            open_tickets=sum(counts.get(person.pk, {}).values()),
            capacity=person.max_open_tickets,
        )
        for person in User.objects.filter(pk__in=user_ids)
    }


def _open_counts(user_ids: Sequence[int], tickets: QuerySet[Ticket] | None = None) -> dict[int, dict[int | None, int]]:
    """How many open tickets (among these; by default all) these people have, by person and team; read from an index alone."""
    counted = tickets if tickets is not None else Ticket.objects.all()
    found = (
        counted.filter(status__in=OPEN_STATUSES)
        .filter(assignee__in=user_ids)
        .order_by()
        .values("assignee_id", "team_id")
    )
    counts: dict[int, dict[int | None, int]] = {}
    for row in found.annotate(count=Count("*")):
        counts.setdefault(row["assignee_id"], {})[row["team_id"]] = row["count"]
    return counts


def _candidate(member: TeamMembership, counts: dict[int, dict[int | None, int]], at: datetime) -> Candidate:
    user, theirs = member.user, counts.get(member.user_id, {})
    limits = ((user.max_open_tickets, sum(theirs.values())), (member.capacity, theirs.get(member.team_id, 0)))
    return Candidate(
        user_id=member.user_id,
        is_here=presence_of(user, at=at).is_here,
        languages=tuple(user.languages),
        skills=tuple(member.skills),
        open_tickets=sum(theirs.values()),
        room=min((limit - count for limit, count in limits if limit is not None), default=None),
        last_assigned_at=member.last_assigned_at,
    )
