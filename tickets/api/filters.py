"""Which questions each list answers."""

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from helpdesk.common.api.filters import ChoicesFilter, IdFilter
from tickets.models import Conversation, Customer, CustomerIdentity, Message, Organization, Ticket, TicketEvent
from tickets.models.ticket import OPEN_STATUSES
from tickets.selectors.inbox import is_late_now
from tickets.selectors.search import customers_at


class TicketFilters(filters.FilterSet):
    status = ChoicesFilter(choices=Ticket.Status.choices)
    priority = ChoicesFilter(choices=Ticket.Priority.choices)
    number = IdFilter()
    channel = IdFilter(field_name="channel_id")
    channel_kind = filters.CharFilter(field_name="channel__kind", max_length=32)
    customer = IdFilter(field_name="customer_id")
    organization = IdFilter(field_name="customer__organization_id")
    team = IdFilter(field_name="team_id")
    assignee = IdFilter(field_name="assignee_id")
    topic = IdFilter(field_name="topic_id")
    sentiment = filters.CharFilter(max_length=10)
    is_open = filters.BooleanFilter(method="filter_open")
    is_unassigned = filters.BooleanFilter(field_name="assignee_id", lookup_expr="isnull")
    is_waiting = filters.BooleanFilter(field_name="waiting_since", lookup_expr="isnull", exclude=True)
    is_late = filters.BooleanFilter(method="filter_late")
    due_before = filters.IsoDateTimeFilter(field_name="next_due_at", lookup_expr="lt")
    due_after = filters.IsoDateTimeFilter(field_name="next_due_at", lookup_expr="gte")
    is_snoozed = filters.BooleanFilter(field_name="snoozed_until", lookup_expr="isnull", exclude=True)
    is_spam = filters.BooleanFilter()
    is_merged = filters.BooleanFilter(field_name="merged_into_id", lookup_expr="isnull", exclude=True)
    tag = filters.CharFilter(field_name="tags__name", max_length=60)
    language = filters.CharFilter(max_length=12)
    opened_after = filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="gte")
    opened_before = filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="lt")
    last_message_after = filters.IsoDateTimeFilter(field_name="last_message_at", lookup_expr="gte")
    last_message_before = filters.IsoDateTimeFilter(field_name="last_message_at", lookup_expr="lt")

    class Meta:
        model = Ticket
        fields: tuple[str, ...] = ()

    def filter_open(self, queryset: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        """Neither resolved nor closed."""
        return queryset.filter(status__in=OPEN_STATUSES) if value else queryset.exclude(status__in=OPEN_STATUSES)

    def filter_late(self, queryset: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        """Open, and a time limit is missed; where none runs, the customer waits longer than the site allows."""
        late = Q(status__in=OPEN_STATUSES) & is_late_now()
        return queryset.filter(late) if value else queryset.exclude(pk__in=Ticket.objects.filter(late).values("pk"))


class MessageFilters(filters.FilterSet):
    ticket = IdFilter(field_name="ticket_id")
    conversation = IdFilter(field_name="conversation_id")
    channel = IdFilter(field_name="channel_id")
    direction = ChoicesFilter(choices=Message.Direction.choices)
    kind = ChoicesFilter(choices=Message.Kind.choices)
    author = ChoicesFilter(choices=Message.Author.choices)
    delivery_state = ChoicesFilter(choices=Message.DeliveryState.choices)
    is_auto_reply = filters.BooleanFilter()
    received_after = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="gte")
    received_before = filters.IsoDateTimeFilter(field_name="received_at", lookup_expr="lt")

    class Meta:
        model = Message
        fields: tuple[str, ...] = ()


class TicketEventFilters(filters.FilterSet):
    ticket = IdFilter(field_name="ticket_id")
    kind = filters.BaseInFilter(field_name="kind", lookup_expr="in")
    actor_kind = ChoicesFilter(choices=TicketEvent.ActorKind.choices)

    class Meta:
        model = TicketEvent
        fields: tuple[str, ...] = ()


class CustomerFilters(filters.FilterSet):
    organization = IdFilter(field_name="organization_id")
    external_id = filters.CharFilter(max_length=200)
    language = filters.CharFilter(max_length=12)
    is_vip = filters.BooleanFilter()
    is_blocked = filters.BooleanFilter()
    address = filters.CharFilter(method="filter_address", max_length=320)

    class Meta:
        model = Customer
        fields: tuple[str, ...] = ()

    def filter_address(self, queryset: QuerySet[Customer], name: str, value: str) -> QuerySet[Customer]:
        """Whoever writes from exactly this address."""
        return queryset.filter(pk__in=customers_at(value))


class IdentityFilters(filters.FilterSet):
    customer = IdFilter(field_name="customer_id")
    kind = filters.CharFilter(max_length=32)
    address = filters.CharFilter(max_length=320)
    is_verified = filters.BooleanFilter()

    class Meta:
        model = CustomerIdentity
        fields: tuple[str, ...] = ()


class OrganizationFilters(filters.FilterSet):
    name = filters.CharFilter(max_length=200)
    external_id = filters.CharFilter(max_length=200)
    domain = filters.CharFilter(field_name="domains", method="filter_domain", max_length=255)

    class Meta:
        model = Organization
        fields: tuple[str, ...] = ()

    def filter_domain(self, queryset: QuerySet[Organization], name: str, value: str) -> QuerySet[Organization]:
        """The organisation to which customers of this mail domain belong."""
        return queryset.filter(domains__contains=[value.strip().lower()])


class ConversationFilters(filters.FilterSet):
    customer = IdFilter(field_name="customer_id")
    channel = IdFilter(field_name="channel_id")
    identity = IdFilter(field_name="identity_id")
    visibility = ChoicesFilter(choices=Conversation.Visibility.choices)

    class Meta:
        model = Conversation
        fields: tuple[str, ...] = ()
