"""Root causes in the admin: the tree with its open cases, and the page of one."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import BoundedChangeList, ServiceAdmin, state_badge
from surveys.admin.root_cause_page import adding_page, cause_page, do
from surveys.models import RootCause
from surveys.selectors.cause_pages import BETWEEN, cause_tree


class CauseTree(BoundedChangeList):
    """Each cause behind the one that it is part of."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[RootCause]) -> list[Any]:
        return ["tree_order", "pk"]


@admin.register(RootCause)
class RootCauseAdmin(ServiceAdmin):
    """Causes are taken out of use rather than deleted: their cases keep them."""

    list_display = ("place", "kind_shown", "open_cases", "cases", "open_actions", "state")
    list_display_links = ("place",)
    search_fields = ("name",)
    # What the pickers page through; the list has the order of the tree.
    ordering = ("position", "id")
    sortable_by = ()
    actions = None
    list_per_page = 500
    empty_title = gettext_lazy("No causes yet.")
    empty_text = gettext_lazy("Causes say why customers were let down. Add the first, then cases can name it.")

    class Media:
        css = {"all": ("tickets/topics.css", "surveys/remedies.css")}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return CauseTree

    def get_queryset(self, request: HttpRequest) -> QuerySet[RootCause]:
        """Each with its place in the tree and the actions that are not done."""
        tree = cause_tree(request.user)
        self._nodes = {node.cause.pk: node for node in tree}
        order = [When(pk=node.cause.pk, then=Value(number)) for number, node in enumerate(tree)]
        place: Any = Case(*order, default=Value(len(order)), output_field=IntegerField()) if order else Value(0)
        still_open = Count("actions", filter=Q(actions__done_at=None, actions__cancelled_at=None))
        return super().get_queryset(request).annotate(tree_order=place, actions_open=still_open)

    # The pages ---------------------------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A new cause; ``?parent=`` says below which."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return adding_page(self, request)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page of a cause: its cases, what is done about it, whether it came back."""
        cause = self._cause(object_id) if self.has_view_or_change_permission(request) else None
        if cause is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if request.method == "POST":
            return do(self, request, cause)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        return cause_page(self, request, cause)

    def _cause(self, object_id: str) -> RootCause | None:
        if not (object_id.isascii() and object_id.isdigit() and len(object_id) < 19):
            return None
        return RootCause.objects.select_related("parent").filter(pk=int(object_id)).first()

    # The columns -------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("root cause"))
    def place(self, cause: RootCause) -> SafeString:
        node = self._nodes[cause.pk]
        above = node.path.removesuffix(node.name)
        return format_html(
            '<span class="hd-tree hd-tree-{}"><span class="visually-hidden">{}</span>{}</span>',
            node.depth, above if BETWEEN in node.path else "", node.name,
        )  # fmt: skip

    @admin.display(description=gettext_lazy("kind"))
    def kind_shown(self, cause: RootCause) -> SafeString | str:
        kind = cause.get_kind_display()
        return format_html("{} {}", kind, state_badge(_("systemic"), "warning")) if cause.is_systemic else kind

    @admin.display(description=gettext_lazy("open cases"))
    def open_cases(self, cause: RootCause) -> SafeString | str:
        return self._link(cause, self._nodes[cause.pk].open_cases, "")

    @admin.display(description=gettext_lazy("all cases"))
    def cases(self, cause: RootCause) -> SafeString | str:
        return self._link(cause, self._nodes[cause.pk].cases, "&state=all")

    @admin.display(description=gettext_lazy("open actions"))
    def open_actions(self, cause: Any) -> int:
        count: int = cause.actions_open
        return count

    @admin.display(description=gettext_lazy("state"))
    def state(self, cause: RootCause) -> SafeString:
        return state_badge(_("in use"), "success") if cause.is_active else state_badge(_("off"), "quiet")

    def _link(self, cause: RootCause, count: int, more: str) -> SafeString | str:
        if not count:
            return "0"
        address = reverse("admin:surveys_recoverycase_changelist")
        return format_html('<a href="{}?cause={}{}">{}</a>', address, cause.pk, more, count)
