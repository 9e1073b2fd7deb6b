"""``/api/v1/bots/``: what answers first, what it asks for, and when it hands over to a person."""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from tickets.api.teams import BY_NAME
from tickets.models import Bot, HandoffRule
from tickets.policies.bot_questions import KINDS, MOST_QUESTIONS
from tickets.services.actors import Actor
from tickets.services.bots import save_bot


class HandoffRuleRead(serializers.ModelSerializer):
    """Asked in their order. That a person can be asked for is always among them, and always active."""

    class Meta:
        model = HandoffRule
        fields = ["kind", "is_active", "number", "conditions", "team"]
        read_only_fields = fields


class BotRead(serializers.ModelSerializer):
    """`greeting` and `hours_message`: language to text. `threshold`: how well an article must fit, 0 to 1; null: the product's own."""

    channels: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    rules = HandoffRuleRead(many=True)
    questions = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = Bot
        fields = [
            "id", "name", "is_active", "channels", "works", "greeting", "hours_message", "questions", "answers_from_articles",
            "threshold", "uses_llm", "quiet_after", "resolves_quiet", "rules",
        ]  # fmt: skip
        read_only_fields = fields


class QuestionGiven(InputSerializer):
    """``ask``: language to the words of the question; ``attribute``: the customer's attribute that the answer becomes."""

    key = serializers.CharField(max_length=39)
    kind = serializers.ChoiceField(choices=list(KINDS), default="text")
    ask = serializers.DictField(child=serializers.CharField(max_length=500))
    is_needed = serializers.BooleanField(default=True)
    attribute = serializers.CharField(max_length=100, allow_blank=True, default="")


class HandoffRuleGiven(InputSerializer):
    """``number``: of `turns` how many, of `strong_negative` the confidence in percent; ``conditions`` belong to that kind."""

    kind = serializers.ChoiceField(choices=HandoffRule.Kind.choices)
    is_active = serializers.BooleanField(default=True)
    number = serializers.IntegerField(min_value=1, max_value=100, allow_null=True, default=None)
    conditions = serializers.DictField(required=False, default=dict)
    team = IdField(allow_null=True, default=None)


class BotChange(InputSerializer):
    """What is given is changed; a list is given as a whole. A bot that is switched off hands its talks over."""

    name = serializers.CharField(max_length=60, required=False)
    is_active = serializers.BooleanField(required=False)
    channels = serializers.ListField(child=IdField(), max_length=500, required=False)
    works = serializers.ChoiceField(choices=Bot.Works.choices, required=False)
    greeting = serializers.DictField(child=serializers.CharField(max_length=500, allow_blank=True), required=False)
    hours_message = serializers.DictField(child=serializers.CharField(max_length=500, allow_blank=True), required=False)
    questions = serializers.ListField(child=QuestionGiven(), max_length=MOST_QUESTIONS, required=False)
    answers_from_articles = serializers.BooleanField(required=False)
    threshold = serializers.FloatField(min_value=0.01, max_value=1, allow_null=True, required=False)
    uses_llm = serializers.BooleanField(required=False)
    quiet_after = serializers.DurationField(allow_null=True, required=False)
    resolves_quiet = serializers.BooleanField(required=False)
    rules = serializers.ListField(child=HandoffRuleGiven(), max_length=30, required=False)


class BotCreate(BotChange):
    """A new bot; without rules it gets those that every bot begins with."""

    name = serializers.CharField(max_length=60)


class BotViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Bots. There is no way to switch the way to a person off."""

    queryset = Bot.objects.order_by().prefetch_related("channels", "rules")
    serializer_class = BotRead
    orderings: ClassVar = BY_NAME
    permissions: ClassVar = {
        "list": ("tickets.view_bot",),
        "retrieve": ("tickets.view_bot",),
        "create": ("tickets.add_bot",),
        "partial_update": ("tickets.change_bot",),
    }

    @extend_schema(request=BotCreate, responses={201: BotRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new bot, off unless `is_active` is given."""
        bot = save_bot(**_parts(self.read_input(BotCreate)), actor=Actor.agent(self.caller))
        return Response(self._read(bot.pk), status=201)

    @extend_schema(request=BotChange, responses=BotRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given. 409 where another bot that is on has one of the channels."""
        parts = _parts(self.read_input(BotChange))
        bot = save_bot(bot_id=self.get_row().pk, **parts, actor=Actor.agent(self.caller))
        return Response(self._read(bot.pk))

    def _read(self, bot_id: int) -> Any:
        return self.represent([self.get_queryset().get(pk=bot_id)])[0]


def _parts(data: Mapping[str, Any]) -> dict[str, Any]:
    """The checked body in the words of the service."""
    changes = dict(data)
    channels, rules = changes.pop("channels", None), changes.pop("rules", None)
    if "questions" in changes:
        changes["questions"] = [dict(question) for question in changes["questions"]]
    return {"changes": changes, "channel_ids": channels, "rules": rules}
