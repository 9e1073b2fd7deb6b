"""Whether a cause came back: its cases before and after what was done about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from surveys.models import CorrectiveAction, RecoveryCase
from surveys.selectors.recovery import causes_below

DAYS = (30, 90)
MOST_ACTIONS = 50


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """Cases that were opened in the 30 and 90 days before an action was done and after it; "after" is None until those days are over."""

    action: CorrectiveAction
    before_30: int
    after_30: int | None
    before_90: int
    after_90: int | None


def recurrence_of(cause_id: int, *, reader: Any, at: datetime) -> list[Recurrence]:
    """The done actions of a cause, the latest first, at most 50, each with the cases of the cause and all below it that ``reader`` may see.

    Cases that were opened by mistake and made-up ones are not counted. The moment of the deed belongs to "after". One statement
    besides the one that reads the tree.
    """
    cases = (
        RecoveryCase.objects.visible_to(reader)
        .filter(root_cause__in=causes_below(cause_id), is_demo=False)
        .exclude(outcome=RecoveryCase.Outcome.MISTAKEN)
    )
    done = CorrectiveAction.objects.filter(root_cause=cause_id, done_at__isnull=False, cancelled_at=None)
    counted = done.select_related("owner").annotate(**_counts(cases, at)).order_by("-done_at", "-pk")[:MOST_ACTIONS]
    names = ("before_30", "after_30", "before_90", "after_90")
    return [Recurrence(action=action, **{name: getattr(action, name) for name in names}) for action in counted]


def _counts(cases: QuerySet[RecoveryCase], at: datetime) -> dict[str, Any]:
    counts: dict[str, Any] = {}
    for days in DAYS:
        span = timedelta(days=days)
        done_at = OuterRef("done_at")
        counts[f"before_{days}"] = _count(cases.filter(opened_at__gte=done_at - span, opened_at__lt=done_at))
        after = _count(cases.filter(opened_at__gte=done_at, opened_at__lt=done_at + span))
        counts[f"after_{days}"] = Case(When(Q(done_at__lte=at - span), then=after), default=Value(None))
    return counts


def _count(cases: QuerySet[RecoveryCase]) -> Any:
    """How many there are, as a column of the outer row."""
    one = cases.order_by().annotate(every=Value(1)).values("every").annotate(count=Count(F("pk"))).values("count")
    return Coalesce(Subquery(one), 0, output_field=IntegerField())
