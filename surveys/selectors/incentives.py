"""Pools as their pages and the API show them: with what is left, given and spent."""

from typing import Any

from django.db.models import Count, DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from surveys.models import CouponCode, Incentive

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
