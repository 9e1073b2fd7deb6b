"""Finding articles: a table of questions in eight languages, scripts without word spaces, fallback, what is not published."""

from itertools import chain

import pytest

from tests.support.article_questions import ARTICLES, QUESTIONS
from tickets.models import Article, ArticleTranslation
from tickets.policies.article_match import THRESHOLD
from tickets.selectors.articles import find_articles
from tickets.services.actors import Actor
from tickets.services.articles import publish_article, save_article, unpublish_article

pytestmark = pytest.mark.django_db


def publish(language: str, title: str, body: str = "", keywords: list[str] | None = None) -> ArticleTranslation:
    saved = save_article(language=language, title=title, body=body, keywords=keywords or [], actor=Actor.system())
    return publish_article(translation_id=saved.pk, actor=Actor.system())


def test_questions_in_eight_languages_find_their_article_and_others_find_none() -> None:
    articles = {
        (language, number): publish(language, *(title, body, keywords)).pk
        for language, rows in ARTICLES.items()
        for number, (title, keywords, body) in enumerate(rows)
    }
    right, wrong, missed = 0, [], []
    for language, question, expected in chain.from_iterable(
        ((language, *row) for row in rows) for language, rows in QUESTIONS.items()
    ):
        found = find_articles(query=question, language=language, limit=1)
        answer = found[0].translation_id if found and found[0].score >= THRESHOLD else None
        wanted = articles[language, expected] if expected is not None else None
        if answer == wanted:
            right += answer is not None
        elif answer is None:
            missed.append(question)
        else:
            wrong.append(question)
    assert (right, wrong, missed) == (
        60,
        ["I need an invoice for my tax office"],
        ["Ich möchte die Schuhe zurücksenden"],
    )


def test_a_language_without_an_answer_falls_back_to_the_language_of_the_site_and_to_english() -> None:
    english = publish("en", "Wi-Fi router setup", keywords=["router"])
    publish("th", "ลืมรหัสผ่าน")
    assert [found.translation_id for found in find_articles(query="router", language="th-TH")] == [english.pk]


def test_drafts_archived_and_taken_back_articles_are_not_found_by_customers() -> None:
    draft = save_article(language="en", title="Refund of a deposit", body="", actor=Actor.system())
    assert find_articles(query="refund deposit", language="en") == []
    assert [one.translation_id for one in find_articles(query="refund", language="en", only_published=False)] == [
        draft.pk
    ]
    publish_article(translation_id=draft.pk, actor=Actor.system())
    assert find_articles(query="refund deposit", language="en")[0].fits
    Article.objects.filter(pk=draft.article_id).update(state=Article.State.ARCHIVED)
    assert find_articles(query="refund deposit", language="en") == []
    Article.objects.filter(pk=draft.article_id).update(state=Article.State.ACTIVE)
    unpublish_article(translation_id=draft.pk, actor=Actor.system())
    assert find_articles(query="refund deposit", language="en") == []


def test_an_unlisted_article_is_found_by_the_bot_and_not_on_the_help_pages() -> None:
    article = publish("en", "Secret handshake")
    Article.objects.filter(pk=article.article_id).update(is_listed=False)
    assert find_articles(query="secret handshake", language="en")
    assert find_articles(query="secret handshake", language="en", only_listed=True) == []


@pytest.mark.parametrize(
    "query", ["", "'; drop table --", "!!! & | :*", "\\' | 'x':*", "🙂", "a" * 5_000, "\x00\ud800"]
)
def test_any_query_is_answered_without_an_error(query: str) -> None:
    publish("en", "Where is my order?")
    assert find_articles(query=query, language="en") == []
