"""``/api/v1/sla-policies/`` and ``/sla-timers/``: what is promised, and the clocks that run."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import ChoicesFilter, IdFilter
from helpdesk.common.api.serializers import InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from tickets.api.tickets import VIEW
from tickets.models import Clock, Metric, SLAPolicy, SLATarget, SLATimer, Ticket
from tickets.services.actors import Actor
from tickets.services.sla_policies import MOST_TARGETS, TargetInput, delete_policy, save_policy, targets_of

PAUSES = (Ticket.Status.PENDING, Ticket.Status.ON_HOLD)


class TargetRead(serializers.ModelSerializer):
    """One limit; `priority` "" counts for every priority without a limit of its own."""

    class Meta:
        model = SLATarget
        fields = ["metric", "priority", "seconds", "clock", "warn_before_seconds", "pauses"]
        read_only_fields = fields


class PolicyRead(serializers.ModelSerializer):
    """Policies stand in an order (`position` from 0): the first one in force whose conditions a ticket meets counts for it."""

    conditions = serializers.DictField()
    targets = TargetRead(many=True)
    warning_actions = serializers.ListField(child=serializers.DictField())
    breach_actions = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = SLAPolicy
        fields = [
            "id", "name", "description", "position", "is_active", "conditions", "targets", "warning_actions", "breach_actions",
            "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class TargetGiven(InputSerializer):
    """One limit. `pauses`: the statuses in which the clock stands still."""

    metric = serializers.ChoiceField(choices=Metric.choices)
    priority = serializers.ChoiceField(choices=Ticket.Priority.choices, default="", allow_blank=True)
    seconds = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    clock = serializers.ChoiceField(choices=Clock.choices, default=Clock.CALENDAR)
    warn_before_seconds = serializers.IntegerField(min_value=1, max_value=2**31 - 1, allow_null=True, default=None)
    pauses = serializers.ListField(child=serializers.ChoiceField(choices=PAUSES), max_length=2, default=list)


class PolicyChange(InputSerializer):
    """What is given is changed; lists are given as a whole."""

    name = serializers.CharField(max_length=100, required=False)
    description = serializers.CharField(max_length=300, allow_blank=True, required=False)
    position = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    is_active = serializers.BooleanField(required=False)
    conditions = serializers.DictField(required=False, help_text='{"all": [{"field", "test", "value"}], "any": [...]}')
    targets = serializers.ListField(child=TargetGiven(), max_length=MOST_TARGETS, required=False)
    warning_actions = serializers.ListField(child=serializers.DictField(), max_length=50, required=False)
    breach_actions = serializers.ListField(child=serializers.DictField(), max_length=50, required=False)


class PolicyCreate(PolicyChange):
    """A new policy; without `position` it stands last."""

    name = serializers.CharField(max_length=100)
    targets = serializers.ListField(child=TargetGiven(), max_length=MOST_TARGETS)


class PolicyViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Time limits. After a change the clocks of open tickets are counted anew in the background."""

    queryset = SLAPolicy.objects.order_by().prefetch_related("targets")
    serializer_class = PolicyRead
    orderings: ClassVar = {
        "position": ("position", "id"),
        "-position": ("-position", "-id"),
        "id": ("id",),
        "-id": ("-id",),
    }
    permissions: ClassVar = {
        "list": ("tickets.view_slapolicy",),
        "retrieve": ("tickets.view_slapolicy",),
        "create": ("tickets.add_slapolicy",),
        "partial_update": ("tickets.change_slapolicy",),
        "destroy": ("tickets.delete_slapolicy",),
    }
    http_method_names = [*ResourceViewSet.http_method_names, "delete"]

    def get_queryset(self) -> QuerySet:
        return SLAPolicy.objects.order_by().prefetch_related("targets")

    @extend_schema(request=PolicyCreate, responses={201: PolicyRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new policy."""
        given = self.read_input(PolicyCreate)
        empty = {"description": "", "is_active": True, "conditions": {}, "warning_actions": [], "breach_actions": []}
        return Response(self._save(None, empty | given), status=201)

    @extend_schema(request=PolicyChange, responses=PolicyRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given."""
        given = self.read_input(PolicyChange)
        with transaction.atomic():
            policy = self.get_row()
            kept = ("name", "description", "is_active", "conditions", "warning_actions", "breach_actions")
            values = {name: getattr(policy, name) for name in kept} | {"targets": None} | given
            return Response(self._save(policy, values))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a policy out of force for good; what it has decided stays readable on the tickets."""
        delete_policy(policy_id=self.get_row().pk, actor=Actor.agent(self.caller))
        return Response(status=204)

    def _save(self, policy: SLAPolicy | None, values: Mapping[str, Any]) -> Any:
        given = values["targets"]
        targets = targets_of(policy) if given is None and policy is not None else [TargetInput(**one) for one in given]
        saved = save_policy(
            actor=Actor.agent(self.caller),
            policy_id=policy.pk if policy is not None else None,
            name=values["name"],
            description=values["description"],
            is_active=values["is_active"],
            conditions=values["conditions"],
            targets=targets,
            warning_actions=values["warning_actions"],
            breach_actions=values["breach_actions"],
            position=values.get("position"),
        )
        return self.represent([self.get_queryset().get(pk=saved.pk)])[0]


class HappenedRead(serializers.Serializer):
    """Something that happened to a clock: `what` (started, paused, resumed, recomputed, warned, met, breached, cancelled), and why."""

    at = serializers.DateTimeField()
    what = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    why = serializers.CharField(allow_blank=True)


class TimerRead(serializers.Serializer):
    """One clock. `due_at` is null while it stands still; a missed one has `breached_at`, and `met_at` too when the answer came late."""

    id = serializers.IntegerField()
    ticket = serializers.IntegerField()
    policy = serializers.IntegerField(allow_null=True)
    metric = serializers.ChoiceField(choices=Metric.choices)
    cycle = serializers.IntegerField()
    state = serializers.ChoiceField(choices=SLATimer.State.choices)
    target_seconds = serializers.IntegerField()
    clock = serializers.ChoiceField(choices=Clock.choices)
    business_hours = serializers.IntegerField(allow_null=True)
    started_at = serializers.DateTimeField()
    warn_at = serializers.DateTimeField(allow_null=True)
    warned_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    remaining_seconds = serializers.FloatField(allow_null=True)
    met_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    history = HappenedRead(many=True)


_TIMER_COLUMNS = (
    "id", "ticket_id", "policy_id", "metric", "cycle", "state", "target_seconds", "clock", "hours_id", "started_at", "warn_at",
    "warned_at", "due_at", "paused_at", "remaining_seconds", "met_at", "breached_at", "cancelled_at", "history",
)  # fmt: skip
_RENAMED = {"ticket_id": "ticket", "policy_id": "policy", "hours_id": "business_hours"}


class TimerFilters(filters.FilterSet):
    ticket = IdFilter(field_name="ticket_id")
    policy = IdFilter(field_name="policy_id")
    metric = ChoicesFilter(choices=Metric.choices)
    state = ChoicesFilter(choices=SLATimer.State.choices)
    is_open = filters.BooleanFilter(method="filter_open")
    due_after = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="gte")
    due_before = filters.IsoDateTimeFilter(field_name="due_at", lookup_expr="lt")
    breached_after = filters.IsoDateTimeFilter(field_name="breached_at", lookup_expr="gte")
    breached_before = filters.IsoDateTimeFilter(field_name="breached_at", lookup_expr="lt")

    class Meta:
        model = SLATimer
        fields: tuple[str, ...] = ()

    def filter_open(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        """Somebody still has to do something: it runs, stands still, or is missed and not answered yet."""
        unfinished = Q(state__in=["running", "paused"]) | Q(state="breached", met_at=None, cancelled_at=None)
        return queryset.filter(unfinished) if value else queryset.exclude(unfinished)


class TimerViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """The clocks of tickets that you may see. They follow from the tickets and the policies, and are only read."""

    queryset = SLATimer.objects.all()
    serializer_class = TimerRead
    filterset_class = TimerFilters
    orderings: ClassVar = {
        "-id": ("-id",),
        "id": ("id",),
        "due_at": ("due_at", "id"),
        "-due_at": ("-due_at", "-id"),
    }
    permissions: ClassVar = {"list": VIEW, "retrieve": VIEW}

    def get_queryset(self) -> QuerySet:
        timers = SLATimer.objects.visible_to(self.request.user).values(*_TIMER_COLUMNS)
        # What stands still is due at no time, and has no place in that order.
        by_due = self.request.query_params.get("ordering", "").endswith("due_at")
        return timers.filter(due_at__isnull=False) if by_due else timers

    def represent(self, rows: list[Any]) -> list[Any]:
        return [
            {_RENAMED.get(name, name): value for name, value in row.items()}
            | {"history": [{"due_at": None, "why": ""} | entry for entry in row["history"]]}
            for row in rows
        ]
