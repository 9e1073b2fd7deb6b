"""``/api/v1/survey-invitations/``: who was asked, who will be, why somebody was not, and asking on an occasion of your own."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import ChoicesFilter, IdFilter
from helpdesk.common.api.permissions import scopes_allow
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.errors import HelpdeskError, InvalidInput, NotVisible
from surveys.models import Invitation
from surveys.policies.reasons import REASONS, REMARKS
from surveys.services.inviting import invite_customer
from surveys.services.tokens import survey_url
from tickets.api.lookups import require_visible
from tickets.models import Customer, CustomerIdentity, Ticket
from tickets.services.actors import Actor
from tickets.services.addresses import normalised

RESOURCE = "survey-invitations"
LONGEST_KEY = 50


class InvitationRead(serializers.Serializer):
    """A question to one customer about one occasion: `contact:3`, `resolution:2`, `manual:…`, `api:` and your key, `recovery:…`.

    `reason` says why nobody was asked. `url` is the customer's own link and as good as his vote. It is there only where you asked for
    the question without `send`, and only for your own keys that may write here; null for everybody and everything else.
    """

    id = serializers.IntegerField()
    survey = serializers.IntegerField(source="survey_id")
    customer = serializers.IntegerField(source="customer_id")
    ticket = serializers.IntegerField(source="ticket_id", allow_null=True)
    occasion = serializers.CharField()
    state = serializers.ChoiceField(choices=Invitation.State.choices)
    reason = serializers.ChoiceField(choices=[*REASONS, *REMARKS], allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    sent_via = serializers.ChoiceField(choices=Invitation.SentVia.choices, allow_blank=True)
    channel = serializers.SerializerMethodField(
        help_text="Where he was asked; null for mail about no ticket, and links."
    )
    due_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    reminded_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    requested_by = serializers.IntegerField(source="requested_by_id", allow_null=True)
    created_at = serializers.DateTimeField()
    url = serializers.SerializerMethodField()

    def get_channel(self, invitation: Invitation) -> int | None:
        """The id of the channel."""
        return invitation.conversation.channel_id if invitation.conversation is not None else None

    def get_url(self, invitation: Invitation) -> str | None:
        """The link, for the system that shows it to the customer itself."""
        is_open = invitation.state in (Invitation.State.SENT, Invitation.State.ANSWERED)
        is_handed_out = is_open and invitation.sent_via == Invitation.SentVia.LINK
        is_his = invitation.requested_by_id == self.context["caller"].pk
        return survey_url(invitation) if is_handed_out and is_his and self.context["may_have_links"] else None


class InvitationCreate(InputSerializer):
    """Ask a customer: by `customer` (id), `customer_external_id` or `customer_address` with its `customer_address_kind`.

    `key` names the occasion in your system, an order for example: the same survey is put about it once, whatever happens.
    Without `send` nothing leaves, and you show the `url`.
    """

    survey = IdField()
    key = serializers.CharField(max_length=LONGEST_KEY)
    customer = IdField(required=False)
    customer_external_id = serializers.CharField(max_length=200, required=False)
    customer_address = serializers.CharField(max_length=320, required=False)
    customer_address_kind = serializers.ChoiceField(choices=["email", "phone"], default="email")
    ticket = IdField(required=False, allow_null=True)
    send = serializers.BooleanField(default=True)
    due_at = serializers.DateTimeField(required=False, allow_null=True)


class InvitationFilters(filters.FilterSet):
    survey = IdFilter(field_name="survey_id")
    customer = IdFilter(field_name="customer_id")
    ticket = IdFilter(field_name="ticket_id")
    channel = IdFilter(field_name="conversation__channel_id")
    state = ChoicesFilter(choices=Invitation.State.choices)
    reason = ChoicesFilter(choices=list(REASONS.items()))
    sent_via = ChoicesFilter(choices=Invitation.SentVia.choices)
    occasion = filters.CharFilter(max_length=60)
    sent_after = filters.IsoDateTimeFilter(field_name="sent_at", lookup_expr="gte")
    sent_before = filters.IsoDateTimeFilter(field_name="sent_at", lookup_expr="lt")

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = ()


class SurveyInvitationViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Survey invitations about the tickets you may see, and those about none; who reads figures sees them all."""

    queryset = Invitation.objects.order_by()
    serializer_class = InvitationRead
    filterset_class = InvitationFilters
    orderings: ClassVar = {
        "-id": ("-id",), "id": ("id",), "due_at": ("due_at", "id"), "-due_at": ("-due_at", "-id"),
    }  # fmt: skip
    permissions: ClassVar = {
        "list": ("surveys.view_invitation",),
        "retrieve": ("surveys.view_invitation",),
        "create": ("surveys.add_invitation",),
    }

    def get_queryset(self) -> QuerySet:
        rows: QuerySet = Invitation.objects.visible_to(self.request.user)
        return rows.order_by().select_related("conversation")

    def represent(self, rows: list[Any]) -> list[Any]:
        # Somebody who is signed in has no scopes, and no page of his own to show a link on.
        scopes = getattr(self.request.auth, "scopes", None) or ()
        may_write = scopes_allow(scopes, needed="write", resource=RESOURCE)
        is_allowed = self.caller.has_perm("surveys.add_invitation")
        context = {"caller": self.caller, "may_have_links": may_write and is_allowed}
        return list(InvitationRead(rows, many=True, context=context).data)

    @extend_schema(request=InvitationCreate, responses={201: InvitationRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ask a customer once about an occasion of yours; the same key again answers with the same invitation."""
        given = self.read_input(InvitationCreate)
        ticket_id = given.get("ticket")
        if ticket_id is not None and not Ticket.objects.visible_to(request.user).filter(pk=ticket_id).exists():
            raise NotVisible("ticket_not_found", _("There is no such ticket."), fields={"ticket": "not found"})
        try:
            invitation = invite_customer(
                survey_id=given["survey"],
                customer_id=_customer_id(given, self.caller),
                ticket_id=ticket_id,
                occasion=f"api:{given['key']}",
                actor=Actor.agent(self.caller),
                send=given["send"],
                due_at=given.get("due_at"),
            )
        except HelpdeskError as error:
            error.fields = {"key" if name == "occasion" else name: text for name, text in error.fields.items()}
            raise
        row = Invitation.objects.select_related("conversation").get(pk=invitation.pk)
        return Response(self.represent([row])[0], status=201)


def _customer_id(given: Mapping[str, Any], user: Any) -> int:
    """Whoever the body names, in exactly one way, if ``user`` may see him. Raises InvalidInput, NotVisible."""
    ways = [name for name in ("customer", "customer_external_id", "customer_address") if given.get(name)]
    if len(ways) != 1:
        text = _("Name the customer in one way: by customer, customer_external_id or customer_address.")
        raise InvalidInput("customer_unclear", text, fields=dict.fromkeys(ways or ["customer"], "one of three"))
    found: int | None
    if ways[0] == "customer":
        found = int(given["customer"])
    elif ways[0] == "customer_external_id":
        known = Customer.objects.filter(external_id=given["customer_external_id"], merged_into=None)
        found = known.values_list("pk", flat=True).first()
    else:
        address = normalised(given["customer_address_kind"], given["customer_address"])
        his = Q(kind=given["customer_address_kind"], address=address, channel=None)
        found = CustomerIdentity.objects.filter(his).values_list("customer_id", flat=True).first() if address else None
    # Nobody is told apart from somebody whom the caller may not see.
    require_visible(Customer.objects.visible_to(user), found or 0, field=ways[0])
    assert found is not None
    return found
