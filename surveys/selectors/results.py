"""One agent's own results: what customers thought of the contacts that he answered last in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Case, Count, Q, Value, When

from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from surveys.models import Response
from tickets.models.visibility import ticket_condition

# Below this many votes a mean says little.
FEW_VOTES = 10
COMMENTS = 20
LINE = 30
MOST_AGENTS = 200
PERIOD = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class AgentResults:
    """``mean`` on the common scale, 1.0 to 10.0, None without a rated vote; ``low_percent`` of all votes; UTC."""

    since: datetime
    votes: int
    rated: int
    mean: float | None
    low: int
    latest: list[Response]
    commented: list[Response]

    @property
    def low_percent(self) -> int | None:
        return round(100 * self.low / self.votes) if self.votes else None

    @property
    def are_few(self) -> bool:
        return self.votes < FEW_VOTES


def results_of(agent_id: int, *, reader: Any) -> AgentResults:
    """The votes of the last 90 days about contacts of this agent; three queries.

    The figures and scores are those of every vote; words stand in ``commented`` only where ``reader`` may read the vote itself,
    each with ``is_ticket_seen``: whether he may open the ticket behind it.
    """
    since = now() - PERIOD
    votes = _votes(since).filter(agent_id=agent_id)
    figures = votes.aggregate(
        votes=Count("pk"), rated=Count("rating"), mean=Avg("rating"), low=Count("pk", filter=Q(is_low=True))
    )
    condition = ticket_condition(reader, "invitation__ticket__")
    seen: Any = Value(True) if condition is None else Case(When(condition, then=Value(True)), default=Value(False))
    newest = votes.order_by("-answered_at", "-id")
    said = newest.visible_to(reader).exclude(comment="").select_related("invitation__ticket")
    return AgentResults(
        since=since,
        latest=list(newest[:LINE]),
        commented=list(said.annotate(is_ticket_seen=seen)[:COMMENTS]),
        **figures,
    )


def agents_with_votes() -> list[dict[str, Any]]:
    """Who has votes in the last 90 days, most first: agent, votes, mean (1.0 to 10.0 or None), low_percent. Two queries."""
    rows = (
        _votes(now() - PERIOD)
        .filter(agent__isnull=False)
        .values("agent")
        .annotate(votes=Count("pk"), mean=Avg("rating"), low=Count("pk", filter=Q(is_low=True)))
        .order_by("-votes", "agent")[:MOST_AGENTS]
    )
    agents = User.objects.in_bulk([row["agent"] for row in rows])
    return [
        {
            "agent": agents[row["agent"]],
            "votes": row["votes"],
            "mean": row["mean"],
            "low_percent": round(100 * row["low"] / row["votes"]),
            "are_few": row["votes"] < FEW_VOTES,
        }
        for row in rows
    ]


def _votes(since: datetime) -> Any:
    return Response.objects.filter(answered_at__gte=since, is_demo=False)
