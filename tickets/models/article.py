"""Answers to questions that come again and again: per language, as a draft and as published, with every published text kept."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models.message import Message
from tickets.models.ticket import Ticket
from tickets.models.topic import Topic


class Article(models.Model):
    """What an article is about, whatever the language. ``is_listed``: on the help pages and in their search; bots use unlisted ones, too.

    An archived article is shown nowhere and answers nothing.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("in use")
        ARCHIVED = "archived", _("archived")

    topic = models.ForeignKey(
        Topic, models.SET_NULL, null=True, blank=True, related_name="articles", verbose_name=_("topic")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ACTIVE)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_listed = models.BooleanField(
        _("on the help pages"), default=True, help_text=_("Off: found by the bot and by its link alone.")
    )
    is_demo = models.BooleanField(_("demo"), default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        first = self.translations.order_by("id").values_list("title", flat=True).first()
        return first or f"#{self.pk}"


class ArticleTranslation(models.Model):
    """An article in one language: ``title``, ``body`` and ``keywords`` are what is being written, ``published`` is what is read.

    ``body`` is text with blank lines between paragraphs, "# " before headings, "- " before points and [words](address) for links.
    ``slug`` is the address of the page in its language; ``old_slugs`` lead to it for ever. ``version`` is the number of the newest
    published text. The search columns are those of the published text, empty while nothing is published; see services/articles.py.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")

    article = models.ForeignKey(Article, models.CASCADE, related_name="translations", db_index=False)
    language = models.CharField(_("language"), max_length=12)
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(_("address"), max_length=120, allow_unicode=True, db_index=False)
    old_slugs = ArrayField(models.CharField(max_length=120), default=list, blank=True, editable=False)
    body = models.TextField(_("text"), blank=True)
    keywords = models.JSONField(
        _("keywords"), default=list, blank=True, help_text=_("Other words that customers use for it.")
    )
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(_("version"), default=0)
    published = models.ForeignKey(
        "tickets.ArticleVersion", models.RESTRICT, null=True, blank=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("changed at"))
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    helpful_count = models.PositiveIntegerField(_("helpful"), default=0)
    unhelpful_count = models.PositiveIntegerField(_("not helpful"), default=0)
    # Terms as policies/search_terms.py makes them, of title and keywords, and of the body.
    title_terms = ArrayField(models.TextField(), default=list, editable=False)
    body_terms = ArrayField(models.TextField(), default=list, editable=False)
    search_title = models.TextField(default="", editable=False)
    vector = SearchVectorField(null=True, editable=False)

    class Meta:
        verbose_name = _("article text")
        verbose_name_plural = _("article texts")
        constraints = [
            models.UniqueConstraint(fields=["article", "language"], name="article_once_per_language"),
            models.UniqueConstraint(fields=["language", "slug"], name="article_address_once_per_language"),
            models.CheckConstraint(
                name="published_article_has_a_text",
                condition=Q(state="draft") | Q(published__isnull=False, published_at__isnull=False),
            ),
        ]
        indexes = [
            GinIndex(fields=["vector"], name="article_vector"),
            GinIndex(fields=["search_title"], name="article_title_trigrams", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.title


class ArticleVersion(models.Model):
    """A text as it was published. Never changed."""

    translation = models.ForeignKey(ArticleTranslation, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    keywords = models.JSONField(_("keywords"), default=list, blank=True)
    published_at = models.DateTimeField(_("published at"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("published text")
        verbose_name_plural = _("published texts")
        ordering = ["translation", "-number"]
        constraints = [models.UniqueConstraint(fields=["translation", "number"], name="article_version_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class ArticleFeedback(models.Model):
    """Whether an article helped somebody, once a reader; he can change his mind. ``visitor``: a keyed digest, no name behind it."""

    translation = models.ForeignKey(ArticleTranslation, models.CASCADE, related_name="feedback", db_index=False)
    visitor = models.CharField(max_length=32)
    is_helpful = models.BooleanField(_("helpful"))
    comment = models.TextField(_("comment"), blank=True, max_length=2000)
    # Said in a talk with a bot rather than on the page.
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="+", db_index=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("article feedback")
        verbose_name_plural = _("article feedback")
        constraints = [models.UniqueConstraint(fields=["translation", "visitor"], name="article_judged_once_a_visitor")]
        indexes = [models.Index(fields=["-id"], name="article_feedback_newest")]


class ArticleView(models.Model):
    """How often an article was read on a day of the site's time zone, and where."""

    class Source(models.TextChoices):
        PAGE = "page", _("help pages")
        SEARCH = "search", _("search of the help pages")
        WIDGET = "widget", _("web chat")
        BOT = "bot", _("bot")
        ANSWER = "answer", _("link in an answer")

    translation = models.ForeignKey(ArticleTranslation, models.CASCADE, related_name="views", db_index=False)
    on = models.DateField(_("day"))
    source = models.CharField(_("where"), max_length=6, choices=Source.choices)
    count = models.PositiveIntegerField(_("read"), default=0)

    class Meta:
        verbose_name = _("article views")
        verbose_name_plural = _("article views")
        constraints = [
            models.UniqueConstraint(fields=["translation", "on", "source"], name="article_views_once_a_day_and_source")
        ]
        indexes = [models.Index(fields=["on"], name="article_views_of_day")]


class HelpVisit(models.Model):
    """Somebody who read on the help pages: the unit of the deflection figure. ``visitor``: a keyed digest, no name behind it.

    ``contacted_at``: when the same visitor wrote to us afterwards; ``is_helpful``: the last thing that he said about an article. A visit
    ends with a pause that the figure's definition names; the next read is a new one.
    """

    visitor = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    last_read_at = models.DateTimeField()
    read_count = models.PositiveIntegerField(default=1)
    translation = models.ForeignKey(
        ArticleTranslation, models.SET_NULL, null=True, related_name="+", help_text="The last one that was read"
    )
    is_helpful = models.BooleanField(null=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("visit of the help pages")
        verbose_name_plural = _("visits of the help pages")
        indexes = [
            models.Index(fields=["visitor", "-last_read_at"], name="help_visit_of_visitor"),
            models.Index(fields=["started_at"], name="help_visit_started"),
        ]


class ArticleSearch(models.Model):
    """Something that was looked for: the source of "repeated questions without an article". ``score``: 0 to 1, how well the best one fits.

    On the help pages ``query`` is kept as it was typed; of a customer's message only the message itself, which is erased with him.
    """

    at = models.DateTimeField(_("at"))
    source = models.CharField(_("where"), max_length=6, choices=ArticleView.Source.choices)
    language = models.CharField(_("language"), max_length=12, blank=True)
    query = models.CharField(_("looked for"), max_length=200, blank=True)
    message = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, related_name="+", db_index=True)
    translation = models.ForeignKey(ArticleTranslation, models.SET_NULL, null=True, blank=True, related_name="+")
    score = models.FloatField(_("fit"), default=0)

    class Meta:
        verbose_name = _("search for an article")
        verbose_name_plural = _("searches for articles")
        indexes = [models.Index(fields=["at"], name="article_search_at")]


class DismissedQuestion(models.Model):
    """A question that comes again and again and shall have no article: not told of any more. ``words``: what such questions share."""

    language = models.CharField(_("language"), max_length=12, blank=True)
    words = ArrayField(models.CharField(max_length=100))
    example = models.CharField(_("example"), max_length=200)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("dismissed question")
        verbose_name_plural = _("dismissed questions")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.example
