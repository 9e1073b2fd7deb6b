"""``/api/v1/macros/``: an answer and what is done with it, run on a ticket."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import ChoicesFilter
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.errors import InvalidInput, NotVisible, PermissionRefused
from tickets.api.quick_replies import in_our_words, service_values, ticket_of
from tickets.models import Macro, Scope
from tickets.selectors.library import runnable_macros
from tickets.services.actors import Actor
from tickets.services.macros import GivenMacro, create_macro, delete_macro, rights_for, run_macro, update_macro
from tickets.services.written_answers import WrittenAnswer


class MacroRead(serializers.ModelSerializer):
    """`actions` are done in their order after the answer with `quick_reply`, and `status_after` is set last; all of it or nothing."""

    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    team = serializers.IntegerField(source="team_id", allow_null=True)
    quick_reply = serializers.IntegerField(source="quick_reply_id", allow_null=True)
    actions = serializers.ListField(child=serializers.DictField())
    status_after = serializers.CharField(allow_blank=True)

    class Meta:
        model = Macro
        fields = [
            "id", "name", "scope", "owner", "team", "quick_reply", "actions", "status_after", "position", "is_active",
            "use_count", "last_used_at", "created_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class MacroChange(InputSerializer):
    """What is given is changed; actions are given as a whole."""

    name = serializers.CharField(max_length=120, required=False)
    scope = serializers.ChoiceField(choices=Scope.choices, required=False)
    team = IdField(allow_null=True, required=False)
    quick_reply = IdField(allow_null=True, required=False)
    actions = serializers.ListField(
        child=serializers.DictField(), max_length=50, required=False, help_text='[{"do": "set_priority", "to": "high"}]'
    )
    status_after = serializers.CharField(
        max_length=8, allow_blank=True, required=False, help_text="pending, resolved, or empty: as a reply leaves it"
    )
    position = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    is_active = serializers.BooleanField(required=False)


class MacroCreate(MacroChange):
    """A new one, your own unless `scope` says otherwise."""

    name = serializers.CharField(max_length=120)


class RunGiven(InputSerializer):
    """On which ticket. `text` takes the place of the macro's own answer; `is_public` says that everybody may read it."""

    ticket = IdField()
    text = serializers.CharField(max_length=100_000, required=False)
    conversation = IdField(allow_null=True, required=False)
    is_public = serializers.BooleanField(default=False)


class RunRead(serializers.Serializer):
    """The message that leaves, if any, and what became of each action (`state` done, unchanged, or skipped with a `reason`)."""

    macro = serializers.IntegerField()
    ticket = serializers.IntegerField()
    message = serializers.IntegerField(allow_null=True)
    outcomes = serializers.ListField(child=serializers.DictField())


class MacroFilters(filters.FilterSet):
    scope = ChoicesFilter(choices=Scope.choices)
    is_active = filters.BooleanFilter()

    class Meta:
        model = Macro
        fields: tuple[str, ...] = ()


class MacroViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Macros that you may use: your own, those of your teams, and what is shared."""

    queryset = Macro.objects.order_by()
    serializer_class = MacroRead
    filterset_class = MacroFilters
    orderings: ClassVar = {
        "position": ("position", "name", "id"), "-position": ("-position", "-name", "-id"),
        "id": ("id",), "-id": ("-id",),
    }  # fmt: skip
    permissions: ClassVar = {
        "list": ("tickets.view_macro",),
        "retrieve": ("tickets.view_macro",),
        "create": ("tickets.add_macro",),
        "partial_update": ("tickets.change_macro",),
        "destroy": ("tickets.delete_macro",),
        "run": ("tickets.reply_ticket",),
    }
    http_method_names = [*ResourceViewSet.http_method_names, "delete"]

    def get_queryset(self) -> QuerySet:
        rows: QuerySet = Macro.objects.visible_to(self.request.user).order_by()
        return rows

    @extend_schema(request=MacroCreate, responses={201: MacroRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write a new one."""
        given = GivenMacro(**service_values(self.read_input(MacroCreate)))
        with in_our_words():
            macro = create_macro(given=given, actor=Actor.agent(self.caller))
        return Response(MacroRead(macro).data, status=201)

    @extend_schema(request=MacroChange, responses=MacroRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given."""
        changes = service_values(self.read_input(MacroChange))
        with in_our_words():
            macro = update_macro(macro_id=self.get_row().pk, changes=changes, actor=Actor.agent(self.caller))
        return Response(MacroRead(macro).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it; rules that would run it skip it from then on."""
        delete_macro(macro_id=self.get_row().pk, actor=Actor.agent(self.caller))
        return Response(status=204)

    @extend_schema(request=RunGiven, responses=RunRead)
    @action(detail=True, methods=["post"])
    def run(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer and do the rest on a ticket, all of it or nothing. A missing value or a part that is refused refuses the whole."""
        given = self.read_input(RunGiven)
        ticket, macro = ticket_of(request, given["ticket"]), self.get_row()
        if not runnable_macros(self.caller).filter(pk=macro.pk).exists():
            raise NotVisible("macro_not_found", _("There is no such macro any more."))
        if not all(self.caller.has_perm(right) for right in rights_for(macro)):
            raise PermissionRefused("not_allowed", _("Your role does not allow what this macro does."))
        answer = _answer(macro, given)
        done = run_macro(ticket_id=ticket.pk, macro_id=macro.pk, actor=Actor.agent(self.caller), answer=answer)
        return Response(
            {
                "macro": macro.pk,
                "ticket": ticket.pk,
                "message": done.message.pk if done.message is not None else None,
                "outcomes": [outcome.as_data() for outcome in done.outcomes],
            }
        )


def _answer(macro: Macro, given: dict[str, Any]) -> WrittenAnswer | None:
    """The answer that the caller has written himself; None for the macro's own."""
    if "text" not in given:
        return None
    if macro.quick_reply_id is None:
        raise InvalidInput("macro_sends_nothing", _("This macro sends no answer."), fields={"text": "unexpected"})
    return WrittenAnswer(
        text=given["text"],
        conversation_id=given.get("conversation"),
        is_public=given["is_public"],
        quick_reply_ids=[macro.quick_reply_id],
    )
