"""Writing articles: save, publish, take back, restore. Every published text is kept as an ArticleVersion."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from helpdesk.common.text import clean_text, one_line
from tickets.models import Article, ArticleTranslation, ArticleVersion
from tickets.policies.article_match import question_terms
from tickets.policies.article_text import plain_text
from tickets.policies.search_terms import indexed_terms
from tickets.services.actors import Actor

MOST_KEYWORDS = 50
LONGEST_KEYWORD = 100
LONGEST_BODY = 100_000
MOST_BODY_TERMS = 5_000
# Addresses below a language that are pages of their own.
RESERVED_SLUGS = frozenset({"search"})
State = ArticleTranslation.State
_SEARCH_COLUMNS = ("title_terms", "body_terms", "search_title", "vector")


@transaction.atomic
def save_article(
    *,
    language: str,
    title: str,
    body: str,
    actor: Actor,
    article_id: int | None = None,
    keywords: Sequence[str] = (),
    slug: str = "",
) -> ArticleTranslation:
    """Write the working text of an article in one language; a new article where ``article_id`` is None.

    Readers keep what is published until ``publish_article``. The address is made of the first title and stays unless ``slug`` is given;
    an earlier address goes on leading there. Raises InvalidInput ("invalid_article" with the field), NotVisible, Conflict
    ("address_taken").
    """
    clean_title, clean_body, words = _checked(language, title, body, keywords)
    article = _locked_article(article_id)
    translation = ArticleTranslation.objects.select_for_update().filter(article=article, language=language).first()
    translation = translation or ArticleTranslation(article=article, language=language)
    translation.title, translation.body, translation.keywords = clean_title, clean_body, words
    _set_slug(translation, slug)
    translation.updated_at, translation.updated_by_id = now(), actor.user_id
    translation.save()
    return translation


@transaction.atomic
def publish_article(*, translation_id: int, actor: Actor) -> ArticleTranslation:
    """Let everybody read the working text. Where nothing has changed since the last time, no new version is made. Raises NotVisible."""
    translation = _locked(translation_id)
    latest = translation.versions.order_by("-number").first()
    if latest is None or _text_of(latest) != _text_of(translation):
        latest = ArticleVersion.objects.create(
            translation=translation,
            number=(latest.number if latest else 0) + 1,
            title=translation.title,
            body=translation.body,
            keywords=translation.keywords,
            published_at=now(),
            published_by_id=actor.user_id,
        )
    translation.state, translation.published, translation.version = State.PUBLISHED, latest, latest.number
    translation.published_at = latest.published_at
    translation.save(update_fields=["state", "published", "version", "published_at"])
    _index(translation, latest)
    return translation


@transaction.atomic
def unpublish_article(*, translation_id: int, actor: Actor) -> ArticleTranslation:
    """Nobody finds or reads it any more; the working text and every version stay. Raises NotVisible, Conflict ("not_published")."""
    translation = _locked(translation_id)
    if translation.state != State.PUBLISHED:
        raise Conflict("not_published", _("This text is not published."))
    translation.state, translation.updated_at, translation.updated_by_id = State.DRAFT, now(), actor.user_id
    translation.title_terms, translation.body_terms = [], []
    translation.search_title, translation.vector = "", None
    translation.save(update_fields=["state", "updated_at", "updated_by", *_SEARCH_COLUMNS])
    return translation


@transaction.atomic
def restore_version(*, translation_id: int, number: int, actor: Actor) -> ArticleTranslation:
    """Make a published text the working text again; it is read once it is published. Raises NotVisible."""
    translation = _locked(translation_id)
    version = translation.versions.filter(number=number).first()
    if version is None:
        raise NotVisible("version_not_found", _("There is no such version."))
    translation.title, translation.body, translation.keywords = version.title, version.body, version.keywords
    translation.updated_at, translation.updated_by_id = now(), actor.user_id
    translation.save(update_fields=["title", "body", "keywords", "updated_at", "updated_by"])
    return translation


def has_unpublished_changes(translation: ArticleTranslation) -> bool:
    """Whether the working text differs from what is read; the caller has ``published`` at hand."""
    return translation.published is None or _text_of(translation) != _text_of(translation.published)


def _text_of(text: ArticleTranslation | ArticleVersion) -> tuple[str, str, list[str]]:
    return text.title, text.body, list(text.keywords)


def _checked(language: str, title: str, body: str, keywords: Sequence[str]) -> tuple[str, str, list[str]]:
    clean_title = one_line(title)
    if not clean_title or len(clean_title) > 200:
        raise _fault("title", _("Give it a title of at most 200 characters."))
    if not language.replace("-", "").isalnum() or len(language) > 12:
        raise _fault("language", _("Choose a language."))
    clean_body = clean_text(body).strip()
    if len(clean_body) > LONGEST_BODY:
        raise _fault("body", _("The text is too long."))
    words = list(dict.fromkeys(filter(None, (one_line(word) for word in keywords))))
    if len(words) > MOST_KEYWORDS or any(len(word) > LONGEST_KEYWORD for word in words):
        raise _fault("keywords", _("At most 50 keywords of at most 100 characters."))
    return clean_title, clean_body, words


def _fault(field: str, text: str) -> InvalidInput:
    return InvalidInput("invalid_article", text, fields={field: text})


def _locked_article(article_id: int | None) -> Article:
    if article_id is None:
        return Article.objects.create()
    article = Article.objects.select_for_update().filter(pk=article_id).first()
    if article is None:
        raise NotVisible("article_not_found", _("There is no such article."))
    return article


def _locked(translation_id: int) -> ArticleTranslation:
    found = ArticleTranslation.objects.select_for_update().filter(pk=translation_id).first()
    if found is None:
        raise NotVisible("article_not_found", _("There is no such article."))
    return found


def _set_slug(translation: ArticleTranslation, wanted: str) -> None:
    chosen = slugify(wanted, allow_unicode=True)[:100].strip("-")
    if translation.slug and (not chosen or chosen == translation.slug):
        return
    others = ArticleTranslation.objects.filter(language=translation.language).exclude(pk=translation.pk)
    if chosen:
        if chosen in RESERVED_SLUGS or others.filter(slug=chosen).exists():
            raise Conflict("address_taken", _("Another article has this address."), fields={"slug": "taken"})
    else:
        chosen = _free_slug(translation.title, RESERVED_SLUGS | set(others.values_list("slug", flat=True)))
    if translation.slug:
        translation.old_slugs = [*[old for old in translation.old_slugs if old != chosen], translation.slug][-20:]
    translation.slug = chosen


def _free_slug(title: str, taken: AbstractSet[str]) -> str:
    base = slugify(title, allow_unicode=True)[:100].strip("-") or "article"
    number = 1
    slug = base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _index(translation: ArticleTranslation, version: ArticleVersion) -> None:
    """What searches look at. The terms are made here: PostgreSQL's own parser splits Khmer and Thai wrongly."""
    names = f"{version.title}\n{' '.join(version.keywords)}"
    title_terms = question_terms(names, translation.language)
    body_terms = indexed_terms(plain_text(version.body))[:MOST_BODY_TERMS]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_articletranslation SET title_terms = %(title)s::text[], body_terms = %(body)s::text[], "
            "search_title = %(search)s, vector = array_to_tsvector(%(title)s::text[] || %(body)s::text[]) WHERE id = %(id)s",
            {"title": title_terms, "body": body_terms, "search": " ".join(title_terms), "id": translation.pk},
        )
