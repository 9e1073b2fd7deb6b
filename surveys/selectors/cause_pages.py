"""The tree of causes with its cases, and what customers were told of what was done about one."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet

from surveys.models import ActionNotice, CorrectiveAction, RecoveryCase, RootCause
from surveys.selectors.recovery import UNTOLD_STATES, causes_below
from surveys.selectors.recovery_page import ordered_causes

MOST_CASES = 20
BETWEEN = " › "
# A message that was sent and did not arrive has told nobody anything.
NOT_DELIVERED = "not_delivered"


@dataclass(frozen=True, kw_only=True)
class CauseNode:
    """A cause in its tree. ``path``: its names from the top; the counts are those of the cause and all below it."""

    cause: RootCause
    name: str
    path: str
    depth: int
    cases: int
    open_cases: int


@dataclass(kw_only=True)
class Telling:
    """What became of telling customers that an action is done; ``untold``: how many, by the code of the reason."""

    told: int = 0
    waiting: int = 0
    untold: Counter[str] = field(default_factory=Counter)


def cause_tree(reader: Any) -> list[CauseNode]:
    """Every cause, each branch under its parent, with the cases that ``reader`` may see (demo aside). Two statements."""
    counted = (
        RecoveryCase.objects.visible_to(reader)
        .filter(root_cause__isnull=False, is_demo=False)
        .order_by()
        .values_list("root_cause")
        .annotate(every=Count("pk"), still_open=Count("pk", filter=Q(closed_at=None)))
    )
    cases = {pk: (every, still_open) for pk, every, still_open in counted}
    order = ordered_causes(list(RootCause.objects.order_by("position", "name", "pk")), {})
    nodes = []
    for index, choice in enumerate(order):
        every, still_open = cases.get(choice.cause.pk, (0, 0))
        for below in order[index + 1 :]:
            if below.depth <= choice.depth:
                break
            more, more_open = cases.get(below.cause.pk, (0, 0))
            every, still_open = every + more, still_open + more_open
        path = BETWEEN.join(choice.path)
        nodes.append(
            CauseNode(
                cause=choice.cause, name=choice.name, path=path, depth=choice.depth, cases=every, open_cases=still_open
            )
        )
    return nodes


def cause_choices() -> list[tuple[str, str]]:
    """(key, path) of the causes in use, in the order of the tree; one statement."""
    rows = list(RootCause.objects.filter(is_active=True).order_by("position", "name", "pk"))
    return [(str(choice.cause.pk), BETWEEN.join(choice.path)) for choice in ordered_causes(rows, {})]


def cases_of_cause(cause_id: int, reader: Any) -> QuerySet[RecoveryCase]:
    """The cases of a cause and all below it that ``reader`` may see, open ones first, then the newest; at most 20."""
    cases = RecoveryCase.objects.visible_to(reader).filter(root_cause__in=causes_below(cause_id), is_demo=False)
    found = cases.select_related("customer", "owner", "ticket", "root_cause")
    return found.order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")[:MOST_CASES]


def customers_to_tell(cause_id: int, reader: Any) -> int:
    """How many customers, as far as ``reader`` may see their cases, would be told if an action of this cause were done now."""
    cases = RecoveryCase.objects.visible_to(reader).filter(root_cause__in=causes_below(cause_id), is_demo=False)
    asked = cases.filter(customer__anonymized_at=None).exclude(outcome=RecoveryCase.Outcome.MISTAKEN)
    return asked.order_by().values("customer").distinct().count()


def actions_of_cause(cause_id: int) -> list[CorrectiveAction]:
    """What is done about a cause itself: open ones by their day, then the done ones, the latest first."""
    actions = CorrectiveAction.objects.filter(root_cause=cause_id, cancelled_at=None).select_related("owner", "done_by")
    return list(actions.order_by(F("done_at").desc(nulls_first=True), F("due_on").asc(nulls_last=True), "-pk")[:100])


def tellings_of(action_ids: Collection[int], reader: Any) -> dict[int, Telling]:
    """What became of the notices of these actions, as far as ``reader`` may see their cases. One statement."""
    found = {pk: Telling() for pk in action_ids}
    rows = (
        ActionNotice.objects.filter(action__in=action_ids, case__in=RecoveryCase.objects.visible_to(reader))
        .order_by()
        .annotate(is_untold=ExpressionWrapper(Q(told_at=None), BooleanField()))
        .values_list("action", "reason", "is_untold", "message__delivery_state")
        .annotate(count=Count("pk"))
    )
    for action, reason, is_untold, delivery_state, count in rows:
        telling = found[action]
        if reason:
            telling.untold[reason] += count
        elif is_untold:
            telling.waiting += count
        elif delivery_state in UNTOLD_STATES:
            telling.untold[NOT_DELIVERED] += count
        else:
            telling.told += count
    return found
