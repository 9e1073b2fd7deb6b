"""Who and what actions may name: teams, topics, people, each asked for at most once."""

from collections.abc import Collection

from helpdesk.accounts.backends import RoleBackend
from helpdesk.accounts.models import User
from tickets.models import Team, TeamMembership, Topic
from tickets.models.visibility import may_see_team


class StaffDirectory:
    """What policies/action_plans.py asks. It remembers its answers: make one for each run, and it costs a query for each new name."""

    def __init__(self) -> None:
        self._teams: set[int] | None = None
        self._topics: set[int] | None = None
        self._refusals: dict[tuple[int, int | None], str] = {}
        self._people: dict[tuple[tuple[str, ...], int | None, int | None], list[int]] = {}
        self._users: dict[int, User | None] = {}

    def has_team(self, team_id: int) -> bool:
        """Whether there is such a team."""
        if self._teams is None:
            self._teams = set(Team.objects.values_list("pk", flat=True))
        return team_id in self._teams

    def has_topic(self, topic_id: int) -> bool:
        """Whether there is such a topic, in use."""
        if self._topics is None:
            self._topics = set(Topic.objects.filter(is_active=True).values_list("pk", flat=True))
        return topic_id in self._topics

    def refuses_agent(self, agent_id: int, team_id: int | None) -> str:
        """Why this person cannot be given tickets of that team; "" when he can."""
        if (agent_id, team_id) not in self._refusals:
            self._refusals[agent_id, team_id] = self._refusal(agent_id, team_id)
        return self._refusals[agent_id, team_id]

    def _refusal(self, agent_id: int, team_id: int | None) -> str:
        if agent_id not in self._users:
            self._users[agent_id] = RoleBackend().get_user(agent_id)
        user = self._users[agent_id]
        if user is None or not user.has_perm("tickets.reply_ticket"):
            return "unknown_assignee"
        return "" if may_see_team(user, team_id) else "assignee_outside_team"

    def people(self, who: Collection[str], team_id: int | None, assignee_id: int | None) -> list[int]:
        """The keys of those who are meant ("assignee", "team", "leads", "user:5"), of those who may see the team's tickets."""
        key = (tuple(who), team_id, assignee_id if "assignee" in who else None)
        if key not in self._people:
            found = {user_id for name in who for user_id in self._meant(name, team_id, assignee_id)}
            self._people[key] = sorted(user_id for user_id in found if not self.refuses_agent(user_id, team_id))
        return self._people[key]

    def _meant(self, name: str, team_id: int | None, assignee_id: int | None) -> list[int]:
        if name == "assignee":
            return [assignee_id] if assignee_id is not None else []
        if name.startswith("user:"):
            return [int(name[5:])]
        members = (
            TeamMembership.objects.filter(team_id=team_id) if team_id is not None else TeamMembership.objects.none()
        )
        if name == "leads":
            members = members.filter(is_lead=True)
        found = list(members.values_list("user_id", flat=True))
        if name == "leads" and not found:
            # A ticket without a team, or a team without a lead: whoever has that role.
            found = list(User.objects.filter(is_active=True, groups__name="lead").values_list("pk", flat=True))
        return found
