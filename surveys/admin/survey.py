"""Setting up what customers are asked, with a look at what they will see."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin

from helpdesk.common.admin import ServiceAdmin, state_badge
from helpdesk.common.forms import duration_words
from surveys.admin.further_form import NUMBERS
from surveys.admin.survey_form import LANGUAGES, SurveyForm
from surveys.admin.survey_preview import KINDS, frame
from surveys.models import Survey
from surveys.policies.texts import TEXTS

_NEW = 0


@admin.register(Survey)
class SurveyAdmin(ServiceAdmin):
    form = SurveyForm
    list_display = (
        "name",
        "state",
        "occasion",
        "scale",
        "asked_on",
        "asked_after",
        "asked_again_after",
        "preview_link",
    )
    list_filter = ("is_active",)
    change_form_template = "admin/surveys/survey_form.html"
    empty_title = gettext_lazy("Nobody is asked")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("channels")

    def get_form(self, request: HttpRequest, obj: Survey | None = None, change: bool = False, **kwargs: Any) -> Any:
        # The words by language and the further questions are fields that the form makes itself.
        form: Any = super().get_form(request, obj, change=change, **(kwargs | {"fields": SurveyForm.Meta.fields}))
        if "channels" in form.base_fields:
            # A channel is set up where channels are; a plus beside eight boxes says nothing.
            form.base_fields["channels"].widget.can_add_related = False
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Survey | None = None) -> Any:
        when = ("occasion", "delay", "only_in_business_hours", "expires_after", "remind_after", "change_window")
        whom = ("channels", "sample_percent", "quiet_period", "human_only")
        asked = ("scale", "low_at_most", "question", "thanks")
        plain = [(None, {"fields": ("name", "is_active")}), (_("What is asked"), {"fields": asked})]
        timing = [(_("When"), {"fields": when}), (_("Whom"), {"fields": whom})]
        may_write = self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj)
        if not may_write:
            return [*plain, *timing]
        words = [(f"question_{code}", f"thanks_{code}") for code in LANGUAGES]
        said = _("Customers are asked in their language. What is empty here is asked in the words above, else in ours.")
        return [
            *plain,
            (_("In each language"), {"fields": words, "description": said, "classes": ("collapse", "hd-words")}),
            *(_further_fieldset(number, is_open=number == 1) for number in NUMBERS),
            *timing,
        ]

    def get_urls(self) -> list[URLPattern]:
        look = self.admin_site.admin_view(self.preview_view)
        look_into = xframe_options_sameorigin(self.admin_site.admin_view(self.frame_view))
        return [
            path("<int:survey_id>/preview/<slug:language>/", look, name="surveys_survey_preview"),
            path("<int:survey_id>/preview/<slug:language>/<slug:what>/", look_into, name="surveys_survey_frame"),
            *super().get_urls(),
        ]

    def save_related(self, request: HttpRequest, form: SurveyForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.save_parts()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        survey = kwargs.get("obj")
        context |= {"survey_id": survey.pk if survey else _NEW, "languages": LANGUAGES, "kinds": _kind_names()}
        return super().render_change_form(request, context, *args, **kwargs)

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
    def preview_link(self, survey: Survey) -> SafeString:
        url = reverse("admin:surveys_survey_preview", args=[survey.pk, "en"])
        return format_html('<a href="{}">{}</a>', url, _("Preview"))

    def preview_view(self, request: HttpRequest, survey_id: int, language: str) -> HttpResponse:
        """Mail, page, thanks and chat at the width of a desk and of a phone, in one of the languages customers are asked in."""
        survey = self._survey(request, survey_id)
        if language not in TEXTS:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": survey.name or _("Preview"),
            "opts": self.opts,
            "survey": survey,
            "language": language,
            "languages": LANGUAGES,
            "kinds": _kind_names(),
        }
        return render(request, "admin/surveys/preview.html", context)

    def frame_view(self, request: HttpRequest, survey_id: int, language: str, what: str) -> HttpResponse:
        """What stands in the frames; with the fields of the form in the query, as it is typed and not as it is stored."""
        return frame(request, self._survey(request, survey_id), language, what)

    def _survey(self, request: HttpRequest, survey_id: int) -> Survey:
        if survey_id == _NEW and self.has_add_permission(request):
            return Survey()
        survey = self.get_object(request, str(survey_id))
        if survey is None or not self.has_view_permission(request, survey):
            raise Http404
        return survey

    class Media:
        css = {"all": ("surveys/admin.css", "surveys/survey_form.css")}
        js = ("surveys/survey_form.js",)


def _further_fieldset(number: int, *, is_open: bool) -> Any:
    """The fields of one further question; the second and the third are opened by who wants them."""
    first = tuple(f"further_{number}_{name}" for name in ("kind", "from", "to"))
    words = [f"further_{number}_words_{code}" for code in LANGUAGES]
    titles = (_("Further question"), _("Second further question"), _("Third further question"))
    said = _(
        "Asked after scores from … to …. In each language: the question on the first line, then its choices in the same order."
    )
    classes = ("hd-further",) if is_open else ("hd-further", "collapse")
    fields = [first, f"further_{number}_text", f"further_{number}_choices", tuple(words)]
    return (titles[number - 1], {"fields": fields, "description": said, "classes": classes})


def _kind_names() -> dict[str, str]:
    names = (_("Mail"), _("Page"), _("Thanks"), _("Chat"))
    return dict(zip(KINDS, names, strict=True))
