"""``/api/v1/articles/``: help articles with their texts in every language."""

from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.api.viewsets import ResourceViewSet
from helpdesk.common.api.filters import IdFilter
from helpdesk.common.api.serializers import IdField, InputSerializer
from helpdesk.common.api.views import ListRows, RetrieveRow
from helpdesk.common.errors import InvalidInput
from tickets.models import Article, ArticleTranslation, Topic
from tickets.selectors.articles import article_url
from tickets.services.actors import Actor
from tickets.services.article_settings import change_article
from tickets.services.articles import (
    LONGEST_BODY,
    LONGEST_KEYWORD,
    MOST_KEYWORDS,
    has_unpublished_changes,
    publish_article,
    save_article,
    unpublish_article,
)

ORDERINGS = {
    "position": ("position", "id"), "-position": ("-position", "-id"), "id": ("id",), "-id": ("-id",),
}  # fmt: skip
MOST_TEXTS = 30
_READABLE = ArticleTranslation.objects.select_related("published").defer("title_terms", "body_terms", "vector")


class ArticleText(serializers.Serializer):
    """One language. `published`: what readers see, null while they see nothing; `title`, `body` and `keywords` are being written."""

    language = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    keywords = serializers.ListField(child=serializers.CharField())
    slug = serializers.CharField()
    url = serializers.CharField(help_text="Where readers find it once it is published.")
    state = serializers.ChoiceField(choices=["draft", "published"])
    version = serializers.IntegerField(help_text="Of the newest published text; 0: none yet.")
    has_unpublished_changes = serializers.BooleanField()
    published = serializers.DictField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
    helpful_count = serializers.IntegerField()
    unhelpful_count = serializers.IntegerField()


class ArticleRead(serializers.Serializer):
    """An article in all its languages."""

    id = serializers.IntegerField()
    topic = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=["active", "archived"])
    position = serializers.IntegerField()
    is_listed = serializers.BooleanField()
    translations = ArticleText(many=True)
    created_at = serializers.DateTimeField()


class TextInput(InputSerializer):
    """The working text of one language; readers see it once it is published."""

    language = serializers.RegexField(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})?$", max_length=12)
    title = serializers.CharField(max_length=200)
    body = serializers.CharField(max_length=LONGEST_BODY, allow_blank=True, required=False, default="")
    keywords = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_KEYWORD), max_length=MOST_KEYWORDS, required=False, default=list
    )
    slug = serializers.CharField(max_length=100, allow_blank=True, required=False, default="")


class ArticleChange(InputSerializer):
    """What is given is changed. A language that is named gets its whole text anew; the others stay."""

    topic = IdField(allow_null=True, required=False)
    state = serializers.CharField(max_length=8, required=False)
    position = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    is_listed = serializers.BooleanField(required=False)
    translations = TextInput(many=True, required=False)


class ArticleCreate(ArticleChange):
    """A new article, in at least one language. Nothing is published by that."""

    translations = TextInput(many=True)


class LanguageChoice(InputSerializer):
    """Which of its texts; all of them where none is named."""

    language = serializers.CharField(max_length=12, required=False, allow_blank=True)


