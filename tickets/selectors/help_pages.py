"""What the public help pages show: published texts of active articles, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, QuerySet, Sum
from django.utils.translation import get_language_info

from helpdesk.common.clock import now
from tickets.models import Article, ArticleTranslation, ArticleView
from tickets.policies.texts import base_of
from tickets.selectors.articles import article_path

MOST_LISTED = 300
MOST_READ = 5
MOST_RELATED = 5
READ_OVER_DAYS = 30
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "yi", "ug", "dv", "sd", "ckb"})
# What Django has no name for, or none in the language itself.
_OWN_NAMES = {"zh": "中文", "lo": "ລາວ", "km": "ខ្មែរ"}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An article by its published title. ``topic`` is "" for one without."""

    translation_id: int
    title: str
    path: str
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """The articles of one topic, in the team's order."""

    topic: str
    entries: Sequence[Entry]


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language by the name that its speakers give it."""

    code: str
    name: str
    is_right_to_left: bool


def published() -> QuerySet[ArticleTranslation]:
    """Whatever customers may read, listed or not, with its text."""
    readable = ArticleTranslation.objects.filter(
        state=ArticleTranslation.State.PUBLISHED, article__state=Article.State.ACTIVE
    )
    return readable.select_related("published", "article__topic")


def listed(language: str) -> QuerySet[ArticleTranslation]:
    """What stands on the help pages of a language, in the team's order."""
    found = published().filter(language=language, article__is_listed=True)
    return found.order_by(
        F("article__topic__position").asc(nulls_last=True), "article__topic__name", "article__topic_id",
        "article__position", "article_id",
    )  # fmt: skip


def sections(language: str) -> list[Section]:
    """Every listed article by topic; those without one at the end, under "". At most MOST_LISTED."""
    found: dict[str, list[Entry]] = {}
    for row in _rows(listed(language)):
        found.setdefault(row.topic, []).append(row)
    return [Section(topic=topic, entries=entries) for topic, entries in found.items()]


def most_read(language: str) -> list[Entry]:
    """What was read most on the help pages in the last days, whatever led there."""
    since = (now() - timedelta(days=READ_OVER_DAYS)).date()
    views = (
        ArticleView.objects.filter(
            on__gte=since, translation__language=language, translation__state="published",
            translation__article__state="active", translation__article__is_listed=True,
            source__in=[ArticleView.Source.PAGE, ArticleView.Source.SEARCH],
        )
        .order_by()
        .values("translation_id", "translation__published__title", "translation__slug")
        .annotate(read=Sum("count"))
        .order_by("-read", "translation_id")[:MOST_READ]
    )  # fmt: skip
    return [
        Entry(
            translation_id=view["translation_id"],
            title=view["translation__published__title"],
            path=article_path(language, view["translation__slug"]),
        )
        for view in views
    ]


def related(translation: ArticleTranslation) -> list[Entry]:
    """Other listed articles of the same topic in the same language."""
    if translation.article.topic_id is None:
        return []
    others = listed(translation.language).filter(article__topic=translation.article.topic_id)
    return _rows(others.exclude(article=translation.article_id), MOST_RELATED)


def _rows(translations: QuerySet[ArticleTranslation], most: int = MOST_LISTED) -> list[Entry]:
    rows = translations.values_list("pk", "language", "slug", "published__title", "article__topic__name")[:most]
    return [
        Entry(translation_id=pk, title=title, path=article_path(language, slug), topic=topic or "")
        for pk, language, slug, title, topic in rows
    ]


def translation_at(language: str, slug: str) -> ArticleTranslation | None:
    """The published text at an address, its earlier addresses included: compare its ``slug``."""
    exact = published().filter(language=language, slug=slug).first()
    return exact or published().filter(language=language, old_slugs__contains=[slug]).order_by("pk").first()


def alternates(translation: ArticleTranslation) -> list[tuple[Language, str]]:
    """The same article in every language it is published in, itself included, with the path of each."""
    rows = published().filter(article=translation.article_id).order_by("language").values_list("language", "slug")
    return [(language_of(code), article_path(code, slug)) for code, slug in rows]


def languages_with_articles() -> list[Language]:
    """The languages that have a listed article."""
    codes = published().filter(article__is_listed=True).order_by("language").values_list("language", flat=True)
    return [language_of(code) for code in codes.distinct()]


def language_of(code: str) -> Language:
    """What to call a language, and which way it is written; an unknown one by its code."""
    try:
        name = _OWN_NAMES.get(code) or str(get_language_info(code)["name_local"])
    except KeyError:
        name = _OWN_NAMES.get(base_of(code), code)
    return Language(code=code, name=name, is_right_to_left=base_of(code) in _RIGHT_TO_LEFT)
