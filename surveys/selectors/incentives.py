"""Pools as their pages and the API show them: with what is left, given and spent."""

from typing import Any

from django.db.models import Count, DecimalField, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from surveys.models import CouponCode, Incentive, RecoveryCase

_ZERO = Value(0, DecimalField(max_digits=12, decimal_places=2))
_COUNTED = Q(codes__state__in=(CouponCode.State.GIVEN, CouponCode.State.REDEEMED))


def pools() -> QuerySet[Incentive, Any]:
    """Every pool with ``free``, ``given`` (ever, expired ones too), ``redeemed`` and ``spent``, counted in one statement."""
    return Incentive.objects.annotate(
        free=Count("codes", filter=Q(codes__state=CouponCode.State.FREE)),
        given=Count("codes", filter=Q(codes__given_at__isnull=False)),
        redeemed=Count("codes", filter=Q(codes__state=CouponCode.State.REDEEMED)),
        spent=Coalesce(Sum("codes__cost", filter=_COUNTED), _ZERO),
    )


def codes_of_pool(incentive_id: int, *, reader: Any, state: str = "", query: str = "") -> QuerySet[CouponCode, Any]:
    """The codes of a pool, the latest given first, then the others as they came; ``query`` is part of a code.

    Each has ``is_case_seen``: whether ``reader`` may see whom it was given to.
    """
    seen = RecoveryCase.objects.visible_to(reader).filter(pk=OuterRef("case"))
    codes = CouponCode.objects.filter(incentive=incentive_id).select_related("customer", "given_by")
    if state:
        codes = codes.filter(state=state)
    if query:
        codes = codes.filter(code__icontains=query)
    return codes.annotate(is_case_seen=Exists(seen)).order_by(F("given_at").desc(nulls_last=True), "pk")


def counts_by_state(incentive_id: int) -> dict[str, int]:
    """How many codes of a pool are in each state."""
    codes = CouponCode.objects.filter(incentive=incentive_id).order_by().values_list("state")
    return dict(codes.annotate(count=Count("pk")))
