"""Setting up teams."""

from django.db import transaction

from tickets.models import Team
from tickets.services.actors import Actor
from tickets.services.clock_changes import team_hours_changed


@transaction.atomic
def save_team(*, team: Team, actor: Actor) -> Team:
    """Keep a team as it was filled in. Where it counts by other hours now, the clocks of its tickets are counted anew soon."""
    before = Team.objects.filter(pk=team.pk).values_list("business_hours_id", flat=True).first() if team.pk else None
    team.save()
    if before != team.business_hours_id:
        team_hours_changed(team_id=team.pk)
    return team
