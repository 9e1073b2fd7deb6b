"""Finding published articles for a question, in any script, and where customers read them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from helpdesk.common.text import preview, text_for_search
from helpdesk.core.services import read_site_settings
from tickets.models import Article, ArticleTranslation
from tickets.policies.article_match import THRESHOLD, Candidate, fit, question_terms, rarity
from tickets.policies.article_text import plain_text
from tickets.policies.texts import base_of

# Enough to hold whatever fits; each is compared word by word.
CANDIDATES = 30
HITS_CAP = 500
EXCERPT_LENGTH = 200
_LEAST_STEM = 4
# Below this pg_trgm's word similarity finds every third title.
_LEAST_SIMILAR = 0.45

# Behind a fence, as in selectors/search.py: first what holds any of the words, then the best of it by words in the title.
_CANDIDATES = """
WITH hits AS MATERIALIZED (
    SELECT t.id FROM tickets_articletranslation t JOIN tickets_article a ON a.id = t.article_id
    WHERE t.vector @@ %(terms)s::tsquery AND {usable} LIMIT %(cap)s
), similar_titles AS MATERIALIZED (
    SELECT t.id FROM tickets_articletranslation t JOIN tickets_article a ON a.id = t.article_id
    WHERE word_similarity(%(question)s, t.search_title) >= %(similar)s AND {usable} LIMIT %(most)s
), found AS MATERIALIZED (SELECT id FROM hits UNION SELECT id FROM similar_titles)
SELECT t.id, t.article_id, t.language, t.slug, v.title, v.body, v.keywords::text, t.body_terms
FROM found JOIN tickets_articletranslation t ON t.id = found.id JOIN tickets_articleversion v ON v.id = t.published_id
ORDER BY cardinality(ARRAY(SELECT unnest(t.title_terms) INTERSECT SELECT unnest(%(asked)s::text[]))) DESC,
         ts_rank(t.vector, %(terms)s::tsquery) DESC, t.id
LIMIT %(most)s
"""
_USABLE = "t.state = 'published' AND a.state = 'active' AND t.language = %(language)s"
_HOLDING = """
SELECT asked.term, (SELECT count(*) FROM tickets_articletranslation t WHERE t.vector @@ asked.query::tsquery AND t.language = %s)
FROM unnest(%s::text[], %s::text[]) AS asked (term, query)
"""
_ALL = "SELECT count(*) FROM tickets_articletranslation WHERE state = 'published' AND language = %s"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A published article; ``score`` is 0 to 1, and one of at least ``THRESHOLD`` answers the question (policies/article_match.py)."""

    translation_id: int
    article_id: int
    language: str
    title: str
    slug: str
    score: float
    excerpt: str

    @property
    def url(self) -> str:
        """Where customers read it."""
        return article_url(self.language, self.slug)

    @property
    def fits(self) -> bool:
        """Whether it answers the question."""
        return self.score >= THRESHOLD


def article_path(language: str, slug: str) -> str:
    """The path of an article's page."""
    return f"/help/{quote(language)}/{quote(slug)}/"


def article_url(language: str, slug: str) -> str:
    """The whole address of an article's page."""
    return settings.SITE_URL.rstrip("/") + article_path(language, slug)


def find_articles(
    *, query: str, language: str, limit: int = 5, only_published: bool = True, only_listed: bool = False
) -> list[Found]:
    """What fits ``query`` best, best first: in ``language``, else in the site's language, else in English.

    The next language is asked only where the one before it has nothing that fits. With ``only_published`` False, for agents, drafts are
    found by words of their titles as well, behind everything published, with score 0.
    """
    best: list[Found] = []
    for code in languages_to_try(language):
        found = _in_language(query, code, limit, only_listed=only_listed)
        if found and found[0].fits:
            best = found
            break
        best = best or found
    if not only_published and len(best) < limit:
        best += _drafts(query, {one.translation_id for one in best}, limit - len(best))
    return best


def languages_to_try(language: str) -> list[str]:
    """The asked language, its base, the site's and English, each once."""
    wanted = [language, base_of(language), base_of(read_site_settings().default_language), "en"]
    return list(dict.fromkeys(code for code in wanted if code))


def _in_language(query: str, language: str, limit: int, *, only_listed: bool) -> list[Found]:
    asked = question_terms(query, language)
    if not asked:
        return []
    rows = _candidates(asked, query, language, only_listed=only_listed)
    if not rows:
        return []
    weights = _weights(asked, language)
    found = [_scored(row, asked, weights, language) for row in rows]
    found.sort(key=lambda one: (-one.score, one.translation_id))
    return [one for one in found if one.score > 0][:limit]


def _candidates(asked: list[str], query: str, language: str, *, only_listed: bool) -> list[tuple[Any, ...]]:
    parameters: dict[str, Any] = {
        "terms": " | ".join(_as_query(term) for term in asked),
        "asked": asked,
        # Typing errors: the question without its small words against the titles.
        "question": " ".join(asked)[:100],
        "similar": _LEAST_SIMILAR,
        "language": language,
        "cap": HITS_CAP,
        "most": CANDIDATES,
    }
    usable = _USABLE + (" AND a.is_listed" if only_listed else "")
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES.format(usable=usable), parameters)
        return list(cursor.fetchall())


def _as_query(term: str) -> str:
    """The term, and other forms of it by their common beginning; no operator can come from a term."""
    stem = max(_LEAST_STEM, len(term) - 2)
    has_forms = len(term) > _LEAST_STEM and term[:2].isalpha()
    text = (term[:stem] if has_forms else term).replace("\\", "\\\\").replace("'", "''")
    return f"'{text}':*" if has_forms else f"'{text}'"


def _weights(asked: Sequence[str], language: str) -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(_HOLDING, [language, list(asked), [_as_query(term) for term in asked]])
        holding = dict(cursor.fetchall())
        cursor.execute(_ALL, [language])
        [documents] = cursor.fetchone()
    return rarity(documents, holding)


def _scored(row: tuple[Any, ...], asked: list[str], weights: dict[str, float], language: str) -> Found:
    pk, article_id, code, slug, title, body, keywords, body_terms = row
    candidate = Candidate(
        title=question_terms(title, language),
        keywords=[question_terms(word, language) for word in json.loads(keywords)],
        body=body_terms,
    )
    return Found(
        translation_id=pk,
        article_id=article_id,
        language=code,
        title=title,
        slug=slug,
        score=round(fit(asked, candidate, weights), 3),
        excerpt=preview(plain_text(body), EXCERPT_LENGTH),
    )


def _drafts(query: str, known: set[int], limit: int) -> list[Found]:
    words = text_for_search(query).split()[:5]
    drafts = ArticleTranslation.objects.exclude(pk__in=known).exclude(article__state=Article.State.ARCHIVED)
    for word in words:
        drafts = drafts.filter(title__icontains=word)
    return [
        Found(
            translation_id=one.pk, article_id=one.article_id, language=one.language, title=one.title, slug=one.slug,
            score=0.0, excerpt=preview(plain_text(one.body), EXCERPT_LENGTH),
        )
        for one in drafts.order_by("-updated_at")[:limit]
    ]  # fmt: skip
