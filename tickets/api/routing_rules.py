"""``/api/v1/routing-rules/``: what is done with tickets when something happens, tried before it counts, and what it decided."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.serializers import InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from tickets.models import RoutingDecision, RoutingRule, Trigger
from tickets.selectors.routing import rule_of
from tickets.services.actors import Actor
from tickets.services.dry_run import MOST_TICKETS, DryRun, dry_run
from tickets.services.rules import RuleInput, delete_rule, rule_to_try, save_rule
from tickets.services.waiting_rules import SINCE

SHOWN_DECISIONS = 20
_KEPT = ("name", "triggers", "conditions", "actions", "after_seconds", "since", "stops", "is_active", "is_dry_run")


class RuleDecisionRead(serializers.Serializer):
    """One decision of a rule on a ticket that you may see: `held` are the conditions that spoke for it, `outcomes` what came of each
    action (`state` done, unchanged or skipped with a `reason`), `refused` why it did nothing at all."""

    id = serializers.IntegerField()
    ticket = serializers.IntegerField()
    at = serializers.DateTimeField()
    trigger = serializers.CharField()
    is_dry_run = serializers.BooleanField()
    held = serializers.ListField(child=serializers.DictField())
    outcomes = serializers.ListField(child=serializers.DictField())
    refused = serializers.CharField(allow_blank=True)


def decision_json(decision: RoutingDecision) -> dict[str, Any]:
    """A decision of a rule as the API shows it."""
    data = decision.data
    return {
        "id": decision.pk,
        "ticket": decision.ticket_id,
        "at": decision.at,
        "trigger": decision.trigger,
        "is_dry_run": decision.is_dry_run,
        "held": data.get("held", []),
        "outcomes": data.get("outcomes", []),
        "refused": data.get("refused", ""),
    }


class RuleRead(serializers.ModelSerializer):
    """Rules are asked in their order (`position` from 0); `stops` ends it. `since` and `after_seconds` belong to the trigger `time`."""

    triggers = serializers.ListField(child=serializers.ChoiceField(choices=Trigger.choices))
    conditions = serializers.DictField()
    actions = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = RoutingRule
        fields = [
            "id", "name", "position", "is_active", "triggers", "after_seconds", "since", "conditions", "actions", "stops",
            "is_dry_run", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class RuleDetail(RuleRead):
    """A rule with its newest 20 decisions on tickets that you may see."""

    decisions = serializers.SerializerMethodField()

    class Meta(RuleRead.Meta):
        fields = [*RuleRead.Meta.fields, "decisions"]
        read_only_fields = fields

    @extend_schema(responses=RuleDecisionRead(many=True))
    def get_decisions(self, rule: RoutingRule) -> list[dict[str, Any]]:
        """Newest first."""
        seen = RoutingDecision.objects.visible_to(self.context["request"].user).filter(rule_id=rule.pk)
        return [decision_json(decision) for decision in seen.order_by("-at", "-id")[:SHOWN_DECISIONS]]


class RuleChange(InputSerializer):
    """What is given is changed; lists are given as a whole."""

    name = serializers.CharField(max_length=100, required=False)
    position = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    is_active = serializers.BooleanField(required=False)
    triggers = serializers.ListField(
        child=serializers.ChoiceField(choices=Trigger.choices), max_length=len(Trigger), required=False
    )
    after_seconds = serializers.IntegerField(min_value=60, max_value=2**31 - 1, allow_null=True, required=False)
    since = serializers.ChoiceField(choices=list(SINCE), allow_blank=True, required=False)
    conditions = serializers.DictField(required=False, help_text='{"all": [{"field", "test", "value"}], "any": [...]}')
    actions = serializers.ListField(
        child=serializers.DictField(), max_length=50, required=False, help_text='[{"do": "set_priority", "to": "high"}]'
    )
    stops = serializers.BooleanField(required=False)
    is_dry_run = serializers.BooleanField(required=False, help_text="It decides and changes nothing.")


class RuleCreate(RuleChange):
    """A new rule; without `position` it stands last."""

    name = serializers.CharField(max_length=100)
    triggers = serializers.ListField(child=serializers.ChoiceField(choices=Trigger.choices), max_length=len(Trigger))
    actions = serializers.ListField(child=serializers.DictField(), max_length=50)


class TrialGiven(InputSerializer):
    """On how many of the newest tickets it is tried."""

    last = serializers.IntegerField(min_value=1, max_value=MOST_TICKETS, default=200)


class UnsavedTrialGiven(TrialGiven, RuleCreate):
    """A rule that is not saved, and on how many of the newest tickets it is tried."""

    name = serializers.CharField(max_length=100, default="–")


class TriedRead(serializers.Serializer):
    """A ticket that would have matched, and what would have come of each action."""

    ticket = serializers.IntegerField()
    number = serializers.IntegerField()
    changes = serializers.BooleanField()
    outcomes = serializers.ListField(child=serializers.DictField())


class TrialRead(serializers.Serializer):
    """What a rule would have done. `rows`: at most 100, those that change first; `is_cut`: the time was over before all were looked at."""

    looked_at = serializers.IntegerField()
    matched = serializers.IntegerField()
    changed = serializers.IntegerField()
    is_cut = serializers.BooleanField()
    skipped = serializers.DictField(child=serializers.IntegerField(), help_text="Reason -> how often.")
    rows = TriedRead(many=True)


def trial_json(result: DryRun) -> dict[str, Any]:
    """A dry run as the API shows it."""
    return {
        "looked_at": result.looked_at,
        "matched": result.matched,
        "changed": result.changed,
        "is_cut": result.is_cut,
        "skipped": dict(result.skipped),
        "rows": [
            {
                "ticket": row.ticket.pk,
                "number": row.ticket.number,
                "changes": row.changes,
                "outcomes": [outcome.as_data() for outcome in row.outcomes],
            }
            for row in result.rows
        ],
    }


class RuleFilters(filters.FilterSet):
    is_active = filters.BooleanFilter()

    class Meta:
        model = RoutingRule
        fields: tuple[str, ...] = ()


class RoutingRuleViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Routing rules. A change counts for what happens from then on, within 10 seconds."""

    queryset = RoutingRule.objects.order_by()
    serializer_class = RuleRead
    filterset_class = RuleFilters
    orderings: ClassVar = {
        "position": ("position", "id"),
        "-position": ("-position", "-id"),
        "id": ("id",),
        "-id": ("-id",),
    }
    permissions: ClassVar = {
        "list": ("tickets.view_routingrule",),
        "retrieve": ("tickets.view_routingrule",),
        "create": ("tickets.add_routingrule",),
        "partial_update": ("tickets.change_routingrule",),
        "destroy": ("tickets.delete_routingrule",),
        "dry_run": ("tickets.change_routingrule",),
        "dry_run_unsaved": ("tickets.add_routingrule",),
    }
    http_method_names = [*ResourceViewSet.http_method_names, "delete"]

    @extend_schema(responses=RuleDetail)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A rule with its newest decisions."""
        return Response(RuleDetail(self.get_row(), context=self.get_serializer_context()).data)

    @extend_schema(request=RuleCreate, responses={201: RuleRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new rule."""
        return Response(self._save(None, self.read_input(RuleCreate)), status=201)

    @extend_schema(request=RuleChange, responses=RuleRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given."""
        given = self.read_input(RuleChange)
        with transaction.atomic():
            rule = self.get_row()
            return Response(self._save(rule, {name: getattr(rule, name) for name in _KEPT} | given))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete a rule. What it has decided stays on the tickets."""
        delete_rule(rule_id=self.get_row().pk, actor=Actor.agent(self.caller))
        return Response(status=204)

    @extend_schema(request=TrialGiven, responses=TrialRead)
    @action(detail=True, methods=["post"], url_path="dry-run")
    def dry_run(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What it would have done on the newest tickets that you may see. Nothing is changed."""
        last = self.read_input(TrialGiven)["last"]
        return Response(trial_json(dry_run(rule=rule_of(self.get_row()), user=self.caller, last=last)))

    @extend_schema(operation_id="routing_rules_dry_run_unsaved", request=UnsavedTrialGiven, responses=TrialRead)
    @action(detail=False, methods=["post"], url_path="dry-run")
    def dry_run_unsaved(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The same for a rule that is given here and not saved."""
        given = self.read_input(UnsavedTrialGiven)
        rule = rule_to_try(_input(given))
        return Response(trial_json(dry_run(rule=rule, user=self.caller, last=given["last"])))

    def _save(self, rule: RoutingRule | None, values: Mapping[str, Any]) -> Any:
        saved = save_rule(
            actor=Actor.agent(self.caller),
            rule_id=rule.pk if rule is not None else None,
            given=_input(values),
            position=values.get("position"),
        )
        return self.represent([saved])[0]


def _input(values: Mapping[str, Any]) -> RuleInput:
    return RuleInput(**{name: values[name] for name in _KEPT if name in values})
