"""Which teams somebody may know of."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tickets.models import Team, TeamMembership


def visible_teams(user: Any) -> QuerySet[Team]:
    """Every team but the private ones of others; all of them for whoever may see every ticket."""
    if user.has_perm("tickets.view_every_ticket"):
        return Team.objects.all()
    membership = TeamMembership.objects.filter(team=OuterRef("pk"), user=user.pk)
    return Team.objects.filter(Q(is_private=False) | Exists(membership))


def may_change_team(user: Any, team: Team) -> bool:
    """A private team is changed from inside, or by who sets teams up: nobody else lets himself in."""
    if not user.has_perm("tickets.change_team"):
        return False
    if not team.is_private or user.has_perm("tickets.add_team"):
        return True
    return TeamMembership.objects.filter(team=team, user=user.pk).exists()
