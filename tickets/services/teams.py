"""Setting up teams."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.common.errors import InvalidInput
from helpdesk.common.text import one_line
from tickets.models import Team, TeamMembership
from tickets.services.actors import Actor
from tickets.services.clock_changes import team_hours_changed

UNCHANGED: Final[Any] = object()
MOST_SKILLS = 50
# How a team gives out its tickets; "": not at all.
WAYS = ("", "round_robin", "least_busy")


@dataclass(frozen=True, kw_only=True)
class MemberSettings:
    """How much of the team's work a member gets, and what he knows. UNCHANGED stays as it is; ``capacity`` None: no limit."""

    user_id: int
    capacity: int | None = UNCHANGED
    skills: Sequence[str] = UNCHANGED


@transaction.atomic
def save_team(*, team: Team, actor: Actor) -> Team:
    """Keep a team as it was filled in. Where it counts by other hours now, the clocks of its tickets are counted anew soon."""
    before = Team.objects.filter(pk=team.pk).values_list("business_hours_id", flat=True).first() if team.pk else None
    team.save()
    if before != team.business_hours_id:
        team_hours_changed(team_id=team.pk)
    return team


@transaction.atomic
def change_assignment(
    *,
    team_id: int,
    actor: Actor,
    assignment: str = UNCHANGED,
    takes_back_after: timedelta | None = UNCHANGED,
    members: Sequence[MemberSettings] = (),
) -> Team:
    """How a team gives out its tickets. Raises InvalidInput for an unknown way, or somebody who is not in the team."""
    team = Team.objects.select_for_update().get(pk=team_id)
    if assignment is not UNCHANGED:
        if assignment not in WAYS:
            text = _("There is no such way to give out tickets.")
            raise InvalidInput("unknown_assignment", text, fields={"assignment": text})
        team.assignment = assignment
    if takes_back_after is not UNCHANGED:
        team.takes_back_after = takes_back_after
    memberships = {one.user_id: one for one in TeamMembership.objects.filter(team=team)}
    for place, given in enumerate(members):
        membership = memberships.get(given.user_id)
        if membership is None:
            text = _("This person is not in the team.")
            raise InvalidInput("unknown_member", text, fields={f"members.{place}.id": text})
        if given.capacity is not UNCHANGED:
            membership.capacity = given.capacity
        if given.skills is not UNCHANGED:
            membership.skills = clean_skills(given.skills)
        membership.save(update_fields=["capacity", "skills"])
    return save_team(team=team, actor=actor)


def clean_skills(words: Sequence[str]) -> list[str]:
    """Each on one line and once, at most 50 of at most 60 characters."""
    clean = (one_line(word).strip()[:60] for word in words)
    return list(dict.fromkeys(word for word in clean if word))[:MOST_SKILLS]
