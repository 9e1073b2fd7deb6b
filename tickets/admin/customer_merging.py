"""Merging on the customer's page: whom with, what would move, the merge, its undo, and "somebody else"."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.accounts.models import User
from helpdesk.common.errors import HelpdeskError
from tickets.models import Customer, CustomerMerge
from tickets.selectors.customer_pages import find_customers
from tickets.selectors.customer_suggestions import suggest_same
from tickets.selectors.customers import identities_of_customer, known_of_customer
from tickets.services.actors import Actor
from tickets.services.customer_merging import Merged, merge_customers, unmerge_customers
from tickets.services.telling_apart import tell_apart

FOUND_SHOWN = 10
CONFLICT_WORDS = {
    "attribute": gettext_lazy("Both have a value for “%(about)s”; the one of the customer who stays is kept."),
    "external_id": gettext_lazy("The other CRM id %(about)s leads here from now on."),
    "is_blocked": gettext_lazy("The merged customer was blocked; the one who stays is not."),
    "row_kept": gettext_lazy("Both have this already, so it was not moved: %(about)s."),
    "changed_since": gettext_lazy("Changed since the merge, so it stays as it is: %(about)s."),
    "shared_ticket": gettext_lazy(
        "Both have written on ticket %(about)s; it stays whole with the customer whose it is."
    ),
}


class CustomerMergingPages:
    """Mixed into the customers' admin."""

    def merging_urls(self: Any) -> list[URLPattern]:
        """The pages, each for people who may change customers."""

        def named(route: str, view: Any, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"tickets_customer_{name}")

        return [
            named("<int:customer_id>/merge/", self.choose_other, "merge"),
            named("<int:customer_id>/merge/<int:other_id>/", self.preview_merge, "merge_preview"),
            named("<int:customer_id>/merges/<int:merge_id>/undo/", self.undo_merge, "unmerge"),
            named("<int:customer_id>/apart/<int:other_id>/", self.tell_apart, "apart"),
        ]

    def choose_other(self: Any, request: HttpRequest, customer_id: int) -> HttpResponse:
        """Look for the customer who is the same person."""
        customer = self._changeable(request, customer_id)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET"])
        query = request.GET.get("q", "")[:200]
        found = self.get_queryset(request).filter(pk__in=find_customers(query)).exclude(pk=customer.pk)
        context = {
            "found": found.select_related("organization").prefetch_related("identities")[:FOUND_SHOWN] if query else (),
            "query": query,
            "suggestions": suggest_same(customer_id=customer.pk, user=request.user),
        }
        return self._page(request, customer, "choose_other.html", context)

    def preview_merge(self: Any, request: HttpRequest, customer_id: int, other_id: int) -> HttpResponse:
        """Both side by side; a POST merges, ``stays`` says who stays."""
        customer, other = self._changeable(request, customer_id), self._changeable(request, other_id)
        if request.method == "POST":
            return self._merge(request, customer, other)
        sides = [
            {
                "customer": one,
                "identities": identities_of_customer(customer_id=one.pk),
                "known": known_of_customer(one.pk),
            }
            for one in (customer, other)
        ]
        return self._page(request, customer, "merge.html", {"sides": sides, "other": other})

    def undo_merge(self: Any, request: HttpRequest, customer_id: int, merge_id: int) -> HttpResponse:
        """Undo a merge into this customer."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        customer = self._changeable(request, customer_id)
        if not CustomerMerge.objects.filter(pk=merge_id, winner=customer).exists():
            raise Http404
        try:
            undone = unmerge_customers(merge_id=merge_id, actor=_actor(request))
        except HelpdeskError as error:
            self.message_user(request, error.message, messages.ERROR)
            return _to_page(customer.pk)
        self._tell(request, undone, _("The two are two customers again."))
        return _to_page(customer.pk)

    def tell_apart(self: Any, request: HttpRequest, customer_id: int, other_id: int) -> HttpResponse:
        """Say that a suggested customer is somebody else."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        customer, other = self._changeable(request, customer_id), self._changeable(request, other_id)
        try:
            tell_apart(customer_id=customer.pk, other_id=other.pk, actor=_actor(request))
        except HelpdeskError as error:
            self.message_user(request, error.message, messages.ERROR)
        return _to_page(customer.pk)

    def _merge(self: Any, request: HttpRequest, customer: Customer, other: Customer) -> HttpResponse:
        stays, goes = (other, customer) if request.POST.get("stays") == str(other.pk) else (customer, other)
        try:
            merged = merge_customers(winner_id=stays.pk, loser_id=goes.pk, actor=_actor(request))
        except HelpdeskError as error:
            self.message_user(request, error.message, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:tickets_customer_merge_preview", args=[customer.pk, other.pk]))
        self._tell(request, merged, _("The two are one customer now. The merge can be undone on this page."))
        return _to_page(stays.pk)

    def _tell(self: Any, request: HttpRequest, merged: Merged, text: str) -> None:
        self.message_user(request, text, messages.SUCCESS)
        for code, about in merged.conflicts[:FOUND_SHOWN]:
            words = CONFLICT_WORDS.get(code)
            self.message_user(request, str(words) % {"about": about} if words else f"{code}: {about}", messages.WARNING)

    def _changeable(self: Any, request: HttpRequest, customer_id: int) -> Customer:
        """Raises Http404 for one whom this person does not see, PermissionDenied where he may not change him."""
        customer: Customer | None = self.get_object(request, str(customer_id))
        if customer is None:
            raise Http404
        if not self.has_change_permission(request, customer):
            raise PermissionDenied
        return customer

    def _page(self: Any, request: HttpRequest, customer: Customer, name: str, context: dict[str, Any]) -> HttpResponse:
        title = _("Merge %(name)s with another customer") % {"name": customer}
        page = {**self.admin_site.each_context(request), "opts": self.opts, "original": customer, "title": title}
        return TemplateResponse(request, f"admin/tickets/customer/{name}", page | context)


def _actor(request: HttpRequest) -> Actor:
    assert isinstance(request.user, User)  # the admin lets nobody else in
    return Actor.agent(request.user)


def _to_page(customer_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:tickets_customer_change", args=[customer_id]))
