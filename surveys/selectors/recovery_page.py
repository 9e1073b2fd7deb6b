"""What the page of a recovery case shows: what happened, what the customer said, which causes and gifts there are.

Everything is asked for in the name of a reader: texts of a ticket that he may not see are not among them, also where the case is his.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from surveys.models import (
    ActionNotice,
    CorrectiveAction,
    CouponCode,
    Incentive,
    RecoveryCase,
    RecoverySignal,
    RecoveryStep,
    Response,
    RootCause,
)
from surveys.policies.cause_tree import cause_label
from surveys.policies.incentives import needs_approval
from surveys.selectors.recovery import causes_above
from tickets.models import Message, Review, Ticket

MOST_VOTES = 24
MOST_MESSAGES = 12
MOST_CAUSES = 300
MOST_POOLS = 50
MOST_CASES = 20


@dataclass(frozen=True, kw_only=True)
class CauseChoice:
    """A cause that can be chosen. ``path``: its names from the top; ``open_cases``: other open ones that the reader may see."""

    cause: RootCause
    name: str
    path: tuple[str, ...]
    depth: int
    open_cases: int


@dataclass(frozen=True, kw_only=True)
class Pool:
    """What can be given. ``free``: codes left; ``left``: what is left of the budget, None without one."""

    incentive: Incentive
    free: int
    left: Decimal | None
    needs_approval: bool

    @property
    def is_empty(self) -> bool:
        return self.free == 0 or (self.left is not None and self.left < self.incentive.cost)


def cases_to_read() -> QuerySet[RecoveryCase]:
    """Cases with what their page prints of other tables. Narrow it with ``visible_to``."""
    return RecoveryCase.objects.select_related(
        "customer", "ticket__channel", "owner", "team", "root_cause", "topic", "invitation", "opened_by", "closed_by"
    )


def steps_of(case: RecoveryCase) -> dict[str, RecoveryStep]:
    """The settled steps by their kind."""
    steps = RecoveryStep.objects.filter(case=case).select_related("message", "by")
    return {step.kind: step for step in steps}


def signals_of(case: RecoveryCase, user: Any) -> list[RecoverySignal]:
    """Why the case was opened and what came in addition, oldest first; what other tickets say only where ``user`` sees them."""
    signals = list(
        RecoverySignal.objects.filter(case=case)
        .select_related("ticket", "response", "review__message", "review__channel")
        .order_by("at", "id")
    )
    return readable_signals(signals, {case.pk: case.ticket_id}, user)


def readable_signals(
    signals: Sequence[RecoverySignal], own: Mapping[int, int | None], user: Any
) -> list[RecoverySignal]:
    """Those of ``signals`` that ``user`` may read. ``own``: the ticket of each case (id -> id); who reads a case reads what that one says.

    At most one query, for any number of cases.
    """
    others = {signal.ticket_id for signal in signals if signal.ticket_id not in (None, own[signal.case_id])}
    seen = set(Ticket.objects.visible_to(user).filter(pk__in=others).values_list("pk", flat=True)) if others else set()
    return [signal for signal in signals if signal.ticket_id in (None, own[signal.case_id]) or signal.ticket_id in seen]


def votes_of(case: RecoveryCase, user: Any) -> list[Response]:
    """The customer's latest votes that ``user`` may read, oldest first, each with its further answers."""
    votes = (
        Response.objects.visible_to(user)
        .filter(invitation__customer=case.customer_id)
        .select_related("invitation__ticket", "channel")
        .prefetch_related("answers__question")
        .order_by("-answered_at", "-id")[:MOST_VOTES]
    )
    return list(votes)[::-1]


def key_messages(case: RecoveryCase, user: Any) -> list[Message]:
    """What the customer wrote on the case's ticket that tells the story: his first words, the angry ones, his last; oldest first."""
    if case.ticket_id is None:
        return []
    said = (
        Message.objects.visible_to(user)
        .filter(ticket=case.ticket_id, author=Message.Author.CUSTOMER, deleted_at=None)
        .defer("html", "headers")
        .order_by("sort_at", "id")
    )
    found: dict[int, Message] = {}
    for part in (said[:1], said.filter(sentiment="negative").reverse()[: MOST_MESSAGES - 3], said.reverse()[:2]):
        found |= {message.pk: message for message in part}
    return sorted(found.values(), key=lambda message: (message.sort_at, message.pk))


