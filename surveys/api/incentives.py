"""``/api/v1/incentives/``: what customers may be given to make good, the codes of it, and redeeming them."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import ChoicesFilter
from helpdesk.common.api.serializers import InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from surveys.models import CouponCode, Incentive
from surveys.policies.incentives import LONGEST_CODE, MOST_CODES
from surveys.selectors.incentives import pools
from surveys.services.incentive_codes import export_codes, import_codes, redeem_code
from surveys.services.incentive_pools import save_incentive
from tickets.services.actors import Actor

_MONEY: dict[str, Any] = {"max_digits": 10, "decimal_places": 2, "min_value": 0}


class IncentiveRead(serializers.ModelSerializer):
    """`cost` is what one code costs, `spent` what all codes that were given away and have not run out cost together."""

    free = serializers.IntegerField(help_text="Codes that can be given.")
    given = serializers.IntegerField(help_text="Codes that were ever given.")
    redeemed = serializers.IntegerField()
    spent = serializers.DecimalField(max_digits=14, decimal_places=2)
    valid_for_seconds = serializers.SerializerMethodField()

    class Meta:
        model = Incentive
        fields = [
            "id", "name", "kind", "description", "cost", "currency", "approval_above", "budget", "valid_for_seconds",
            "expires_on", "is_active", "free", "given", "redeemed", "spent", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_valid_for_seconds(self, incentive: Incentive) -> int | None:
        return None if incentive.valid_for is None else round(incentive.valid_for.total_seconds())


class IncentiveChange(InputSerializer):
    """What is given is changed. `approval_above`: null never asks, 0 always does. `budget`: null is no limit."""

    name = serializers.CharField(max_length=100, required=False)
    kind = serializers.ChoiceField(choices=Incentive.Kind.choices, required=False)
    description = serializers.CharField(max_length=300, required=False)
    cost = serializers.DecimalField(required=False, **_MONEY)
    currency = serializers.CharField(max_length=3, required=False)
    approval_above = serializers.DecimalField(required=False, allow_null=True, **_MONEY)
    budget = serializers.DecimalField(required=False, allow_null=True, max_digits=12, decimal_places=2, min_value=0)
    valid_for_seconds = serializers.IntegerField(
        min_value=60, max_value=10 * 366 * 86400, required=False, allow_null=True
    )
    expires_on = serializers.DateField(required=False, allow_null=True)
    is_active = serializers.BooleanField(required=False)


class IncentiveCreate(IncentiveChange):
    """A new pool; its codes come by `import`."""

    name = serializers.CharField(max_length=100)
    description = serializers.CharField(max_length=300)


class CodesGiven(InputSerializer):
    """Codes of the shop, each once over all pools."""

    codes = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_CODE * 2, allow_blank=True), max_length=MOST_CODES
    )


class CodeFaultRead(serializers.Serializer):
    """A line that is no code, counted from 1; `reason` is too_long, repeated or odd_characters."""

    line = serializers.IntegerField()
    reason = serializers.CharField()


class ImportedRead(serializers.Serializer):
    """What became of the codes; `known` were here already."""

    added = serializers.IntegerField()
    known = serializers.IntegerField()
    faults = CodeFaultRead(many=True)


class RedeemGiven(InputSerializer):
    """`reference` says what for, such as an order's number: the same code for the same reference may be asked for again."""

    code = serializers.CharField(max_length=LONGEST_CODE)
    reference = serializers.CharField(max_length=100)


class CodeRead(serializers.ModelSerializer):
    """A code that was redeemed, with what it is worth to the customer."""

    incentive = serializers.IntegerField(source="incentive_id")
    description = serializers.CharField(source="incentive.description")
    customer = serializers.IntegerField(source="customer_id", allow_null=True)

    class Meta:
        model = CouponCode
        fields = [
            "code",
            "state",
            "incentive",
            "description",
            "customer",
            "given_at",
            "expires_at",
            "redeemed_at",
            "redeemed_for",
        ]
        read_only_fields = fields


class IncentiveFilters(filters.FilterSet):
    name = filters.CharFilter(max_length=100)
    kind = ChoicesFilter(choices=Incentive.Kind.choices)
    is_active = filters.BooleanFilter()

    class Meta:
        model = Incentive
        fields: tuple[str, ...] = ()


class IncentiveViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Pools of codes. One that is no longer wanted is made inactive."""

    queryset = Incentive.objects.order_by()
    serializer_class = IncentiveRead
    filterset_class = IncentiveFilters
    orderings: ClassVar = {"name": ("name", "id"), "-name": ("-name", "-id"), "id": ("id",), "-id": ("-id",)}
    permissions: ClassVar = {
        "list": ("surveys.view_incentive",),
        "retrieve": ("surveys.view_incentive",),
        "create": ("surveys.add_incentive",),
        "partial_update": ("surveys.change_incentive",),
        "import_lines": ("surveys.change_incentive",),
        "export": ("surveys.change_incentive",),
        "redeem": ("surveys.redeem_incentive",),
    }

    def get_queryset(self) -> QuerySet:
        return pools().order_by()

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Part of the name."""
        return queryset.filter(name__icontains=query.strip()[:100])

    @extend_schema(request=IncentiveCreate, responses={201: IncentiveRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new pool."""
        return Response(self._save(None, self.read_input(IncentiveCreate)), status=201)

    @extend_schema(request=IncentiveChange, responses=IncentiveRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given."""
        values = self.read_input(IncentiveChange)
        return Response(self._save(self.get_row().pk, values))

    @extend_schema(request=CodesGiven, responses=ImportedRead)
    @action(detail=True, methods=["post"], url_path="import")
    def import_lines(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put codes into the pool. The same codes twice add nothing."""
        codes = self.read_input(CodesGiven)["codes"]
        imported = import_codes(incentive_id=self.get_row().pk, codes=codes, actor=Actor.agent(self.caller))
        return Response(ImportedRead(imported).data)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, filters=False)
    @action(detail=True, methods=["get"])
    def export(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """All codes of the pool as CSV, with their state; no cell is one that a spreadsheet computes."""
        answer = HttpResponse(export_codes(incentive_id=self.get_row().pk), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="codes.csv"'
        return answer

    @extend_schema(request=RedeemGiven, responses=CodeRead)
    @action(detail=False, methods=["post"])
    def redeem(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a code in payment, once: 404 for a code that nobody was given, 409 for one that was redeemed or has run out."""
        given = self.read_input(RedeemGiven)
        code = redeem_code(code=given["code"], reference=given["reference"], actor=Actor.agent(self.caller))
        return Response(CodeRead(code).data)

    def _save(self, pk: int | None, values: dict[str, Any]) -> Any:
        if "valid_for_seconds" in values:
            seconds = values.pop("valid_for_seconds")
            values["valid_for"] = None if seconds is None else timedelta(seconds=seconds)
        incentive = save_incentive(incentive_id=pk, values=values, actor=Actor.agent(self.caller))
        return IncentiveRead(pools().get(pk=incentive.pk)).data
