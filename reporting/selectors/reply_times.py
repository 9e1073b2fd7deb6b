"""How fast a team usually answers, for telling customers beforehand."""

from datetime import datetime

from django.db.models import Count

from reporting.metrics.question import Percentiles
from reporting.models import TicketFact

# Fewer answers than that say nothing about the next one.
LEAST_ANSWERS = 5


def usual_reply_seconds(*, since: datetime) -> dict[int, float]:
    """The median first response time in seconds by channel id, of tickets opened since then; channels with few answers are left out."""
    answered = TicketFact.objects.counted().filter(opened_at__gte=since, first_response_seconds__isnull=False)
    rows = answered.order_by().values("channel_id").annotate(times=Percentiles("first_response_seconds"))
    counted = rows.annotate(count=Count("opened_at"))
    return {row["channel_id"]: float(row["times"][0]) for row in counted if row["count"] >= LEAST_ANSWERS}
