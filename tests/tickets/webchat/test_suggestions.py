"""What the help pages say to what is about to be written: only what fits, nothing kept, and counted where it helped."""

from typing import Any

import pytest

from channels_app.models import InboundEvent
from tests.support.talking import publish
from tests.support.webchat import Browser, make_webchat
from tickets.models import Article, ArticleFeedback, ArticleSearch, ArticleTranslation, ArticleView, HelpVisit, Visitor

pytestmark = pytest.mark.django_db
QUESTION = "Hello, where is my order? It should have come on Monday"


@pytest.fixture
def article() -> int:
    publish("How do I return something?")
    return publish("Where is my order?", keywords=("parcel", "tracking"))


def suggested(browser: Browser, text: str) -> Any:
    answer = browser.call("POST", "articles", {"text": text, "language": "en"})
    assert answer.status_code == 200, answer.content
    return answer.json()["articles"]


def test_article_that_answers_is_suggested_and_of_the_words_nothing_is_kept(article: int) -> None:
    browser = Browser(make_webchat())
    [found] = suggested(browser, QUESTION)
    assert (found["id"], found["title"]) == (article, "Where is my order?")
    assert found["url"].endswith("/help/en/where-is-my-order/?from=chat")
    kept = (ArticleSearch, HelpVisit, ArticleView, ArticleFeedback, Visitor, InboundEvent)
    assert [model.__name__ for model in kept if model.objects.exists()] == []


@pytest.mark.parametrize("text", ["My lamp is broken", "", "   ", "???"])
def test_nothing_is_suggested_where_nothing_fits(article: int, text: str) -> None:
    assert suggested(Browser(make_webchat()), text) == []


@pytest.mark.parametrize(
    ("config", "is_listed", "expected"),
    [
        ({}, True, True),
        ({"no_articles": True}, True, False),
        ({"needs_consent": True, "privacy_url": "https://shop.example/privacy"}, True, False),
        ({}, False, False),
    ],
)
def test_look_says_whether_words_are_to_be_sent_before_the_visitor_sends_them(
    article: int, config: dict[str, Any], is_listed: bool, expected: bool
) -> None:
    Article.objects.update(is_listed=is_listed)
    browser = Browser(make_webchat(**config))
    assert browser.call("GET", "look").json()["suggests_articles"] is expected
    assert bool(suggested(browser, QUESTION)) is expected


def test_this_helped_counts_as_on_the_help_pages_and_a_message_after_it_takes_it_back(article: int) -> None:
    browser = Browser(make_webchat())
    for _ in range(2):
        assert browser.call("POST", "helped", {"article": article}).status_code == 204
    visit = HelpVisit.objects.get()
    assert (visit.is_helpful, visit.read_count, visit.contacted_at) == (True, 1, None)
    assert ArticleView.objects.get().source == ArticleView.Source.WIDGET
    assert ArticleFeedback.objects.get().is_helpful
    assert ArticleTranslation.objects.get(pk=article).helpful_count == 1
    browser.write("It did not help after all")
    visit.refresh_from_db()
    assert visit.contacted_at is not None


@pytest.mark.parametrize("named", ["0", "x", "9" * 18, "-1"])
def test_article_that_nobody_can_read_helps_nobody(article: int, named: str) -> None:
    assert Browser(make_webchat()).call("POST", "helped", {"article": named}).status_code == 404
    assert not HelpVisit.objects.exists()


def test_other_sites_get_no_suggestions_and_cannot_vote(article: int) -> None:
    browser = Browser(make_webchat(), origin="https://evil.example")
    for path in ("articles", "helped"):
        assert browser.call("POST", path, {"text": QUESTION, "article": article}).status_code == 403


def test_who_asks_without_end_is_asked_to_wait(article: int) -> None:
    browser = Browser(make_webchat())
    answers = [browser.call("POST", "helped", {"article": article}).status_code for _ in range(11)]
    assert answers == [204] * 10 + [429]
