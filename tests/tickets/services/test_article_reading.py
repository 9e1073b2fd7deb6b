"""Views are counted a day and place, and a reader's judgement counts once."""

import pytest

from tickets.models import ArticleTranslation, ArticleView
from tickets.services.actors import Actor
from tickets.services.article_reading import count_view, give_feedback, visitor_digest
from tickets.services.articles import save_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def article() -> ArticleTranslation:
    return save_article(language="en", title="Returns", body="", actor=Actor.system())


def test_views_are_counted_by_day_and_place(article: ArticleTranslation) -> None:
    for source in ("page", "page", "bot"):
        count_view(translation_id=article.pk, source=source)
    assert dict(ArticleView.objects.values_list("source", "count")) == {"page": 2, "bot": 1}


def test_a_reader_who_changes_his_mind_counts_once(article: ArticleTranslation) -> None:
    reader = visitor_digest("cookie")
    give_feedback(translation_id=article.pk, visitor=reader, is_helpful=True)
    give_feedback(translation_id=article.pk, visitor=reader, is_helpful=False, comment="Too short")
    give_feedback(translation_id=article.pk, visitor=visitor_digest("other"), is_helpful=False)
    article.refresh_from_db()
    assert (article.helpful_count, article.unhelpful_count) == (0, 2)
    assert "cookie" not in reader
    assert len(reader) <= 32
