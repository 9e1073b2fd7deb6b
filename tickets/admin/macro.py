"""Macros: the list and the form with its actions."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import BoundedChangeList, ServiceAdmin, state_badge
from helpdesk.common.errors import HelpdeskError
from tickets.admin.action_words import action_words, names_for
from tickets.admin.quick_reply_form import limit_choices, tell_form
from tickets.admin.rule_builder import ActionsField
from tickets.models import Macro, QuickReply, Scope
from tickets.selectors.library import may_write
from tickets.services.actors import Actor
from tickets.services.macros import ALLOWED, GivenMacro, check_macro, create_macro, delete_macro, update_macro


class MacroForm(forms.ModelForm):
    """``user`` is set by the admin on a class of its own for each request."""

    user: Any = None
    actions = ActionsField(
        allowed=ALLOWED,
        label=gettext_lazy("Actions"),
        help_text=gettext_lazy(
            "All of it happens, or nothing. Run by a rule the answer is a message of the system: it is not counted as an answer, meets no "
            "time limit, and is never sent in public or to a machine."
        ),
    )

    class Meta:
        model = Macro
        fields = ("name", "scope", "team", "quick_reply", "actions", "status_after", "position", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit_choices(self, self.user, "macro")
        if "quick_reply" in self.fields:
            answers = self.fields["quick_reply"]
            assert isinstance(answers, forms.ModelChoiceField)
            own = Q(pk=self.instance.quick_reply_id or 0)
            seen = QuickReply.objects.visible_to(self.user).filter(is_active=True).values("pk")
            answers.queryset = QuickReply.objects.filter(Q(pk__in=seen) | own).order_by("title")
            answers.empty_label = _("no answer")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            check_macro(given=given_of(cleaned), actor=Actor.agent(self.user), macro_id=self.instance.pk)
        except HelpdeskError as error:
            tell_form(self, error)
        return cleaned

    def validate_constraints(self) -> None:
        """The service has looked; the database's own words would say less."""


def given_of(cleaned: dict[str, Any]) -> GivenMacro:
    """The form's values in the words of the service."""
    team, answer = cleaned.get("team"), cleaned.get("quick_reply")
    return GivenMacro(
        name=cleaned["name"],
        scope=cleaned["scope"],
        team_id=team.pk if team is not None else None,
        quick_reply_id=answer.pk if answer is not None else None,
        actions=cleaned.get("actions") or [],
        status_after=cleaned["status_after"],
        position=cleaned["position"] or 0,
        is_active=cleaned["is_active"],
    )


class MacroChangeList(BoundedChangeList):
    """One look-up of what actions name for all rows of the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        names = names_for(macro.actions for macro in rows)
        for macro in rows:
            macro.action_names = names
        self.result_list = rows


@admin.register(Macro)
class MacroAdmin(ServiceAdmin):
    form = MacroForm
    list_display = ("name", "for_whom", "answer", "what", "use_count", "last_used_at", "state")
    list_filter = ("scope", "is_active")
    list_select_related = ("quick_reply", "team")
    search_fields = ("name",)
    ordering = ("position", "name", "id")
    sortable_by = ("name", "use_count", "last_used_at")
    is_deletable = True
    empty_title = gettext_lazy("No macros yet.")
    empty_text = gettext_lazy("A macro answers and does the rest in one press: tag, pass on, resolve.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Macro]:
        return Macro.objects.visible_to(request.user).order_by(*self.ordering)

    def _may_write(self, request: HttpRequest, obj: Macro | None) -> bool:
        return obj is None or may_write(
            request.user, "macro", scope=obj.scope, owner_id=obj.owner_id, team_id=obj.team_id
        )

    def has_change_permission(self, request: HttpRequest, obj: Macro | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_write(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Macro | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_write(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Deleting asks a service for each one; a bulk would ask nobody."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_form(self, request: HttpRequest, obj: Macro | None = None, change: bool = False, **kwargs: Any) -> Any:
        return type("MacroFormOfUser", (super().get_form(request, obj, change, **kwargs),), {"user": request.user})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"scope": Scope.PERSONAL}

    def save_model(self, request: HttpRequest, obj: Macro, form: Any, change: bool) -> None:
        given, actor = given_of(form.cleaned_data), Actor.agent(request.user)  # type: ignore[arg-type]
        if change:
            update_macro(macro_id=obj.pk, changes=vars(given), actor=actor)
        else:
            obj.pk = create_macro(given=given, actor=actor).pk

    def delete_model(self, request: HttpRequest, obj: Macro) -> None:
        delete_macro(macro_id=obj.pk, actor=Actor.agent(request.user))  # type: ignore[arg-type]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return MacroChangeList

    @admin.display(description=gettext_lazy("for"))
    def for_whom(self, macro: Macro) -> str:
        return str(macro.team) if macro.scope == Scope.TEAM else str(macro.get_scope_display())

    @admin.display(description=gettext_lazy("answer"), ordering="quick_reply__title")
    def answer(self, macro: Macro) -> str:
        return macro.quick_reply.title if macro.quick_reply is not None else "–"

    @admin.display(description=gettext_lazy("what it does"))
    def what(self, macro: Any) -> str:
        words = [action_words(action, macro.action_names) for action in macro.actions]
        if macro.status_after:
            words.append(str(macro.get_status_after_display()))
        return " · ".join(words) or "–"

    @admin.display(description=gettext_lazy("state"), ordering="is_active")
    def state(self, macro: Macro) -> SafeString:
        return state_badge(_("in use"), "success") if macro.is_active else state_badge(_("switched off"), "quiet")
