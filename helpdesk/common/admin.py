"""What the admin pages of all apps are built from: service calls with a report, bounded counts, read-only panels."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import connections, models
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise, cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk.common.errors import AdapterError, HelpdeskError
from helpdesk.common.forms import DateTimeInput, DurationField

# Above that many rows nobody needs the exact number, and counting them costs more than showing them.
COUNT_LIMIT = 10_000
BULK_LIMIT = 200


def estimated_rows(model: type[Model], using: str = "default") -> int:
    """How many rows the planner believes the table to have; 0 for a table that was never analysed."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [model._meta.db_table])
        row = cursor.fetchone()
    return max(0, row[0]) if row else 0


def capped_count(queryset: QuerySet[Any], limit: int = COUNT_LIMIT) -> int:
    """The number of rows, but at most ``limit`` + 1: reads no further."""
    return queryset.order_by()[: limit + 1].count()


class BoundedPaginator(Paginator):
    """Counts up to COUNT_LIMIT; a longer list has the planner's estimate, a longer filtered one ends at the limit."""

    is_estimate = False

    @cached_property
    def count(self) -> int:
        queryset = self.object_list
        assert isinstance(queryset, QuerySet)
        exact = capped_count(queryset)
        if exact <= COUNT_LIMIT:
            return exact
        self.is_estimate = True
        return max(COUNT_LIMIT, estimated_rows(queryset.model, queryset.db) if self.is_whole(queryset) else 0)

    def is_whole(self, queryset: QuerySet[Any]) -> bool:
        """Whether the list shows (nearly) every row of its table, so that the planner's number is its own."""
        return not queryset.query.where


class BoundedChangeList(ChangeList):
    """A page number behind the end shows the last page; stock code sends people to an error page."""

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except IncorrectLookupParameters:
            self.page_num = max(1, self.paginator_of(request).num_pages)
            super().get_results(request)

    def paginator_of(self, request: HttpRequest) -> Paginator:
        return self.model_admin.get_paginator(request, self.queryset, self.list_per_page)


@dataclass(frozen=True, kw_only=True)
class ObjectButton:
    """A button above an object's form: POSTs, and calls the method ``do_<name>(request, object)`` of its admin.

    ``permission`` is what the user needs; with a ``question`` he is asked first.
    """

    name: str
    label: str | Promise
    permission: str
    icon: str = ""
    question: str | Promise = ""


class ServiceAdmin(admin.ModelAdmin):
    """The base of our lists and forms.

    Nothing is deleted unless ``is_deletable`` says so; counts are bounded; no facet counts; bulk actions work on at
    most BULK_LIMIT ticked rows, never on "all", and call a service per row. ``list_title`` is what the list is called
    where that is not the plural of its model; ``empty_title`` and ``empty_text`` stand where it has no row.
    """

    paginator = BoundedPaginator
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    formfield_overrides = {
        models.DurationField: {"form_class": DurationField},
        models.DateTimeField: {"form_class": forms.DateTimeField, "widget": DateTimeInput},
    }
    empty_value_display = "–"
    is_deletable: ClassVar[bool] = False
    list_title: ClassVar[str | Promise] = ""
    empty_title: ClassVar[str | Promise] = ""
    empty_text: ClassVar[str | Promise] = ""
    object_buttons: ClassVar[Sequence[ObjectButton]] = ()

    def get_object_buttons(self, request: HttpRequest, obj: Any) -> list[ObjectButton]:
        """The buttons that fit this object and that this user may press; override to leave out what does not apply."""
        return [button for button in self.object_buttons if request.user.has_perm(button.permission)]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        context["hd_list_title"] = self.title_of_list()
        if obj is not None:
            context |= {
                "hd_buttons": self.get_object_buttons(request, obj),
                "title": self.title_of(obj),
                "subtitle": None,
            }
            context["show_save_and_add_another"] = False
        context["adminform"].form.label_suffix = ""
        return super().render_change_form(request, context, *args, **kwargs)

    def title_of_list(self) -> str:
        """The heading of the list and the word for it in the way back."""
        return capfirst(str(self.list_title or self.opts.verbose_name_plural))

    def title_of(self, obj: Any) -> str:
        """The heading of an object's page."""
        return str(obj)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = self.title_of_list()
        return super().changelist_view(request, {"title": title, "hd_list_title": title, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        if not self.object_buttons:
            return super().get_urls()
        name = f"{self.opts.app_label}_{self.opts.model_name}_do"
        press = self.admin_site.admin_view(self.press_button)
        return [path("<path:object_id>/do/<slug:button_name>/", press, name=name), *super().get_urls()]

    def press_button(self, request: HttpRequest, object_id: str, button_name: str) -> HttpResponse:
        """What a button does. A service's refusal is told; then back to the object."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_view_or_change_permission(request, obj):
            raise Http404
        if button_name not in {button.name for button in self.get_object_buttons(request, obj)}:
            raise PermissionDenied
        response = None
        try:
            response = getattr(self, f"do_{button_name}")(request, obj)
        except (HelpdeskError, AdapterError) as error:
            self.message_user(request, error.message, messages.ERROR)
        back = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])
        return response or HttpResponseRedirect(back)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BoundedChangeList

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; a refusal by the service that saves it is told on the form's own page."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except HelpdeskError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(request.get_full_path())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_deletable and super().has_delete_permission(request, obj)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if request.POST.get("select_across", "0") not in ("", "0") or len(ticked) > BULK_LIMIT:
            refusal = _("At most %(limit)d ticked rows can be changed at once.") % {"limit": BULK_LIMIT}
            messages.error(request, refusal)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset, *args, **kwargs)

    def run_service(
        self,
        request: HttpRequest,
        queryset: Iterable[Any],
        function: Callable[[Any], object],
        *,
        done: str | Promise = "",
    ) -> int:
        """Call ``function`` for each row and say what came of it: "3 resolved, 1 refused: ...". Returns how many went well.

        ``done`` is the past participle of what was asked for. A refusal of one row does not stop the others.
        """
        succeeded, refusals = 0, []
        for row in queryset:
            try:
                function(row)
            except (HelpdeskError, AdapterError) as error:
                refusals.append(f"{row} ({error.message})")
            else:
                succeeded += 1
        self.report(request, succeeded, refusals, done or _("done"))
        return succeeded

    def report(self, request: HttpRequest, succeeded: int, refusals: list[str], done: str | Promise) -> None:
        """One message about a bulk of calls."""
        parts = [f"{succeeded} {done}"] if succeeded or not refusals else []
        if refusals:
            shown = "; ".join(refusals[:5]) + ("; …" if len(refusals) > 5 else "")
            refused = ngettext("%(count)d refused: %(what)s", "%(count)d refused: %(what)s", len(refusals))
            parts.append(refused % {"count": len(refusals), "what": shown})
        level = messages.SUCCESS if not refusals else messages.WARNING if succeeded else messages.ERROR
        self.message_user(request, ", ".join(parts), level)


class ReadOnlyAdmin(ServiceAdmin):
    """A list to look at. Who has the view permission reads; nobody writes here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def state_badge(word: str | Promise, tone: str) -> SafeString:
    """A state in words on a coloured ground; ``tone``: success, warning, danger, accent or quiet."""
    return format_html('<span class="hd-badge hd-badge-{}">{}</span>', tone, word)
