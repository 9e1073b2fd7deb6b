"""How long decisions are kept."""

from datetime import timedelta

from helpdesk.common.clock import now
from tickets.models import RoutingDecision, Ticket

KEPT = timedelta(days=365)
BATCH = 5000


def delete_old_decisions() -> int:
    """Forget what was decided more than a year ago on tickets that are closed; at most 5,000 rows a run, the oldest first.

    Those of open tickets stay: a rule that waits for time knows by them that it has acted.
    """
    old = RoutingDecision.objects.filter(at__lt=now() - KEPT, ticket__status=Ticket.Status.CLOSED)
    oldest = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    deleted: int = RoutingDecision.objects.filter(pk__in=oldest).delete()[0]
    return deleted
