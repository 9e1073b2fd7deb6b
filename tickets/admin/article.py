"""Help articles: the list with what readers make of each; the editor is in article_editor.py."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.common.admin import ServiceAdmin, state_badge
from helpdesk.common.clock import now
from tickets.admin.article_editor import edit, preview
from tickets.admin.article_panel import inserted, suggest
from tickets.admin.article_wanted import decide, wanted
from tickets.admin.doors import door
from tickets.admin.topic_form import language_name
from tickets.models import Article, ArticleTranslation, ArticleView
from tickets.services.articles import has_unpublished_changes

VIEWS_OVER_DAYS = 30


class WrittenFilter(admin.SimpleListFilter):
    """By what the texts need."""

    title = gettext_lazy("texts")
    parameter_name = "texts"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("published", _("published")), ("draft", _("never published or taken back"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> QuerySet[Article]:
        if self.value() not in ("published", "draft"):
            return queryset
        texts = ArticleTranslation.objects.filter(state=self.value())
        return queryset.filter(pk__in=texts.values("article_id"))


@admin.register(Article)
class ArticleAdmin(ServiceAdmin):
    list_display = ("title", "texts", "topic", "position", "where", "helpful", "views")
    list_display_links = None
    list_filter = ("state", "is_listed", WrittenFilter)
    list_select_related = ("topic",)
    search_fields = ("translations__title",)
    ordering = ("topic__position", "topic__name", "position", "id")
    sortable_by = ()
    actions = None
    change_list_template = "admin/tickets/article/change_list.html"
    list_title = gettext_lazy("Help articles")
    empty_title = gettext_lazy("No articles yet")
    empty_text = gettext_lazy(
        "Write down what you are asked again and again: customers find it on the help pages, the bot answers from it, and you put"
        " its link into your answers."
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        since = (now() - timedelta(days=VIEWS_OVER_DAYS)).date()
        views = ArticleView.objects.filter(translation__article=OuterRef("pk"), on__gte=since).order_by()
        total = views.values("translation__article").annotate(total=Sum("count")).values("total")
        texts = ArticleTranslation.objects.select_related("published").defer("body_terms", "title_terms", "vector")
        rows = super().get_queryset(request).annotate(view_count=Coalesce(Subquery(total), 0))
        return rows.prefetch_related(Prefetch("translations", queryset=texts.order_by("id"), to_attr="texts"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Article], search_term: str
    ) -> tuple[QuerySet[Article], bool]:
        """Whatever the language: all the words stand in one title."""
        if not search_term.strip():
            return queryset, False
        texts = ArticleTranslation.objects.all()
        for word in search_term.split()[:5]:
            texts = texts.filter(title__icontains=word)
        return queryset.filter(pk__in=texts.values("article_id")), False

    # The columns -------------------------------------------------------------------------------------------------------

    @admin.display(description=gettext_lazy("title"))
    def title(self, article: Any) -> SafeString:
        shown = article.texts[0].title if article.texts else f"#{article.pk}"
        address = reverse("admin:tickets_article_change", args=[article.pk])
        return format_html('<a href="{}" dir="auto">{}</a>', address, shown)

    @admin.display(description=gettext_lazy("languages"))
    def texts(self, article: Any) -> SafeString:
        """Each with its state in words."""
        address = reverse("admin:tickets_article_change", args=[article.pk])
        return format_html_join(
            " ",
            '<a class="hd-article-language" href="{}?language={}">{} {}</a>',
            ((address, text.language, language_name(text.language), _standing(text)) for text in article.texts),
        )

    @admin.display(description=gettext_lazy("where"))
    def where(self, article: Article) -> SafeString:
        if article.state == Article.State.ARCHIVED:
            return state_badge(_("archived"), "quiet")
        return state_badge(_("help pages"), "success") if article.is_listed else state_badge(_("by link"), "quiet")

    @admin.display(description=gettext_lazy("helped"))
    def helpful(self, article: Any) -> str:
        yes, no = (sum(getattr(text, name) for text in article.texts) for name in ("helpful_count", "unhelpful_count"))
        if not yes + no:
            return "–"
        return _("%(share)d %% of %(count)d") % {"share": round(100 * yes / (yes + no)), "count": yes + no}

    @admin.display(description=gettext_lazy("read in 30 days"))
    def views(self, article: Any) -> int:
        return int(article.view_count)

    # Own doors ---------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("preview/", wrap(preview), name="tickets_article_preview"),
            path("suggest/", door(suggest), name="tickets_article_suggest"),
            path("inserted/", door(inserted, method="POST"), name="tickets_article_inserted"),
            path("wanted/", wrap(wanted), name="tickets_article_wanted"),
            path("wanted/decide/", wrap(decide), name="tickets_article_wanted_decide"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return edit(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not (object_id.isascii() and object_id.isdigit() and len(object_id) < 19):
            raise Http404
        return edit(request, int(object_id))


def _standing(text: ArticleTranslation) -> SafeString:
    if text.state != ArticleTranslation.State.PUBLISHED:
        return state_badge(_("draft"), "quiet")
    if has_unpublished_changes(text):
        return state_badge(_("unpublished changes"), "warning")
    return state_badge(_("published"), "success")