class ArticleFilters(filters.FilterSet):
    topic = IdFilter(field_name="topic_id")
    state = filters.ChoiceFilter(choices=Article.State.choices)
    is_listed = filters.BooleanFilter()
    language = filters.CharFilter(max_length=12, method="of_language")

    class Meta:
        model = Article
        fields: tuple[str, ...] = ()

    def of_language(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those that have a text in it, published or not."""
        return queryset.filter(pk__in=ArticleTranslation.objects.filter(language=value).values("article_id"))


class ArticleViewSet(ListRows, RetrieveRow, ResourceViewSet):
    """Help articles. One that is no longer wanted is archived: it is shown nowhere and answers nothing."""

    queryset = Article.objects.order_by()
    serializer_class = ArticleRead
    filterset_class = ArticleFilters
    orderings: ClassVar = ORDERINGS
    permissions: ClassVar = {
        "list": ("tickets.view_article",),
        "retrieve": ("tickets.view_article",),
        "create": ("tickets.add_article",),
        "partial_update": ("tickets.change_article",),
        "publish": ("tickets.change_article",),
        "unpublish": ("tickets.change_article",),
    }

    def get_queryset(self) -> QuerySet:
        """Each with its texts."""
        texts = Prefetch("translations", queryset=_READABLE.order_by("id"), to_attr="texts")
        return super().get_queryset().prefetch_related(texts)

    def represent(self, rows: list[Any]) -> list[Any]:
        """The texts as they are written and as they are read."""
        return list(ArticleRead([_shown(row) for row in rows], many=True).data)

    def search(self, queryset: QuerySet, query: str) -> QuerySet:
        """Part of a title, in any language."""
        texts = ArticleTranslation.objects.filter(title__icontains=query.strip()[:100])
        return queryset.filter(pk__in=texts.values("article_id"))

    @extend_schema(request=ArticleCreate, responses={201: ArticleRead})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A new article as a draft."""
        given = self.read_input(ArticleCreate)
        if not given["translations"]:
            raise InvalidInput("invalid_article", "Give at least one text.", fields={"translations": "required"})
        return Response(self._saved(None, given), status=201)

    @extend_schema(request=ArticleChange, responses=ArticleRead)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is given. Readers keep what is published until it is published again."""
        given = self.read_input(ArticleChange)
        return Response(self._saved(self.get_row().pk, given))

    @extend_schema(request=LanguageChoice, responses=ArticleRead)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Let everybody read the working text of a language, or of all."""
        return self._on_texts(publish_article)

    @extend_schema(request=LanguageChoice, responses=ArticleRead)
    @action(detail=True, methods=["post"])
    def unpublish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a language back, or all: nobody finds or reads it any more."""
        return self._on_texts(unpublish_article, only_state=ArticleTranslation.State.PUBLISHED)

    def _saved(self, article_id: int | None, given: dict[str, Any]) -> Any:
        texts = given.pop("translations", [])
        if len(texts) > MOST_TEXTS or len({text["language"] for text in texts}) != len(texts):
            raise InvalidInput("invalid_article", "Each language once.", fields={"translations": "invalid"})
        if given.get("topic") is not None:
            given["topic"] = Topic.objects.filter(pk=given["topic"]).first()
            if given["topic"] is None:
                raise InvalidInput("unknown_topic", "There is no such row.", fields={"topic": "unknown"})
        actor = Actor.agent(self.caller)
        with transaction.atomic():
            for text in texts:
                article_id = save_article(article_id=article_id, actor=actor, **text).article_id
            if given and article_id is not None:
                change_article(article_id=article_id, changes=given, actor=actor)
        return self.represent([self.get_queryset().get(pk=article_id)])[0]

    @transaction.atomic
    def _on_texts(self, service: Any, only_state: str = "") -> Response:
        language = self.read_input(LanguageChoice).get("language", "")
        article = self.get_row()
        chosen = [text for text in article.texts if not language or text.language == language]
        if not chosen:
            raise InvalidInput("unknown_language", "It has no such text.", fields={"language": "unknown"})
        for text in chosen:
            if language or not only_state or text.state == only_state:
                service(translation_id=text.pk, actor=Actor.agent(self.caller))
        return Response(self.represent([self.get_queryset().get(pk=article.pk)])[0])


def _shown(article: Any) -> dict[str, Any]:
    return {
        "id": article.pk,
        "topic": article.topic_id,
        "state": article.state,
        "position": article.position,
        "is_listed": article.is_listed,
        "translations": [_shown_text(text) for text in article.texts],
        "created_at": article.created_at,
    }


def _shown_text(text: ArticleTranslation) -> dict[str, Any]:
    is_read = text.published is not None and text.state == ArticleTranslation.State.PUBLISHED
    version = text.published
    read = {"title": version.title, "body": version.body, "keywords": version.keywords} if is_read and version else None
    return {
        "language": text.language,
        "title": text.title,
        "body": text.body,
        "keywords": text.keywords,
        "slug": text.slug,
        "url": article_url(text.language, text.slug),
        "state": text.state,
        "version": text.version,
        "has_unpublished_changes": has_unpublished_changes(text),
        "published": read,
        "published_at": text.published_at,
        "updated_at": text.updated_at,
        "helpful_count": text.helpful_count,
        "unhelpful_count": text.unhelpful_count,
    }
