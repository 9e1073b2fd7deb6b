"""What the API says of clocks: the short form on a ticket, and how a page of tickets gets it in one query."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from tickets.models import Metric, SLATimer


class TicketClockRead(serializers.Serializer):
    """The newest clock of one limit. `remaining_seconds` is set while it stands still, when `due_at` is null."""

    metric = serializers.ChoiceField(choices=Metric.choices)
    state = serializers.ChoiceField(choices=SLATimer.State.choices)
    policy = serializers.IntegerField(allow_null=True)
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    remaining_seconds = serializers.FloatField(allow_null=True)
    met_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)


_COLUMNS = (
    "ticket_id", "metric", "state", "policy_id", "started_at", "due_at", "remaining_seconds", "met_at", "breached_at",
)  # fmt: skip


def clocks_of(rows: Sequence[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    """The ``sla`` of each ticket of a page. One query; none where no ticket of the page falls under a policy."""
    ids = [row["id"] for row in rows if row["sla_policy_id"] is not None]
    if not ids:
        return {}
    newest = SLATimer.objects.filter(ticket_id__in=ids).order_by("ticket_id", "metric", "-cycle")
    clocks: dict[int, list[dict[str, Any]]] = {}
    for values in newest.distinct("ticket_id", "metric").values_list(*_COLUMNS):
        clock = dict(zip(_COLUMNS, values, strict=True))
        clock["policy"] = clock.pop("policy_id")
        clocks.setdefault(clock.pop("ticket_id"), []).append(clock)
    return clocks
