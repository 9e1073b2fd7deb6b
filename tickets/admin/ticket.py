"""The tickets' place in the admin: which pages there are and who may enter them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern

from tickets.admin.doors import may_read_tickets
from tickets.admin.ticket_addresses import ticket_addresses
from tickets.models import Ticket
from tickets.selectors.search import search_tickets


@admin.register(Ticket)
class TicketAdmin(admin.ModelAdmin):
    """Inbox and workspace instead of changelist and form: every change goes through a service, none through the model."""

    search_fields = ("number",)
    ordering = ("-last_message_at", "-id")

    def has_view_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        return may_read_tickets(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_read_tickets(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        return bool(request.user.is_authenticated and request.user.has_perm("tickets.change_ticket"))

    def has_delete_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(request.user).order_by(*self.get_ordering(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Ticket], search_term: str
    ) -> tuple[QuerySet[Ticket], bool]:
        """For the pickers of other pages: the product's own search instead of LIKE over joins."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(pk__in=search_tickets(query=search_term, user=request.user)), False

    def get_urls(self) -> list[URLPattern]:
        return ticket_addresses()
