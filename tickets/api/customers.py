"""``/api/v1/customers/``: who writes, what other systems know of him, and two who are one."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from django.db import transaction
from django.db.models import F, Prefetch, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from channels_app.models import Channel
from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.paging import TotalOrderCursorPagination
from helpdesk.common.api.permissions import scopes_allow
from helpdesk.common.api.serializers import NoInput
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.errors import PermissionRefused
from tickets.api.customer_shapes import (
    CustomerChange,
    CustomerCreate,
    CustomerMergeGiven,
    CustomerPut,
    CustomerRead,
    CustomerWithConflictsRead,
    OutlineRead,
    OutsideEventGiven,
    OutsideEventRead,
    outline_shape,
)
from tickets.api.filters import CustomerFilters
from tickets.api.identities import VIEW_CUSTOMERS, channel_named
from tickets.api.lookups import require_visible
from tickets.models import Customer, CustomerIdentity, CustomerMerge, Organization
from tickets.selectors.customer_pages import outline_of, outside_events
from tickets.selectors.search import customers_at
from tickets.services.actors import Actor
from tickets.services.crm import (
    GivenIdentity,
    OutsideEvent,
    find_by_external_id,
    keep_event,
    organization_named,
    put_customer,
)
from tickets.services.customer_merging import merge_customers, unmerge_customers
from tickets.services.customers import create_customer, update_customer

UNCHANGED: Final[Any] = object()


class CustomerViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Customers with the addresses under which they write, and what other systems know of them."""

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
        "put_by_external_id": ("tickets.add_customer",),
        "outline": VIEW_CUSTOMERS,
        "outside_events": VIEW_CUSTOMERS,
        "keep_outside_event": ("tickets.change_customer",),
        "merge": ("tickets.change_customer",),
        "unmerge": ("tickets.change_customer",),
    }
    http_method_names = [*ResourceViewSet.http_method_names, "put"]

    def known_parameters(self) -> Iterable[str]:
        paged = ("outline", "outside_events")
        return TotalOrderCursorPagination.query_parameters if self.action in paged else super().known_parameters()

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
        channel = channel_named(channel_id)
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
        """The customer with this id in your CRM; of a merged one the customer who stayed."""
        known = find_by_external_id(self._external_id())
        row = self.get_queryset().filter(pk=known.pk).first() if known is not None else None
        if row is None:
            raise Http404
        return Response(self.represent([row])[0])

    @extend_schema(request=CustomerPut, responses={200: CustomerWithConflictsRead, 201: CustomerWithConflictsRead})
    @by_external_id.mapping.put
    def put_by_external_id(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Create the customer of this CRM id, or bring him up to date; an address that another customer has is a conflict."""
        data = self.read_input(CustomerPut)
        external_id = self._external_id()
        known = find_by_external_id(external_id)
        if known is not None and not self.get_queryset().filter(pk=known.pk).exists():
            raise Http404
        identities, events = data.pop("identities"), data.pop("events")
        self._require_proof(identities)
        organization = data.pop("organization", None) if "organization" in data else UNCHANGED
        changes = _changes(data)
        with transaction.atomic():
            if organization is not UNCHANGED:
                changes["organization_id"] = organization_named(**organization).pk if organization else None
            put = put_customer(
                external_id=external_id,
                actor=Actor.agent(self.caller),
                changes=changes,
                identities=[
                    GivenIdentity(**{**given, "channel": channel_named(given.get("channel"))}) for given in identities
                ],
                events=[_outside_event(given) for given in events],
            )
        taken = [("address_taken", f"{given.kind} {given.address}") for given in put.taken]
        return Response(self._read_with(put.customer.pk, taken), status=201 if put.is_new else 200)

    @extend_schema(responses=OutlineRead(many=True))
    @action(detail=True, methods=["get"], pagination_class=TotalOrderCursorPagination, filter_backends=[])
    def outline(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """All the customer's tickets: date, channel, topic and status also of those that you may not open, never content."""
        rows = outline_of(customer_id=self._seen(), user=request.user)
        page = self.paginate_queryset(rows)
        return self.get_paginated_response([outline_shape(row) for row in page or ()])

    @extend_schema(responses=OutsideEventRead(many=True))
    @action(detail=True, methods=["get"], url_path="events", filter_backends=[])
    def outside_events(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Orders, payments, shipments: what other systems told of the customer, the newest first."""
        page = self.paginate_queryset(outside_events(customer_id=self._seen()))
        return self.get_paginated_response(OutsideEventRead(page, many=True).data)

    @extend_schema(request=OutsideEventGiven, responses={200: OutsideEventRead, 201: OutsideEventRead})
    @outside_events.mapping.post
    def keep_outside_event(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Tell what happened outside, or what has become of it: the same `kind` and `external_id` is one event."""
        data = self.read_input(OutsideEventGiven)
        row, is_new = keep_event(customer_id=self._seen(), event=_outside_event(data))
        return Response(OutsideEventRead(row).data, status=201 if is_new else 200)

    @extend_schema(request=CustomerMergeGiven, responses=CustomerWithConflictsRead)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Move all that is the customer's to another, who is answered. You must see both."""
        data = self.read_input(CustomerMergeGiven)
        loser = self._seen()
        require_visible(Customer.objects.visible_to(request.user), data["into"], field="into")
        merged = merge_customers(winner_id=data["into"], loser_id=loser, actor=Actor.agent(self.caller))
        return Response(self._read_with(merged.merge.winner_id, merged.conflicts))

    @extend_schema(request=NoInput, responses=CustomerWithConflictsRead)
    @action(detail=True, methods=["post"])
    def unmerge(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Undo the merge of this customer, who is answered. You must see the one who stayed."""
        self.read_input(NoInput)
        merges = CustomerMerge.objects.visible_to(request.user).filter(loser=self.kwargs["pk"])
        merge = merges.order_by(F("undone_at").desc(nulls_first=True)).first()
        if merge is None:
            raise Http404
        undone = unmerge_customers(merge_id=merge.pk, actor=Actor.agent(self.caller))
        return Response(self._read_with(undone.merge.loser_id, undone.conflicts))

    def _seen(self) -> int:
        """The id of the addressed customer. Raises Http404."""
        seen = Customer.objects.visible_to(self.request.user).filter(pk=self.kwargs["pk"])
        pk: int | None = seen.values_list("pk", flat=True).first()
        if pk is None:
            raise Http404
        return pk

    def _external_id(self) -> str:
        return str(self.kwargs["external_id"]).replace("\0", "")

    def _require_proof(self, identities: list[dict[str, Any]]) -> None:
        """Whoever answers for addresses decides who gets whose messages: that takes a key of the scope admin."""
        scopes = getattr(self.request.auth, "scopes", None)
        if any(given["is_verified"] for given in identities) and (
            scopes is None or not scopes_allow(scopes, needed="admin", resource="customers")
        ):
            text = _("Only a key with the scope “admin” can say that an address is verified.")
            raise PermissionRefused("scope_missing", text, fields={"identities": text})

    def _read_with(self, pk: int, conflicts: Sequence[tuple[str, str]]) -> dict[str, Any]:
        return {**self._read(pk), "conflicts": [{"code": code, "about": about} for code, about in conflicts]}

    def _read(self, pk: int) -> Any:
        row = Customer.objects.select_related("organization").prefetch_related("identities").get(pk=pk)
        return self.represent([row])[0]


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


def _outside_event(data: dict[str, Any]) -> OutsideEvent:
    return OutsideEvent(**data)
