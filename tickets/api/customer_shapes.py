"""Shapes of customers and of what hangs on them: addresses, outside events, the outline of their tickets, merges."""

from typing import Any, ClassVar

from rest_framework import serializers

from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.core.models import check_time_zone
from tickets.models import Customer, CustomerEvent, CustomerIdentity, Organization, Ticket

MOST_IDENTITIES = 50
MOST_EVENTS = 100


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


class OutsideEventRead(serializers.ModelSerializer):
    customer = serializers.IntegerField(source="customer_id")
    data = serializers.DictField()  # type: ignore[assignment]

    class Meta:
        model = CustomerEvent
        fields: ClassVar = [
            "id", "customer", "kind", "external_id", "title", "occurred_at", "amount", "currency", "url", "data", "created_at",
            "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class OutsideEventGiven(InputSerializer):
    """What happened outside. The same `kind` and `external_id` again brings it up to date."""

    kind = serializers.CharField(max_length=40, help_text="Your word: order, payment, shipment.")
    external_id = serializers.CharField(max_length=200)
    title = serializers.CharField(max_length=300)
    occurred_at = serializers.DateTimeField()
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True, required=False)
    currency = serializers.CharField(
        max_length=3, allow_blank=True, required=False, help_text="ISO 4217, with an amount."
    )
    url = serializers.URLField(max_length=1000, allow_blank=True, required=False, help_text="https only.")
    data = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)  # type: ignore[assignment]


class IdentityGiven(InputSerializer):
    kind = serializers.CharField(max_length=32)
    address = serializers.CharField(max_length=320)
    channel = IdField(required=False, allow_null=True, help_text="For kinds that mean something on one channel only.")
    is_verified = serializers.BooleanField(
        default=False,
        help_text="Your system answers for it: who writes from there is this customer. Needs an admin key.",
    )


class OrganizationGiven(InputSerializer):
    name = serializers.CharField(max_length=200)
    external_id = serializers.CharField(max_length=200, allow_blank=True, required=False, default="")


class ConflictRead(serializers.Serializer):
    """What could not be brought together or back, and what it is about."""

    code = serializers.ChoiceField(
        choices=[
            "address_taken",
            "attribute",
            "changed_since",
            "external_id",
            "is_blocked",
            "row_kept",
            "shared_ticket",
        ]
    )
    about = serializers.CharField()


class CustomerMergeGiven(InputSerializer):
    into = IdField(help_text="The customer who stays.")


class ChannelOfOutlineRead(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()


class OutlineRead(serializers.Serializer):
    """A ticket of the customer. Of one that is outside your scope `id` and `subject` are null: there is no content here."""

    id = serializers.IntegerField(allow_null=True)
    number = serializers.IntegerField()
    is_visible = serializers.BooleanField()
    subject = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=Ticket.Status.choices)
    topic = serializers.CharField(allow_null=True)
    channel = ChannelOfOutlineRead()
    opened_at = serializers.DateTimeField()
    last_message_at = serializers.DateTimeField()


class CustomerPut(CustomerChange):
    """What your CRM knows. Fields, addresses and events that are left out stay as they are."""

    external_id = None  # type: ignore[assignment]  # it stands in the address
    organization = OrganizationGiven(allow_null=True, required=False)  # type: ignore[assignment]
    identities = serializers.ListField(child=IdentityGiven(), required=False, default=list, max_length=MOST_IDENTITIES)
    events = serializers.ListField(child=OutsideEventGiven(), required=False, default=list, max_length=MOST_EVENTS)


class CustomerWithConflictsRead(CustomerRead):
    conflicts = ConflictRead(many=True)

    class Meta(CustomerRead.Meta):
        fields = [*CustomerRead.Meta.fields, "conflicts"]
        read_only_fields = fields


def outline_shape(ticket: Any) -> dict[str, Any]:
    """A row of ``selectors.customer_pages.outline_of``."""
    channel = ticket.channel
    return {
        "id": ticket.pk if ticket.is_open_to_user else None,
        "number": ticket.number,
        "is_visible": ticket.is_open_to_user,
        "subject": ticket.subject if ticket.is_open_to_user else None,
        "status": ticket.status,
        "topic": ticket.topic.name if ticket.topic is not None else None,
        "channel": {"id": channel.pk, "kind": channel.kind, "name": channel.name},
        "opened_at": ticket.opened_at,
        "last_message_at": ticket.last_message_at,
    }
