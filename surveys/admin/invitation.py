"""Who was asked, who will be, and why somebody was not."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from channels_app.models import Channel
from helpdesk.common.admin import ReadOnlyAdmin, state_badge
from surveys.admin.asking_by_hand import ask_page
from surveys.models import Invitation, Survey
from surveys.policies.occasions import API, CONTACT, MANUAL, RECOVERY, RESOLUTION, kind_of
from surveys.policies.reasons import REASONS, REMARKS
from tickets.models.visibility import ticket_condition

_TONES = {"scheduled": "accent", "sent": "warning", "answered": "success", "expired": "quiet", "suppressed": "quiet"}
_OCCASIONS = {
    CONTACT: _("end of contact %(key)s"),
    RESOLUTION: _("resolution %(key)s"),
    MANUAL: _("asked by hand"),
    API: _("API: %(key)s"),
    RECOVERY: _("won back, case %(key)s"),
}


class ReasonFilter(admin.SimpleListFilter):
    """Why somebody was not asked."""

    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*REASONS.items(), *REMARKS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:
        is_known = self.value() in REASONS or self.value() in REMARKS
        return queryset.filter(reason=self.value()) if is_known else queryset


class SurveyFilter(admin.SimpleListFilter):
    """With which survey."""

    title = _("survey")
    parameter_name = "survey"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(pk), name) for pk, name in Survey.objects.order_by("name").values_list("pk", "name")[:100]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:
        return queryset.filter(survey_id=int(self.value() or 0)) if _is_key(self.value()) else queryset


class ChannelFilter(admin.SimpleListFilter):
    """Where he was asked; before that, and for who is not asked, the channel of the ticket."""

    title = _("channel")
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(pk), name) for pk, name in Channel.objects.order_by("name").values_list("pk", "name")[:100]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:
        if not _is_key(self.value()):
            return queryset
        place = Coalesce(F("conversation__channel_id"), F("ticket__channel_id"))
        return queryset.alias(place=place).filter(place=int(self.value() or 0))


def _is_key(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = (
        "customer", "ticket", "occasion_shown", "state_shown", "reason_shown", "sent_via_shown", "due_at", "sent_at",
    )  # fmt: skip
    list_filter = ("state", ReasonFilter, SurveyFilter, ChannelFilter, "sent_via")
    list_select_related = ("customer", "ticket")
    search_fields = ("ticket__number__exact",)
    search_help_text = _("The number of a ticket")
    ordering = ("-id",)
    empty_title = _("Nobody has been asked yet")
    empty_text = _("Customers are asked a few minutes after an answered ticket is resolved, or when it has gone quiet.")
    fields = (
        "survey", "customer", "ticket", "occasion_shown", "state_shown", "reason_shown", "sent_via_shown", "language", "due_at",
        "sent_at", "reminded_at", "expires_at", "requested_by", "ask_again",
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        ask = self.admin_site.admin_view(self.ask_view)
        return [path("ask/", ask, name="surveys_invitation_ask"), *super().get_urls()]

    def ask_view(self, request: HttpRequest) -> HttpResponse:
        """Ask the customer of a ticket now."""
        return ask_page(request)

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

    @admin.display(description=_("occasion"), ordering="occasion")
    def occasion_shown(self, invitation: Invitation) -> str:
        key = invitation.occasion.partition(":")[2]
        words = _OCCASIONS.get(kind_of(invitation.occasion))
        return str(words) % {"key": key} if words is not None else invitation.occasion

    @admin.display(description=_("state"), ordering="state")
    def state_shown(self, invitation: Invitation) -> SafeString:
        return state_badge(invitation.get_state_display(), _TONES[invitation.state])

    @admin.display(description=_("reason"), empty_value="–")
    def reason_shown(self, invitation: Invitation) -> Any:
        return REASONS.get(invitation.reason) or REMARKS.get(invitation.reason) or invitation.reason or None

    @admin.display(description=_("asked by"), empty_value="–", ordering="sent_via")
    def sent_via_shown(self, invitation: Invitation) -> str | None:
        return invitation.get_sent_via_display() if invitation.sent_via else None

    @admin.display(description=_("ask again"), empty_value="–")
    def ask_again(self, invitation: Invitation) -> SafeString | None:
        if invitation.ticket_id is None:
            return None
        url = reverse("admin:surveys_invitation_ask")
        return format_html('<a href="{}?ticket={}">{}</a>', url, invitation.ticket_id, _("Ask now"))
