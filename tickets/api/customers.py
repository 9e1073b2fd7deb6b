"""``/api/v1/customers/``, ``/identities/`` and ``/organizations/``: who writes."""

from typing import Any, ClassVar

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from channels_app.models import Channel
from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.core.models import check_time_zone
from tickets.api.filters import CustomerFilters, IdentityFilters, OrganizationFilters
from tickets.api.lookups import require_customer, require_visible
from tickets.models import Customer, CustomerIdentity, Organization
from tickets.selectors.search import customers_at
from tickets.services.actors import Actor
from tickets.services.customers import add_identity, create_customer, update_customer

# Marketing reads public posts and so their authors' names, but no address book.
VIEW_CUSTOMERS = ("tickets.view_customer", "tickets.view_every_ticket")


class OrganizationRead(serializers.ModelSerializer):
    class Meta:
        model = Organization
        fields = ["id", "name", "domains", "external_id", "created_at"]
        read_only_fields = fields


class IdentityRead(serializers.ModelSerializer):
    customer = serializers.IntegerField(source="customer_id")
    channel = serializers.IntegerField(source="channel_id", allow_null=True)
    kind = serializers.CharField()

    class Meta:
        model = CustomerIdentity
        fields = [
            "id", "customer", "kind", "channel", "address", "address_raw", "display_name", "is_verified", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class OrganizationOfCustomerRead(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class CustomerRead(serializers.ModelSerializer):
    organization = OrganizationOfCustomerRead(allow_null=True)
    preferred_channel = serializers.IntegerField(source="preferred_channel_id", allow_null=True)
    merged_into = serializers.IntegerField(source="merged_into_id", allow_null=True)
    attributes = serializers.DictField()
    identities = IdentityRead(many=True)

    class Meta:
        model = Customer
        fields = [
            "id", "name", "language", "time_zone", "preferred_channel", "organization", "attributes", "external_id", "note",
            "is_vip", "is_blocked", "do_not_survey_until", "merged_into", "created_at", "identities",
        ]  # fmt: skip
        read_only_fields = fields


class CustomerChange(InputSerializer):
    name = serializers.CharField(max_length=200, required=False)
    language = serializers.CharField(max_length=12, allow_blank=True, required=False)
    time_zone = serializers.CharField(max_length=64, allow_blank=True, required=False)
    preferred_channel = IdField(allow_null=True, required=False)
    organization = IdField(allow_null=True, required=False)
    attributes = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)
    external_id = serializers.CharField(max_length=200, allow_blank=True, required=False)
    note = serializers.CharField(max_length=20_000, allow_blank=True, required=False)
    is_vip = serializers.BooleanField(required=False)
    is_blocked = serializers.BooleanField(required=False)
    do_not_survey_until = serializers.DateTimeField(allow_null=True, required=False)

    def validate_time_zone(self, value: str) -> str:
        if value:
            check_time_zone(value)
        return value


class CustomerCreate(CustomerChange):
    name = serializers.CharField(max_length=200)
    channel = IdField(required=False, help_text="On which the address is.")
    address = serializers.CharField(max_length=320, required=False, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["address"]) != ("channel" in attrs):
            raise serializers.ValidationError({"address": "An address needs its channel, and the other way round."})
        return attrs


class IdentityCreate(InputSerializer):
    customer = IdField()
    kind = serializers.CharField(max_length=32)
    address = serializers.CharField(max_length=320)
    channel = IdField(required=False, allow_null=True)


class CustomerViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Customers with the addresses under which they write."""

    queryset = Customer.objects.all()
    serializer_class = CustomerRead
    filterset_class = CustomerFilters
    orderings: ClassVar = {
        "-id": ("-id",),
        "id": ("id",),
        "sort_name": ("sort_name", "id"),
        "-sort_name": ("-sort_name", "-id"),
    }
    permissions: ClassVar = {
        "list": VIEW_CUSTOMERS,
        "retrieve": VIEW_CUSTOMERS,
        "by_external_id": VIEW_CUSTOMERS,
        "create": ("tickets.add_customer",),
        "partial_update": ("tickets.change_customer",),
    }

    def get_queryset(self) -> QuerySet:
        identities = Prefetch("identities", CustomerIdentity.objects.order_by("pk"))
        seen = Customer.objects.visible_to(self.request.user)
        return seen.select_related("organization").prefetch_related(identities)

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Part of the name, or an address."""
        text = query.strip()[:200]
        return queryset.filter(Q(name__icontains=text) | Q(pk__in=customers_at(text))) if text else queryset.none()

    @extend_schema(request=CustomerCreate, responses={201: CustomerRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new customer, with a first address when one is given."""
        data = self.read_input(CustomerCreate)
        name, address, channel_id = data.pop("name"), data.pop("address"), data.pop("channel", None)
        channel = _channel(channel_id)
        customer = create_customer(
            actor=Actor.agent(self.caller), name=name, channel=channel, address=address, changes=_changes(data)
        )
        return Response(self._read(customer.pk), status=201)

    @extend_schema(request=CustomerChange, responses=CustomerRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given."""
        data = self.read_input(CustomerChange)
        row = self.get_row()
        update_customer(customer_id=row.pk, actor=Actor.agent(self.caller), changes=_changes(data))
        return Response(self._read(row.pk))

    @extend_schema(responses=CustomerRead)
    @action(detail=False, methods=["get"], url_path=r"by-external-id/(?P<external_id>[^/]{1,200})")
    def by_external_id(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The customer with this id in your CRM."""
        row = self.get_queryset().filter(external_id=self.kwargs["external_id"].replace("\0", "")).first()
        if row is None:
            raise Http404
        return Response(self.represent([row])[0])

    def _read(self, pk: int) -> Any:
        row = Customer.objects.select_related("organization").prefetch_related("identities").get(pk=pk)
        return self.represent([row])[0]


class IdentityViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Addresses of customers."""

    queryset = CustomerIdentity.objects.all()
    serializer_class = IdentityRead
    filterset_class = IdentityFilters
    permissions: ClassVar = {
        "list": VIEW_CUSTOMERS,
        "retrieve": VIEW_CUSTOMERS,
        "create": ("tickets.add_customeridentity",),
    }

    def get_queryset(self) -> QuerySet:
        seen = Customer.objects.visible_to(self.request.user)
        return CustomerIdentity.objects.filter(customer__in=seen.order_by().values("pk"))

    @extend_schema(request=IdentityCreate, responses={201: IdentityRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give a customer one more address."""
        data = self.read_input(IdentityCreate)
        require_customer(request.user, data["customer"])
        identity = add_identity(
            customer_id=data["customer"],
            actor=Actor.agent(self.caller),
            kind=data["kind"],
            address=data["address"],
            channel=_channel(data.get("channel")),
        )
        return Response(self.represent([identity])[0], status=201)


class OrganizationViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Organisations to which customers belong."""

    queryset = Organization.objects.order_by()
    serializer_class = OrganizationRead
    filterset_class = OrganizationFilters
    orderings: ClassVar = {"name": ("name", "id"), "-name": ("-name", "-id"), "id": ("id",), "-id": ("-id",)}
    permissions: ClassVar = {"list": ("tickets.view_organization",), "retrieve": ("tickets.view_organization",)}

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Part of the name."""
        return queryset.filter(name__icontains=query.strip()[:200])


def _changes(data: dict[str, Any]) -> dict[str, Any]:
    """The body in the words of the service. Raises NotVisible for a reference to nothing."""
    changes = dict(data)
    if "organization" in changes:
        pk = changes.pop("organization")
        if pk is not None:
            require_visible(Organization.objects.all(), pk, field="organization")
        changes["organization_id"] = pk
    if "preferred_channel" in changes:
        pk = changes.pop("preferred_channel")
        if pk is not None:
            require_visible(Channel.objects.all(), pk, field="preferred_channel")
        changes["preferred_channel_id"] = pk
    return changes


def _channel(pk: int | None) -> Channel | None:
    if pk is None:
        return None
    require_visible(Channel.objects.all(), pk, field="channel")
    return Channel.objects.get(pk=pk)