def review_of(signals: Iterable[RecoverySignal], user: Any) -> Review | None:
    """The latest review among the signals, if ``user`` may see where it stands."""
    ids = [signal.review_id for signal in signals if signal.review_id]
    if not ids:
        return None
    return Review.objects.visible_to(user).select_related("message__ticket", "channel").filter(pk=ids[-1]).first()


def actions_of(case: RecoveryCase) -> list[CorrectiveAction]:
    """The case's own actions in their order, those of its cause behind them, without cancelled ones; each with ``notice`` (or None)."""
    notices = Prefetch("notices", ActionNotice.objects.filter(case=case).select_related("message"), to_attr="of_case")
    about = Q(case=case) | Q(root_cause__in=causes_above(case.root_cause_id))
    actions = CorrectiveAction.objects.filter(about, cancelled_at=None).select_related("owner", "done_by")
    rows: list[Any] = sorted(
        actions.prefetch_related(notices), key=lambda action: (action.case_id is None, action.position, action.pk)
    )
    for action in rows:
        action.notice = next(iter(action.of_case), None)
    return rows


def causes_to_choose(case: RecoveryCase, user: Any) -> list[CauseChoice]:
    """The tree from the top, each branch under its parent; what is switched off only where the case has it. Two queries."""
    rows = list(
        RootCause.objects.filter(Q(is_active=True) | Q(pk=case.root_cause_id)).order_by("position", "name", "pk")[
            :MOST_CAUSES
        ]
    )
    open_cases = (
        RecoveryCase.objects.visible_to(user)
        .filter(closed_at=None, root_cause__isnull=False)
        .exclude(pk=case.pk)
        .order_by()
        .values_list("root_cause")
        .annotate(count=Count("pk"))
    )
    return ordered_causes(rows, dict(open_cases))


def ordered_causes(rows: Sequence[RootCause], counts: Mapping[int, int]) -> list[CauseChoice]:
    """The causes from the top, each branch under its parent, in the order of the rows; one whose parent is missing stands at the top."""
    known = {row.pk for row in rows}
    children: dict[int | None, list[RootCause]] = defaultdict(list)
    for row in rows:
        children[row.parent_id if row.parent_id in known else None].append(row)
    choices: list[CauseChoice] = []
    # From the top by a stack of our own: a tree that somebody made deep must not decide on our recursion.
    waiting: list[tuple[RootCause, tuple[str, ...]]] = [(row, ()) for row in reversed(children[None])]
    while waiting:
        row, above = waiting.pop()
        name = cause_label(row.key, row.name)
        path = (*above, name)
        choices.append(CauseChoice(cause=row, name=name, path=path, depth=len(above), open_cases=counts.get(row.pk, 0)))
        waiting += [(child, path) for child in reversed(children[row.pk])]
    return choices


def pools_for(case: RecoveryCase) -> list[Pool]:
    """The gifts that are switched on, with what is left of each and whether one more for this case needs an approval."""
    given = Q(codes__state__in=(CouponCode.State.GIVEN, CouponCode.State.REDEEMED))
    pools = (
        Incentive.objects.filter(is_active=True)
        .annotate(
            free=Count("codes", filter=Q(codes__state=CouponCode.State.FREE)),
            spent=Sum("codes__cost", filter=given),
        )
        .order_by("cost", "name")[:MOST_POOLS]
    )
    so_far = case.codes.filter(state__in=(CouponCode.State.GIVEN, CouponCode.State.REDEEMED)).aggregate(sum=Sum("cost"))
    return [_pool(pool, so_far["sum"] or Decimal(0)) for pool in pools]


def codes_of(case: RecoveryCase) -> list[CouponCode]:
    """What the case was given, oldest first."""
    return list(CouponCode.objects.filter(case=case).select_related("incentive", "given_by").order_by("given_at", "pk"))


def _pool(incentive: Any, so_far: Decimal) -> Pool:
    left = None if incentive.budget is None else max(Decimal(0), incentive.budget - (incentive.spent or Decimal(0)))
    waits = needs_approval(cost=incentive.cost, given_in_case=so_far, approval_above=incentive.approval_above)
    return Pool(incentive=incentive, free=incentive.free, left=left, needs_approval=waits)


def cases_of_customer(*, customer_id: int, user: Any, besides: int | None = None) -> QuerySet[RecoveryCase]:
    """The customer's cases that ``user`` may see, the newest first, at most MOST_CASES."""
    cases = RecoveryCase.objects.visible_to(user).filter(customer=customer_id).select_related("owner", "root_cause")
    return cases.exclude(pk=besides or 0).order_by("-opened_at", "-pk")[:MOST_CASES]
