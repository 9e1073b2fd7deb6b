"""Tickets that wait to be sorted, and those where sorting was given up, with the reason."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from helpdesk.common.admin import ReadOnlyAdmin, state_badge
from helpdesk.common.clock import now
from tickets.models import Ticket, TriageItem
from tickets.services.actors import Actor
from tickets.services.triage import MOST_ATTEMPTS, run_triage_again


class StateFilter(admin.SimpleListFilter):
    """Given up, or still waiting."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("given_up", _("given up")), ("waiting", _("waiting"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TriageItem]) -> QuerySet[TriageItem]:
        if self.value() == "given_up":
            return queryset.filter(attempts__gte=MOST_ATTEMPTS)
        return queryset.filter(attempts__lt=MOST_ATTEMPTS) if self.value() == "waiting" else queryset


@admin.register(TriageItem)
class TriageItemAdmin(ReadOnlyAdmin):
    list_title = gettext_lazy("Waiting to be sorted")
    list_display = ("shown_ticket", "trigger", "created_at", "shown_state", "attempts", "error")
    list_display_links = None
    list_filter = (StateFilter,)
    list_select_related = ("ticket",)
    ordering = ("-attempts", "id")
    sortable_by = ()
    actions = ("run_again",)
    fields = ("shown_ticket", "trigger", "created_at", "shown_state", "attempts", "error")
    readonly_fields = fields
    empty_title = gettext_lazy("Nothing waits.")
    empty_text = gettext_lazy(
        "Every ticket was looked at: topic, rules, priority, assignment, bot. What fails five times stays here with its reason."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[TriageItem]:
        seen = Ticket.objects.visible_to(request.user).order_by().values("pk")
        return super().get_queryset(request).filter(ticket__in=seen)

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may let items run again."""
        return request.user.has_perm("tickets.change_triageitem")

    @admin.display(description=gettext_lazy("ticket"))
    def shown_ticket(self, item: TriageItem) -> SafeString:
        url = reverse("admin:tickets_ticket_change", args=[item.ticket_id])
        return format_html('<a href="{}">{}</a>', url, str(item.ticket))

    @admin.display(description=gettext_lazy("state"))
    def shown_state(self, item: TriageItem) -> SafeString:
        if item.attempts >= MOST_ATTEMPTS:
            return state_badge(_("given up"), "danger")
        if item.next_try_at is not None and item.next_try_at > now():
            return state_badge(_("will be tried again"), "warning")
        return state_badge(_("waiting"), "accent")

    @admin.action(description=gettext_lazy("Run again"), permissions=["run"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[TriageItem]) -> None:
        ids = list(queryset.values_list("pk", flat=True))
        count = run_triage_again(item_ids=ids, actor=Actor.agent(request.user))  # type: ignore[arg-type]
        text = ngettext("%(count)d will be looked at again.", "%(count)d will be looked at again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)
