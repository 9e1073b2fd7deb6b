"""Recovery cases in the admin: the list of customers to win back, the page of one, and opening one by hand."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ReadOnlyAdmin
from helpdesk.common.errors import HelpdeskError
from surveys.admin.recovery_filters import CauseFilter, OwnerFilter, StateFilter
from surveys.admin.recovery_opening import opening_page
from surveys.admin.recovery_page import do, page
from surveys.admin.recovery_words import cause_words, limit_chip, limits_of, score_words, stage_badge
from surveys.models import RecoveryCase
from surveys.selectors.recovery_page import cases_to_read
from tickets.admin.doors import is_fragment
from tickets.selectors.customer_pages import find_customers


@admin.register(RecoveryCase)
class RecoveryCaseAdmin(ReadOnlyAdmin):
    """A list and a page of our own: every change goes through a service, none through the model."""

    list_title = gettext_lazy("Customers to win back")
    list_display = (
        "who",
        "stage_shown",
        "limits",
        "owner_shown",
        "source",
        "cause_shown",
        "scores",
        "ticket_shown",
        "opened_at",
    )
    list_filter = (StateFilter, OwnerFilter, "stage", "source", CauseFilter, "outcome")
    list_select_related = ("customer", "ticket", "owner", "root_cause")
    search_fields = ("customer__name",)  # switches the search box on; get_search_results does the work
    search_help_text = gettext_lazy("Customer, address, or ticket number")
    ordering = ("-opened_at", "-id")
    sortable_by = ("opened_at",)
    actions = None
    empty_title = gettext_lazy("Nobody is to be won back.")
    empty_text = gettext_lazy(
        "A low score, a bad review, anger at the end of a contact or coming back for the same cause opens a case by itself."
    )

    class Media:
        css = {"all": ("surveys/admin.css",)}

    # Who may what ------------------------------------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("surveys.add_recoverycase"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[RecoveryCase]:
        return RecoveryCase.objects.visible_to(request.user).order_by(*self.get_ordering(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[RecoveryCase], search_term: str
    ) -> tuple[QuerySet[RecoveryCase], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        number = term.removeprefix("#")
        found = Q(customer__in=find_customers(term))
        if number.isascii() and number.isdigit() and len(number) < 19:
            found |= Q(ticket__number=int(number))
        return queryset.filter(found), False

    # The pages ---------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        name = "surveys_recoverycase"
        verb = self.admin_site.admin_view(self.do_view)
        return [path("<int:case_id>/do/<slug:verb>/", verb, name=f"{name}_do"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The guided page; ``?step=`` opens a box, ``?text=`` chooses a template."""
        case = self._case(request, object_id)
        if case is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return page(request, case, step=request.GET.get("step", "")[:20])

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The page itself tells what happened."""
        if self._case(request, object_id) is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("admin:surveys_recoverycase_change", args=[object_id]))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Open a case by hand: from a ticket, from a vote, or for a customer."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return opening_page(request)

    def do_view(self, request: HttpRequest, case_id: int, verb: str) -> HttpResponse:
        """One verb on a case; the answer is the page as it is then."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        case = self._case(request, str(case_id))
        if case is None:
            raise Http404
        try:
            return do(request, case, verb)
        except HelpdeskError as error:
            if is_fragment(request):
                body = {"code": error.code, "message": error.message, "fields": error.fields}
                return JsonResponse(body, status=error.status)
            raise Http404 from error

    def _case(self, request: HttpRequest, object_id: str) -> RecoveryCase | None:
        """The case, if this user may look at it."""
        if (
            not self.has_view_permission(request)
            or not object_id.isascii()
            or not object_id.isdigit()
            or len(object_id) > 18
        ):
            return None
        found: RecoveryCase | None = (
            cases_to_read().visible_to(request.user).filter(pk=int(object_id)).first()  # type: ignore[attr-defined]
        )
        return found

    # The columns -------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("customer"))
    def who(self, case: RecoveryCase) -> SafeString:
        return format_html('<bdi class="hd-break">{}</bdi>', case.customer)

    @admin.display(description=gettext_lazy("stage"))
    def stage_shown(self, case: RecoveryCase) -> SafeString:
        return stage_badge(case)

    @admin.display(description=gettext_lazy("time limits"), empty_value="–")
    def limits(self, case: RecoveryCase) -> SafeString | None:
        chips = [(limit_chip(what, due),) for what, due in limits_of(case)]
        return format_html_join(" ", "{}", chips) or None

    @admin.display(description=gettext_lazy("owner"))
    def owner_shown(self, case: RecoveryCase) -> SafeString:
        if case.owner is None:
            return format_html('<span class="hd-muted">{}</span>', _("nobody"))
        return format_html("<bdi>{}</bdi>", case.owner.display_name)

    @admin.display(description=gettext_lazy("root cause"), empty_value="–")
    def cause_shown(self, case: RecoveryCase) -> str | None:
        return cause_words(case.root_cause) or None

    @admin.display(description=gettext_lazy("score"))
    def scores(self, case: RecoveryCase) -> str:
        before, after = score_words(case.score_before), score_words(case.score_after)
        return f"{before} → {after}" if case.score_after is not None else before

    @admin.display(description=gettext_lazy("ticket"), empty_value="–")
    def ticket_shown(self, case: RecoveryCase) -> str | None:
        return f"#{case.ticket.number}" if case.ticket is not None else None
