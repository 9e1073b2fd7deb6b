"""Customers: who they are, where they write from, what they have written about."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channels_app.models import Channel
from channels_app.registry import adapter_class, identity_kind_choices
from helpdesk.accounts.models import User
from helpdesk.common.admin import BoundedPaginator, ServiceAdmin, state_badge
from helpdesk.common.errors import HelpdeskError
from tickets.admin.customer_merging import CustomerMergingPages
from tickets.admin.further_panels import rendered_panels
from tickets.models import Conversation, Customer, CustomerIdentity
from tickets.selectors.customer_pages import (
    SHOWN_EVENTS,
    SHOWN_IDENTITIES,
    SHOWN_MERGES,
    find_customers,
    merges_of,
    outside_events,
    ticket_outline,
)
from tickets.selectors.customer_suggestions import suggest_same
from tickets.services.actors import Actor
from tickets.services.customers import add_identity, create_customer, update_customer

_FOREIGN_KEYS = {"organization": "organization_id", "preferred_channel": "preferred_channel_id"}


class CustomerForm(forms.ModelForm):
    first_channel = forms.ModelChoiceField(
        label=gettext_lazy("Writes on"), queryset=Channel.objects.filter(is_active=True), required=False
    )
    first_address = forms.CharField(label=gettext_lazy("Address there"), max_length=320, required=False)

    class Meta:
        model = Customer
        fields = (
            "name", "organization", "language", "time_zone", "preferred_channel", "external_id", "note", "is_vip",
            "is_blocked", "do_not_survey_until",
        )  # fmt: skip
        widgets = {"note": forms.Textarea(attrs={"rows": 4})}

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if bool(values.get("first_channel")) != bool(values.get("first_address")):
            self.add_error("first_address", _("A channel and an address belong together."))
        return values


class CustomerPaginator(BoundedPaginator):
    def is_whole(self, queryset: QuerySet[Any]) -> bool:
        """Also without the few who were merged away; not for whoever may see a part of them only."""
        return bool(queryset.query.where == Customer.objects.filter(merged_into=None).query.where)


def _without_name(entry: LogEntry, customer: Customer) -> LogEntry:
    entry.object_repr = f"#{customer.pk}"
    entry.save(update_fields=["object_repr"])
    return entry


@admin.register(Customer)
class CustomerAdmin(CustomerMergingPages, ServiceAdmin):
    form = CustomerForm
    paginator = CustomerPaginator
    list_display = ("who", "addresses", "organization", "language", "last_heard_of", "marks")
    list_filter = ("is_vip", "is_blocked")
    list_select_related = ("organization",)
    search_fields = ("name",)  # switches the search box on; get_search_results does the work
    search_help_text = gettext_lazy("Name or part of it, mail address, phone number")
    ordering = ("sort_name", "id")
    sortable_by = ("who",)
    autocomplete_fields = ("organization",)
    change_form_template = "admin/tickets/customer/change_form.html"
    empty_title = gettext_lazy("No customers yet.")
    empty_text = gettext_lazy("Whoever writes to one of your channels appears here by himself.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return Customer.objects.visible_to(request.user).filter(merged_into=None).order_by(*self.get_ordering(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=find_customers(search_term)), False

    # The list ------------------------------------------------------------------------------------------------------

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        newest = Conversation.objects.filter(customer=OuterRef("pk")).order_by("-last_message_at")
        changelist.result_list = changelist.result_list.prefetch_related(
            Prefetch("identities", CustomerIdentity.objects.order_by("pk"))
        ).annotate(last_message_at=Subquery(newest.values("last_message_at")[:1]))
        return changelist

    @admin.display(description=gettext_lazy("name"), ordering="sort_name")
    def who(self, customer: Customer) -> str:
        return str(customer)

    @admin.display(description=gettext_lazy("addresses"))
    def addresses(self, customer: Customer) -> SafeString | str:
        known = list(customer.identities.all())
        shown = format_html_join(SafeString("<br>"), "{}", [(identity.address,) for identity in known[:2]])
        more = format_html('<span class="hd-sub">+{}</span>', len(known) - 2) if len(known) > 2 else ""
        return format_html('<span class="hd-break">{}</span>{}', shown, more) if known else "–"

    @admin.display(description=gettext_lazy("last message"))
    def last_heard_of(self, customer: Any) -> str:
        moment = customer.last_message_at
        return naturaltime(moment) if moment else "–"

    @admin.display(description=gettext_lazy("marks"))
    def marks(self, customer: Customer) -> SafeString | str:
        words = [(_("VIP"), "accent")] if customer.is_vip else []
        words += [(_("blocked"), "danger")] if customer.is_blocked else []
        words += [(_("demo"), "quiet")] if customer.is_demo else []
        return format_html_join(" ", "{}", [(state_badge(word, tone),) for word, tone in words]) or "–"

    # The form ------------------------------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Customer | None = None) -> Any:
        who = ("name", "organization", ("language", "time_zone"), "note")
        rest = ("preferred_channel", "external_id", "is_vip", "is_blocked", "do_not_survey_until")
        first = [(gettext_lazy("First address"), {"fields": ("first_channel", "first_address")})] if obj is None else []
        return [(None, {"fields": who}), *first, (gettext_lazy("More"), {"fields": rest})]

    def has_change_permission(self, request: HttpRequest, obj: Customer | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.anonymized_at is None)

    def save_model(self, request: HttpRequest, obj: Customer, form: Any, change: bool) -> None:
        changes = {
            _FOREIGN_KEYS.get(name, name): getattr(obj, _FOREIGN_KEYS.get(name, name))
            for name in form.changed_data
            if name in CustomerForm.Meta.fields
        }
        actor = _actor(request)
        if change:
            update_customer(customer_id=obj.pk, actor=actor, changes=changes)
            return
        values = form.cleaned_data
        made = create_customer(
            actor=actor,
            name=values["name"],
            channel=values["first_channel"],
            address=values["first_address"],
            changes=changes,
        )
        obj.pk = made.pk

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        customer = self.get_object(request, object_id)
        if customer is not None and self.has_view_or_change_permission(request, customer):
            panels = {
                "hd_identities": customer.identities.select_related("channel").order_by("pk")[:SHOWN_IDENTITIES],
                "hd_identity_kinds": identity_kind_choices(),
                "hd_may_add_identity": self.may_add_identity(request, customer),
                "hd_tickets": ticket_outline(customer=customer, user=request.user),
                "hd_events": outside_events(customer_id=customer.pk)[:SHOWN_EVENTS],
                "hd_merges": merges_of(customer_id=customer.pk)[:SHOWN_MERGES],
                "hd_suggestions": suggest_same(customer_id=customer.pk, user=request.user),
                "hd_may_merge": self.has_change_permission(request, customer),
                "hd_panels": rendered_panels(settings.HELPDESK_CUSTOMER_PANELS, customer, request.user),
            }
            extra_context = {**panels, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, extra_context)

    # The log of changes is read by people who do not see every customer, and outlives the customer's name.

    def log_addition(self, request: HttpRequest, obj: Customer, message: Any) -> LogEntry:
        return _without_name(super().log_addition(request, obj, message), obj)

    def log_change(self, request: HttpRequest, obj: Customer, message: Any) -> LogEntry:
        return _without_name(super().log_change(request, obj, message), obj)

    # One more address ----------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        add = self.admin_site.admin_view(self.add_address)
        address = path("<int:customer_id>/address/", add, name="tickets_customer_address")
        return [address, *self.merging_urls(), *super().get_urls()]

    def may_add_identity(self, request: HttpRequest, customer: Customer) -> bool:
        return request.user.has_perm("tickets.add_customeridentity") and self.has_change_permission(request, customer)

    def add_address(self, request: HttpRequest, customer_id: int) -> HttpResponse:
        """Give the customer one more address."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        customer = self.get_object(request, str(customer_id))
        if customer is None:
            raise Http404
        if not self.may_add_identity(request, customer):
            raise PermissionDenied
        kind = request.POST.get("kind", "")
        channel = Channel.objects.filter(pk=_number(request.POST.get("channel"))).first()
        if channel is not None and adapter_class(channel.kind).identity_kind != kind:
            channel = None
        try:
            identity = add_identity(
                customer_id=customer.pk,
                actor=_actor(request),
                kind=kind,
                address=request.POST.get("address", "")[:320],
                channel=channel,
            )
        except HelpdeskError as error:
            self.message_user(request, error.message, messages.ERROR)
        else:
            self.log_change(request, customer, [{"added": {"name": str(_("address")), "object": str(identity.pk)}}])
            self.message_user(request, _("The address is added."), messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:tickets_customer_change", args=[customer.pk]))


def _actor(request: HttpRequest) -> Actor:
    assert isinstance(request.user, User)  # the admin lets nobody else in
    return Actor.agent(request.user)


def _number(text: str | None) -> int:
    """The number in ``text``; 0, which no row has, where there is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
