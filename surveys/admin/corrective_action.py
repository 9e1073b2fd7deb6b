"""Corrective actions and coaching notes in the admin: the list of all that is to be done, and the page of one."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin, state_badge
from surveys.admin.corrective_action_page import about_words, action_page, adding_page, do, is_late
from surveys.admin.recovery_filters import OwnerFilter
from surveys.admin.recovery_words import score_words
from surveys.models import CorrectiveAction


class StateFilter(admin.SimpleListFilter):
    """What is to be done, unless somebody asks for the rest."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", _("late")), ("done", _("done")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("to do"),
        }
        for value, label in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[CorrectiveAction]) -> QuerySet[CorrectiveAction]:
        still_open = Q(done_at=None, cancelled_at=None)
        conditions = {
            "all": Q(),
            "done": Q(done_at__isnull=False),
            "late": still_open & Q(due_on__lt=timezone.localdate()),
        }
        return queryset.filter(conditions.get(self.value() or "", still_open))


class AboutFilter(admin.SimpleListFilter):
    """What it is about."""

    title = gettext_lazy("about")
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("case", _("one customer")), ("root_cause", _("a root cause")), ("topic", _("a topic")), ("agent", _("an agent (coaching)")),
        ]  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[CorrectiveAction]) -> QuerySet[CorrectiveAction]:
        known = {value for value, _label in self.lookup_choices}
        return queryset.filter(**{f"{self.value()}__isnull": False}) if self.value() in known else queryset


@admin.register(CorrectiveAction)
class CorrectiveActionAdmin(ServiceAdmin):
    """Every change goes through a service. Those of a case stand on its page."""

    list_display = ("title", "about", "owner_shown", "due", "scores", "state")
    list_filter = (StateFilter, OwnerFilter, AboutFilter)
    list_select_related = ("case__customer", "root_cause", "topic", "agent", "owner")
    search_fields = ("title",)
    search_help_text = gettext_lazy("What is done")
    ordering = ("due_on", "-id")
    sortable_by = ("due_on",)
    actions = None
    empty_title = gettext_lazy("Nothing is to be done.")
    empty_text = gettext_lazy(
        "Add an action about a topic or a root cause that makes customers unhappy, or a coaching note for an agent. What is to be"
        " done for one customer stands here, too."
    )

    class Media:
        css = {"all": ("surveys/remedies.css",)}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The stock form is never shown; who may change what, the service says."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[CorrectiveAction]:
        return CorrectiveAction.objects.visible_to(request.user).order_by(*self.get_ordering(request))

    # The pages ---------------------------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A new action; ``?topic=``, ``?agent=`` or ``?root_cause=`` (keys of rows) says about what."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return adding_page(self, request)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page of an action; one of a case leads to the page of the case."""
        action = self._action(request, object_id)
        if action is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if action.case_id is not None:
            return HttpResponseRedirect(
                reverse("admin:surveys_recoverycase_change", args=[action.case_id]) + "?step=correction"
            )
        if request.method == "POST":
            return do(self, request, action)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        return action_page(self, request, action)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The page itself tells what happened."""
        if self._action(request, object_id) is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("admin:surveys_correctiveaction_change", args=[object_id]))

    def _action(self, request: HttpRequest, object_id: str) -> CorrectiveAction | None:
        if not (object_id.isascii() and object_id.isdigit() and len(object_id) < 19):
            return None
        seen = CorrectiveAction.objects.visible_to(request.user)
        found: CorrectiveAction | None = (
            seen.select_related("root_cause", "topic", "agent", "owner", "done_by", "created_by")
            .filter(pk=int(object_id))
            .first()
        )
        return found

    # The columns -------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("about"))
    def about(self, action: CorrectiveAction) -> SafeString:
        kind, name = about_words(action)
        return format_html('<bdi>{}</bdi> <span class="hd-sub">{}</span>', name, kind)

    @admin.display(description=gettext_lazy("owner"))
    def owner_shown(self, action: CorrectiveAction) -> SafeString:
        if action.owner is None:
            return format_html('<span class="hd-muted">{}</span>', _("nobody"))
        return format_html("<bdi>{}</bdi>", action.owner.display_name)

    @admin.display(description=gettext_lazy("due on"), ordering="due_on", empty_value="–")
    def due(self, action: CorrectiveAction) -> SafeString | str | None:
        if action.due_on is None:
            return None
        day = date_format(action.due_on, "j M Y")
        return format_html("{} {}", day, state_badge(_("late"), "danger")) if is_late(action) else day

    @admin.display(description=gettext_lazy("score before → after"), empty_value="–")
    def scores(self, action: CorrectiveAction) -> str | None:
        if action.votes_before is None:
            return None
        return f"{score_words(action.score_before)} ({action.votes_before}) → {score_words(action.score_after)} ({action.votes_after or 0})"

    @admin.display(description=gettext_lazy("state"))
    def state(self, action: CorrectiveAction) -> SafeString:
        if action.cancelled_at is not None:
            return state_badge(_("left out"), "quiet")
        return state_badge(_("done"), "success") if action.done_at is not None else state_badge(_("to do"), "accent")
