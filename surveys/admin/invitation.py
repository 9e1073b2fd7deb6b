"""Who was asked, who will be, and why somebody was not."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from helpdesk.common.admin import ReadOnlyAdmin, state_badge
from surveys.models import Invitation
from surveys.policies.reasons import REASONS
from tickets.models.visibility import ticket_condition

_TONES = {"scheduled": "accent", "sent": "warning", "answered": "success", "expired": "quiet", "suppressed": "quiet"}


class ReasonFilter(admin.SimpleListFilter):
    """Why somebody was not asked."""

    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(REASONS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:
        return queryset.filter(reason=self.value()) if self.value() in REASONS else queryset


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("customer", "ticket", "occasion", "state_shown", "reason_shown", "due_at", "sent_at")
    list_filter = ("state", ReasonFilter)
    list_select_related = ("customer", "ticket")
    search_fields = ("ticket__number__exact",)
    search_help_text = _("The number of a ticket")
    ordering = ("-id",)
    empty_title = _("Nobody has been asked yet")
    empty_text = _("Customers are asked a few minutes after an answered ticket is resolved, or when it has gone quiet.")
    fields = (
        "survey", "customer", "ticket", "occasion", "state_shown", "reason_shown", "language", "due_at", "sent_at", "expires_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        """Whoever reads every figure counts all invitations; whom they went to is for those who see the ticket."""
        condition = ticket_condition(request.user, "ticket__")
        invitations = super().get_queryset(request)
        return invitations if condition is None else invitations.filter(condition)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        number = search_term.strip().removeprefix("#")
        if not number:
            return queryset, False
        is_number = number.isascii() and number.isdigit() and len(number) < 19
        return (queryset.filter(ticket__number=int(number)) if is_number else queryset.none()), False

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, invitation: Invitation) -> SafeString:
        return state_badge(invitation.get_state_display(), _TONES[invitation.state])

    @admin.display(description=_("reason"), empty_value="–")
    def reason_shown(self, invitation: Invitation) -> Any:
        return REASONS.get(invitation.reason, invitation.reason) or None
