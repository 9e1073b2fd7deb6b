"""Setting up what customers are asked, with a look at what they will see."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.clickjacking import xframe_options_sameorigin

from channels_app.models import Brand
from helpdesk.common.admin import ServiceAdmin, state_badge
from helpdesk.common.forms import duration_words
from surveys.models import Survey
from surveys.policies.mail import survey_mail
from surveys.policies.texts import TEXTS, SurveyTexts
from surveys.selectors.pages import Typed, question_context
from surveys.services.links import render_mail

# The admin's own policy with frames of ourselves, and, for the mail, the inline styles that mail programs want.
_FRAME_POLICY = (
    "default-src 'none'; style-src 'self' {styles}; img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'"
)


@admin.register(Survey)
class SurveyAdmin(ServiceAdmin):
    list_display = ("name", "state", "asked_on", "asked_after", "asked_again_after", "preview_link")
    list_filter = ("is_active",)
    filter_horizontal = ("channels",)
    empty_title = gettext_lazy("Nobody is asked")
    fieldsets = (
        (None, {"fields": ("name", "is_active", "channels", "preview_link")}),
        (gettext_lazy("What is asked"), {"fields": ("question", "thanks")}),
        (gettext_lazy("When"), {"fields": ("delay", "quiet_period", "expires_after", "change_window")}),
    )
    readonly_fields = ("preview_link",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("channels")

    def get_urls(self) -> list[URLPattern]:
        look = self.admin_site.admin_view(self.preview_view)
        frame = xframe_options_sameorigin(self.admin_site.admin_view(self.frame_view))
        return [
            path("<int:survey_id>/preview/<slug:language>/", look, name="surveys_survey_preview"),
            path("<int:survey_id>/preview/<slug:language>/<slug:what>/", frame, name="surveys_survey_frame"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("state"), ordering="is_active")
    def state(self, survey: Survey) -> SafeString:
        return state_badge(_("active"), "success") if survey.is_active else state_badge(_("off"), "quiet")

    @admin.display(description=gettext_lazy("channels"))
    def asked_on(self, survey: Survey) -> str:
        names = [channel.name for channel in survey.channels.all()]
        return ", ".join(names) or _("all")

    @admin.display(description=gettext_lazy("delay"), ordering="delay")
    def asked_after(self, survey: Survey) -> str:
        return duration_words(survey.delay)

    @admin.display(description=gettext_lazy("quiet period"), ordering="quiet_period")
    def asked_again_after(self, survey: Survey) -> str:
        return duration_words(survey.quiet_period)

    @admin.display(description=gettext_lazy("preview"))
    def preview_link(self, survey: Survey) -> SafeString | str:
        if survey.pk is None:
            return _("Save first, then look at it here.")
        url = reverse("admin:surveys_survey_preview", args=[survey.pk, "en"])
        return format_html('<a href="{}">{}</a>', url, _("Look at the mail and the page"))

    def preview_view(self, request: HttpRequest, survey_id: int, language: str) -> HttpResponse:
        """Mail and page side by side, in one of the languages that customers are asked in."""
        survey = self._survey(request, survey_id)
        texts = _texts(language)
        context = {
            **self.admin_site.each_context(request),
            "title": survey.name,
            "opts": self.opts,
            "survey": survey,
            "texts": texts,
            "languages": [(code, _language_name(code), code == language) for code in TEXTS],
        }
        return render(request, "admin/surveys/preview.html", context)

    def frame_view(self, request: HttpRequest, survey_id: int, language: str, what: str) -> HttpResponse:
        """What stands in the frames: the mail with links that lead nowhere, or the page that cannot be sent."""
        survey, texts = self._survey(request, survey_id), _texts(language)
        brand = Brand.objects.order_by("id").first()
        name = brand.name if brand else _("Your brand")
        if what == "mail":
            mail = survey_mail(survey, texts=texts, brand=name, name="Carla", subject=_("My parcel is late"))
            response = HttpResponse(render_mail(mail, dict.fromkeys(survey.values.scores, "#")))
        elif what == "page":
            context = question_context(survey, texts, Typed(score=survey.values.low))
            with override(texts.language):
                shared = {"texts": texts, "brand": {"name": name}, "path": "#"}
                response = render(request, "surveys/question.html", {**shared, **context})
        else:
            raise Http404
        response["Content-Security-Policy"] = _FRAME_POLICY.format(styles="'unsafe-inline'" if what == "mail" else "")
        return response

    def _survey(self, request: HttpRequest, survey_id: int) -> Survey:
        survey = self.get_object(request, str(survey_id))
        if survey is None or not self.has_view_permission(request, survey):
            raise Http404
        return survey


def _texts(language: str) -> SurveyTexts:
    if language not in TEXTS:
        raise Http404
    return TEXTS[language]


def _language_name(code: str) -> str:
    return {"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "ar": "العربية"}.get(code, code)
