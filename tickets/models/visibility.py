"""Who sees what: the one place that admin, API, search, exports and feeds ask.

Groups grant verbs, team membership grants scope. An agent sees the tickets of his teams, those without a team, and those of teams
that are not private. Whoever may ``view_every_ticket`` (auditors) and superusers see all; whoever may only ``view_public_posts``
(marketing) sees tickets of public channels. Everything else hangs on the ticket. The rules are SQL conditions without a query of
their own, so that a page pays nothing for them.
"""

from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.lookups import IsNull

NOTHING = Q(pk__in=[])
# In plain SQL because every page asks it: the ORM takes longer to write it than PostgreSQL to answer it.
_HIDDEN_TEAMS = """
SELECT team.id FROM tickets_team AS team WHERE team.is_private AND NOT EXISTS (
    SELECT FROM tickets_teammembership AS membership WHERE membership.team_id = team.id AND membership.user_id = %s
)
"""


def _sees_every_ticket(user: Any) -> bool:
    return bool(user.is_superuser or user.has_perm("tickets.view_every_ticket"))


def ticket_condition(user: Any, prefix: str = "") -> Q | None:
    """The condition on tickets reached through ``prefix`` ("" or "ticket__"); None where everything is visible."""
    if not user.is_active or not user.is_authenticated:
        return NOTHING
    if _sees_every_ticket(user):
        return None
    if user.has_perm("tickets.view_ticket"):
        hidden = RawSQL(_HIDDEN_TEAMS, [user.pk])  # noqa: S611 - the id is a parameter
        return Q(**{f"{prefix}team__isnull": True}) | ~Q(**{f"{prefix}team_id__in": hidden})
    if user.has_perm("tickets.view_public_posts"):
        return Q(**{f"{prefix}channel__is_public": True})
    return NOTHING


def may_see_ticket(user: Any, ticket: Any) -> bool:
    """The same rule for a ticket already in hand; costs at most one query."""
    from tickets.models import Ticket

    condition = ticket_condition(user)
    return condition is None or Ticket.objects.filter(condition, pk=ticket.pk).exists()


def may_see_team(user: Any, team_id: int | None) -> bool:
    """Whether ``user`` may see tickets of that team; costs one query, and none where there is no team."""
    if team_id is None or _sees_every_ticket(user):
        return True
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM ({_HIDDEN_TEAMS}) AS hidden WHERE id = %s", [user.pk, team_id])  # noqa: S608  a constant
        return cursor.fetchone() is None


def customer_condition(user: Any) -> Q | None:
    """Customers with a visible ticket, and those without any ticket (and not merged away) for whoever may view customers."""
    from tickets.models.ticket import Ticket

    condition = ticket_condition(user)
    if condition is None:
        return None
    # One ticket each, asked for by value: behind an EXISTS PostgreSQL would hash every ticket there is to show one page.
    theirs = Ticket.objects.filter(customer=OuterRef("pk")).order_by().values("pk")
    seen = Q(IsNull(Subquery(theirs.filter(condition)[:1]), False))
    if user.has_perm("tickets.view_customer"):
        # One who was merged away has no tickets left; he is nobody's to see, lest a merge open what a private team kept.
        seen |= Q(IsNull(Subquery(theirs[:1]), True)) & Q(merged_into__isnull=True)
    return seen
