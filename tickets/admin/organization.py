"""Organisations: the companies customers work for."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin
from tickets.models import Organization


class OrganizationForm(forms.ModelForm):
    class Meta:
        model = Organization
        fields = ("name", "domains", "external_id")

    def clean_domains(self) -> list[str]:
        """Lower case and without a leading @, as mail addresses are stored."""
        domains = (domain.strip().lower().lstrip("@").rstrip(".") for domain in self.cleaned_data["domains"])
        return sorted({domain for domain in domains if domain})


@admin.register(Organization)
class OrganizationAdmin(ServiceAdmin):
    form = OrganizationForm
    list_display = ("name", "domain_words", "external_id")
    search_fields = ("name",)
    ordering = ("name", "id")
    sortable_by = ("name",)
    empty_title = gettext_lazy("No organisations yet.")
    empty_text = gettext_lazy("With its mail domains entered, new customers from there are joined to it by themselves.")

    @admin.display(description=gettext_lazy("mail domains"))
    def domain_words(self, organization: Organization) -> str:
        return ", ".join(organization.domains) or "–"

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(*args, **kwargs)
        if "domains" in form.base_fields:
            form.base_fields["domains"].help_text = gettext_lazy(
                "With commas between them, such as example.com, example.org. New customers who write from there belong here."
            )
        return form
