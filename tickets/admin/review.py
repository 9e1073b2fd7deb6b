"""Reviews: what was said in public, how many stars, whether it is answered; and the import of files."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from channels_app.models import Channel
from helpdesk.common.admin import ReadOnlyAdmin, state_badge
from helpdesk.common.errors import HelpdeskError
from helpdesk.common.text import preview
from tickets.models import Review
from tickets.selectors.search import find_messages
from tickets.services.review_import import KIND, MAX_FILE_BYTES, import_reviews

MOST_CHOICES = 100
_TONES = {"none": "warning", "queued": "accent", "published": "success", "failed": "danger", "outdated": "warning"}
_BANDS = {
    "low": (gettext_lazy("1 or 2 stars"), Q(stars__lt=2.5)),
    "middle": (gettext_lazy("3 stars"), Q(stars__gte=2.5, stars__lt=3.5)),
    "high": (gettext_lazy("4 or 5 stars"), Q(stars__gte=3.5)),
    "none": (gettext_lazy("no rating"), Q(stars=None)),
}


class StarsFilter(admin.SimpleListFilter):
    """How good the rating is."""

    title = gettext_lazy("stars")
    parameter_name = "stars"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _condition) in _BANDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        value = self.value() or ""
        return queryset.filter(_BANDS[value][1]) if value in _BANDS else queryset


class SiteFilter(admin.SimpleListFilter):
    """The site, as the channel that reads it."""

    title = gettext_lazy("site")
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = ("google_reviews", "facebook_reviews", KIND, "api")
        channels = Channel.objects.filter(kind__in=kinds).order_by("position", "name")[:MOST_CHOICES]
        return [(str(channel.pk), channel.name) for channel in channels]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        value = self.value() or ""
        return queryset.filter(channel_id=int(value)) if value.isdecimal() and len(value) < 19 else queryset


class DeletedFilter(admin.SimpleListFilter):
    """Whether the author has taken it back."""

    title = gettext_lazy("still there")
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("0", _("stands at the site")), ("1", _("deleted by the author"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        return queryset.filter(deleted_at__isnull=self.value() == "0") if self.value() in ("0", "1") else queryset


class ImportForm(forms.Form):
    """A file of reviews for one channel."""

    channel = forms.ModelChoiceField(
        label=gettext_lazy("Channel"),
        queryset=Channel.objects.filter(kind=KIND, is_active=True),
        help_text=gettext_lazy(
            "A channel of the kind “Reviews by feed or file”; its settings say which column is what."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "CSV with a row of headings, or an RSS or Atom feed; at most 5 MB. Nothing in it is ever computed."
        ),
    )
    is_dry_run = forms.BooleanField(
        label=gettext_lazy("Only try it"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Says what would be filed and which lines are wrong, and keeps nothing."),
    )


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ("stars_shown", "said", "author", "ticket_link", "channel", "answer", "age")
    list_display_links = None
    list_filter = (StarsFilter, "reply_state", SiteFilter, DeletedFilter)
    list_select_related = ("channel", "message__ticket", "message__author_identity")
    search_fields = ("title",)  # switches the search box on; get_search_results does the work
    search_help_text = gettext_lazy("Words of the review")
    ordering = ("-posted_at", "-id")
    change_list_template = "admin/tickets/review/change_list.html"
    empty_title = gettext_lazy("No reviews yet.")
    empty_text = gettext_lazy("Connect Google, Facebook or a feed under Channels, or import a file.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        return Review.objects.visible_to(request.user).order_by(F("posted_at").desc(), "-id")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Review], search_term: str
    ) -> tuple[QuerySet[Review], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(message_id__in=find_messages(search_term)), False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("tickets.view_review"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        can_import = request.user.has_perm("tickets.add_review")
        return super().changelist_view(request, {"hd_can_import": can_import, **(extra_context or {})})

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """A review is worked on where its ticket is."""
        review = self.get_object(request, object_id)
        if review is None or not self.has_view_permission(request, review):
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("admin:tickets_ticket_change", args=[review.message.ticket_id]))

    def get_urls(self) -> list[URLPattern]:
        own = path("import/", self.admin_site.admin_view(self.import_view), name="tickets_review_import")
        return [own, *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """The form; a dry run shows what the file holds, line by line what is wrong with it."""
        if not request.user.has_perm("tickets.add_review"):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import reviews"),
            "form": form,
            "opts": self.opts,
        }
        if request.method == "POST" and form.is_valid():
            response = self._import(request, form, context)
            if response is not None:
                return response
        form.label_suffix = ""
        return TemplateResponse(request, "admin/tickets/review/import.html", context)

    def _import(self, request: HttpRequest, form: ImportForm, context: dict[str, Any]) -> HttpResponse | None:
        upload, is_dry_run = form.cleaned_data["file"], form.cleaned_data["is_dry_run"]
        try:
            report = import_reviews(
                channel_id=form.cleaned_data["channel"].pk,
                body=upload.read(MAX_FILE_BYTES + 1),
                content_type=upload.content_type if upload.content_type != "application/octet-stream" else "",
                is_dry_run=is_dry_run,
            )
        except HelpdeskError as error:
            form.add_error(None, error.message)
            return None
        if is_dry_run:
            context["hd_report"] = report
            context["hd_sample"] = report.reviews[:10]
            return None
        count = len(report.reviews)
        if report.is_known:
            messages.warning(request, _("This file was imported before; nothing has changed."))
        else:
            done = ngettext("%(count)d review is being filed.", "%(count)d reviews are being filed.", count)
            messages.success(request, done % {"count": count})
        if report.faults:
            faulty = ngettext(
                "%(count)d line is wrong: %(what)s", "%(count)d lines are wrong: %(what)s", len(report.faults)
            )
            what = "; ".join(report.faults[:5])
            messages.warning(request, faulty % {"count": len(report.faults), "what": what})
        return HttpResponseRedirect(reverse("admin:tickets_review_changelist"))

    # The columns -----------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("stars"), ordering="stars")
    def stars_shown(self, review: Review) -> SafeString | str:
        return "–" if review.stars is None else star_line(review.stars)

    @admin.display(description=gettext_lazy("review"))
    def said(self, review: Review) -> SafeString:
        text = preview(" · ".join(filter(None, (review.title, review.message.text))), 140) or _("no text")
        gone = format_html(" {}", state_badge(_("deleted"), "quiet")) if review.deleted_at else ""
        edited = format_html(" {}", state_badge(_("changed"), "quiet")) if review.edited_at else ""
        return format_html('<bdi dir="auto">{}</bdi>{}{}', text, edited, gone)

    @admin.display(description=gettext_lazy("author"))
    def author(self, review: Review) -> str:
        identity = review.message.author_identity
        return identity.display_name if identity is not None else ""

    @admin.display(description=gettext_lazy("ticket"))
    def ticket_link(self, review: Review) -> SafeString:
        url = reverse("admin:tickets_ticket_change", args=[review.message.ticket_id])
        return format_html('<a href="{}">#{}</a>', url, review.message.ticket.number)

    @admin.display(description=gettext_lazy("answer"), ordering="reply_state")
    def answer(self, review: Review) -> SafeString | str:
        if review.deleted_at is not None and review.reply_state == Review.ReplyState.NONE:
            return "–"
        words = _("answered at the site") if review.is_reply_foreign else review.get_reply_state_display()
        return state_badge(words, _TONES[review.reply_state])

    @admin.display(description=gettext_lazy("written"), ordering="posted_at")
    def age(self, review: Review) -> str:
        return naturaltime(review.posted_at)


def star_line(stars: float) -> SafeString:
    """Stars as people see them, with the number for everybody else."""
    full = round(stars)
    label = _("%(stars)s of 5 stars") % {"stars": f"{stars:g}"}
    return format_html(
        '<span class="hd-stars" role="img" aria-label="{}" title="{}">{}{}</span>',
        label,
        label,
        "★" * full,
        "☆" * (5 - full),
    )
