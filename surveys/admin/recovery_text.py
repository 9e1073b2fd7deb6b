"""The team's own words for winning customers back, each beside what a customer would read."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin
from helpdesk.common.text import preview
from surveys.admin.recovery_words import cause_words, language_name
from surveys.models import RecoveryText
from surveys.policies.recovery_texts import TEXTS, base_of, texts_for, whole_text
from tickets.policies.placeholders import fill_placeholders, is_known, placeholders_in, written_date

OWN_PLACEHOLDERS = ("recovery.mistake", "recovery.plan", "recovery.action", "recovery.incentive")
_EXAMPLE = {
    "customer.first_name": "Carla", "customer.name": "Carla Customer", "ticket.number": "1042", "agent.name": "Ana Agent",
    "agent.first_name": "Ana", "brand.name": "Acme", "recovery.incentive": "10 % (WELCOME-BACK-10)",
}  # fmt: skip

_EXAMPLE_DAY = date(2030, 1, 15)


class RecoveryTextForm(forms.ModelForm):
    language = forms.ChoiceField(label=gettext_lazy("Language"))

    class Meta:
        model = RecoveryText
        fields = ("kind", "language", "name", "root_cause", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 14, "dir": "auto", "class": "vLargeTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [code for code, _label in settings.LANGUAGES]
        stored = [self.instance.language] if self.instance.language else []
        codes = list(dict.fromkeys([*TEXTS, *known, *stored]))
        self.fields["language"].choices = [(code, language_name(code)) for code in codes]  # type: ignore[attr-defined]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        unknown = [
            place.name
            for place in placeholders_in(text)
            if not is_known(place.name) and place.name not in OWN_PLACEHOLDERS
        ]
        if unknown:
            raise ValidationError(_("There is no placeholder “%(name)s”.") % {"name": unknown[0][:60]})
        return text


@admin.register(RecoveryText)
class RecoveryTextAdmin(ServiceAdmin):
    form = RecoveryTextForm
    is_deletable = True
    list_display = ("name", "kind", "language_shown", "cause_shown", "beginning")
    list_filter = ("kind", "language")
    list_select_related = ("root_cause",)
    search_fields = ("name", "text")
    search_help_text = gettext_lazy("Name, or words of the text")
    ordering = ("kind", "language", "name")
    autocomplete_fields = ()
    actions = None
    change_list_template = "admin/surveys/recovery/text_list.html"
    readonly_fields = ("placeholders", "ours", "look")
    fields = ("kind", "language", "name", "root_cause", "text", "placeholders", "look", "ours")
    list_title = gettext_lazy("Recovery texts")
    empty_title = gettext_lazy("Our own texts are used.")
    empty_text = gettext_lazy("Write one for a kind and a language where you would say it differently.")

    def get_urls(self) -> list[URLPattern]:
        look = self.admin_site.admin_view(self.preview_view)
        return [path("preview/<slug:kind>/", look, name="surveys_recoverytext_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Our text of a kind in every language that we speak, as a customer reads it."""
        if not self.has_view_permission(request) or kind not in RecoveryText.Kind.values:
            return self._get_obj_does_not_exist_redirect(request, self.opts, kind)  # type: ignore[attr-defined]
        shown = [(code, language_name(code), _read(whole_text(code, kind, has_name=True), code)) for code in TEXTS]
        context = {
            **self.admin_site.each_context(request),
            "title": capfirst(str(RecoveryText.Kind(kind).label)),
            "opts": self.opts,
            "hd_list_title": self.title_of_list(),
            "shown": shown,
            "kinds": [(value, label, value == kind) for value, label in RecoveryText.Kind.choices],
        }
        return render(request, "admin/surveys/recovery/texts.html", context)

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def language_shown(self, text: RecoveryText) -> str:
        return language_name(text.language)

    @admin.display(description=gettext_lazy("root cause"))
    def cause_shown(self, text: RecoveryText) -> str:
        return cause_words(text.root_cause) or _("every cause")

    @admin.display(description=gettext_lazy("text"))
    def beginning(self, text: RecoveryText) -> SafeString:
        return format_html("<bdi>{}</bdi>", preview(text.text, 100))

    @admin.display(description=gettext_lazy("placeholders"))
    def placeholders(self, text: RecoveryText) -> SafeString:
        names = ("customer.first_name", "customer.name", "ticket.number", "agent.name", "brand.name", *OWN_PLACEHOLDERS)
        return format_html_join(" ", "<code>{}</code>", [(f"{{{{{name}}}}}",) for name in names])

    @admin.display(description=gettext_lazy("as a customer reads it"))
    def look(self, text: RecoveryText) -> SafeString | str:
        if text.pk is None:
            return _("Save first, then look at it here.")
        return _shown(_read(text.text, text.language), text.language)

    @admin.display(description=gettext_lazy("our own text"))
    def ours(self, text: RecoveryText) -> SafeString | str:
        if text.pk is None:
            return "–"
        language = texts_for(text.language).language
        return _shown(_read(whole_text(language, text.kind, has_name=True), language), language)

    class Media:
        css = {"all": ("surveys/recovery.css",)}


def _read(text: str, language: str) -> str:
    """The text with an example's values; what only a case knows and no example shows stays open."""
    words = texts_for(language)
    line = words.plan_line.format(action="…", date=written_date(_EXAMPLE_DAY, language))
    mistakes = TEXTS[base_of(language)].mistakes if base_of(language) in TEXTS else {}
    values = {
        **_EXAMPLE,
        "recovery.mistake": next(iter(mistakes.values()), ""),
        "recovery.plan": f"– {line}",
        "recovery.action": "…",
    }
    return fill_placeholders(text, values).text


def _shown(text: str, language: str) -> SafeString:
    return format_html('<div class="hd-rec-look" lang="{}" dir="auto">{}</div>', language, text)
