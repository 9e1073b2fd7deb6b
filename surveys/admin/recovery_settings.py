"""When a customer counts as lost, and how soon what has to happen: one row, so its form is the page."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from helpdesk.common.admin import ServiceAdmin
from helpdesk.common.forms import duration_words
from surveys.models import RecoverySettings


@admin.register(RecoverySettings)
class RecoverySettingsAdmin(ServiceAdmin):
    autocomplete_fields = ("team",)
    readonly_fields = ("what_happens",)
    fieldsets = (
        (
            _("What opens a case"),
            {
                "fields": (
                    "opens_on_low_score",
                    ("opens_on_bad_review", "bad_review_up_to"),
                    "opens_on_strong_sentiment",
                    ("opens_on_repeated_contact", "repeated_contacts", "repeated_within"),
                ),
                "description": _("A case can always be opened by hand, from a ticket or from a vote."),
            },
        ),
        (_("How soon"), {"fields": ("first_contact_within", "corrected_within", "ask_again_after", "what_happens")}),
        (_("Who and when"), {"fields": ("team", "regained_from")}),
    )

    @admin.display(description=_("what happens now"))
    def what_happens(self, settings: RecoverySettings) -> str:
        return str(
            _(
                "The owner is to speak to the customer within %(contact)s and to have it put right within %(correction)s; "
                "%(again)s after that the customer is asked again."
            )
            % {
                "contact": duration_words(settings.first_contact_within),
                "correction": duration_words(settings.corrected_within),
                "again": duration_words(settings.ask_again_after),
            }
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> RecoverySettings | None:
        """The one row; its defaults while nobody has saved any."""
        if object_id != "1":
            return None
        return RecoverySettings.objects.filter(pk=1).first() or RecoverySettings(pk=1)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:surveys_recoverysettings_change", args=[1]))

    def response_post_save_change(self, request: HttpRequest, obj: RecoverySettings) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:surveys_recoverysettings_change", args=[1]))
