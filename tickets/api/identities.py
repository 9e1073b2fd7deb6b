"""``/api/v1/identities/`` and ``/organizations/``: under which addresses customers write, and where they belong."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from channels_app.models import Channel
from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.views import ListRows, RetrieveRow
from tickets.api.customer_shapes import IdentityCreate, IdentityRead, OrganizationRead
from tickets.api.filters import IdentityFilters, OrganizationFilters
from tickets.api.lookups import require_customer, require_visible
from tickets.models import Customer, CustomerIdentity, Organization
from tickets.services.actors import Actor
from tickets.services.customers import add_identity

# Marketing reads public posts and so their authors' names, but no address book.
VIEW_CUSTOMERS = ("tickets.view_customer", "tickets.view_every_ticket")


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
            channel=channel_named(data.get("channel")),
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


def channel_named(pk: int | None) -> Channel | None:
    """The channel that a body names. Raises NotVisible."""
    if pk is None:
        return None
    require_visible(Channel.objects.all(), pk, field="channel")
    return Channel.objects.get(pk=pk)
