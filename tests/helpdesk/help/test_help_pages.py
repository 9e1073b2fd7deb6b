"""The public help pages: what readers see, what they say, and what is kept of them."""

import re

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.test_admin_routes import writes_noted
from tickets.models import Article, ArticleFeedback, ArticleSearch, ArticleTranslation, ArticleView, HelpVisit, Topic
from tickets.services.actors import Actor
from tickets.services.articles import publish_article, save_article, unpublish_article

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"


def written(
    title: str, body: str = "", *, language: str = "en", is_published: bool = True, **given
) -> ArticleTranslation:
    text = save_article(language=language, title=title, body=body, actor=Actor.system(), **given)
    return publish_article(translation_id=text.pk, actor=Actor.system()) if is_published else text


def reader(**headers) -> Client:
    return Client(headers={"user-agent": BROWSER, **headers})


def seen(path: str, **headers) -> str:
    return reader(**headers).get(path).content.decode()


def test_start_page_shows_topics_with_their_articles_and_what_is_read_most():
    topic = Topic.objects.create(name="Delivery")
    first = written("Where is my order?")
    Article.objects.filter(pk=first.article_id).update(topic=topic)
    written("Gift cards")
    ArticleView.objects.create(translation=first, on="2999-01-01", source="page", count=4)
    page = seen("/help/")
    assert page.index("Most read") < page.index("Delivery") < page.index("More articles") < page.index("Gift cards")
    assert page.count("Where is my order?") == 2


def test_start_page_speaks_the_readers_language_where_there_are_articles_in_it():
    written("Returns")
    written("Rückgabe", language="de")
    assert "Wonach suchen Sie?" in seen("/help/", **{"accept-language": "de-AT,de;q=0.9"})
    assert "What are you looking for?" in seen("/help/", **{"accept-language": "pt"})
    answer = reader().get("/help/")
    assert "Accept-Language" in answer["Vary"]
    assert "Cookie" not in answer["Vary"]
    assert reader().get("/help/xx/").status_code == 404


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("archived", 404), ("unlisted", 200)])
def test_only_what_is_published_is_read_and_the_unlisted_by_its_link_alone(state, status):
    text = written("Secret handshake", "Left hand first.", is_published=state != "draft")
    if state != "draft":
        changes = {"state": "archived"} if state == "archived" else {"is_listed": False}
        Article.objects.filter(pk=text.article_id).update(**changes)
    answer = reader().get("/help/en/secret-handshake/")
    assert answer.status_code == status
    assert status == 404 or '<meta name="robots" content="noindex">' in answer.content.decode()
    assert "Secret handshake" not in seen("/help/")
    assert "Left hand" not in seen("/help/en/search/?q=secret+handshake")


def test_article_taken_back_is_gone_and_changes_of_a_draft_are_not_read():
    text = written("Opening times", "Nine to five.")
    save_article(language="en", title="Opening times", body="Never.", actor=Actor.system(), article_id=text.article_id)
    assert "Nine to five." in seen("/help/en/opening-times/")
    unpublish_article(translation_id=text.pk, actor=Actor.system())
    assert reader().get("/help/en/opening-times/").status_code == 404


def test_earlier_address_leads_to_todays_for_ever():
    text = written("Returns")
    save_article(
        language="en", title="Returns", body="", slug="sending-back", actor=Actor.system(), article_id=text.article_id
    )
    answer = reader().get("/help/en/returns/")
    assert (answer.status_code, answer["Location"]) == (301, "/help/en/sending-back/")


def test_article_named_search_does_not_take_the_address_of_the_search():
    assert written("Search").slug == "search-2"


def test_markup_of_an_article_becomes_html_and_html_stays_text():
    body = (
        "# Steps\n\n1. Open [the page](https://x.example/a?b=1&c=2)\n2. **Press** it\n\n"
        "<script>alert(1)</script> [x](javascript:alert(1))"
    )
    written("How to", body)
    page = seen("/help/en/how-to/")
    assert re.search(r"<h2>Steps\s*</h2>", page)
    assert 'href="https://x.example/a?b=1&amp;c=2" rel="noopener noreferrer nofollow"' in page
    assert "<strong>Press</strong>" in page
    assert "&lt;script&gt;alert(1)" in page
    assert 'href="javascript' not in page


def test_article_names_its_other_languages_to_readers_and_search_engines():
    english = written("Returns")
    written("الإرجاع", "نص", language="ar", article_id=english.article_id)
    page = seen("/help/en/returns/")
    assert re.search(r'hreflang="ar" href="http[^"]+/help/ar/', page)
    arabic = seen("/help/ar/الإرجاع/")
    assert '<html lang="ar" dir="rtl">' in arabic
    assert "هل أفادك هذا؟" in arabic


@pytest.mark.parametrize(
    ("language", "title", "query"),
    [
        ("km", "តើខ្ញុំប្តូរពាក្យសម្ងាត់ដោយរបៀបណា?", "ពាក្យសម្ងាត់"),
        ("zh", "如何退货和退款", "退款"),
        ("th", "วิธีเปลี่ยนรหัสผ่าน", "รหัสผ่าน"),
        ("ja", "パスワードを変更する方法", "パスワード"),
    ],
)
def test_search_finds_articles_in_scripts_without_spaces(language, title, query):
    written(title, language=language)
    written("Parking", "Behind the house.")
    answer = reader().get(f"/help/{language}/search/", {"q": query})
    assert title in answer.content.decode()
    assert "Parking" not in answer.content.decode()


def test_search_without_a_hit_leads_to_a_person():
    page = seen("/help/en/search/?q=<b>zebra</b>")
    assert "Nothing found for “&lt;b&gt;zebra&lt;/b&gt;”" in page
    assert 'href="/contact/"' in page


def test_reading_keeps_nothing_and_sets_no_cookie():
    written("Returns")
    client = reader()
    with writes_noted() as noted:
        for path in ("/help/", "/help/en/", "/help/en/returns/?said=no", "/help/en/search/?q=returns"):
            answer = client.get(path)
            client.head(path)
            assert answer.cookies == {}
            assert answer["Cache-Control"] == "public, max-age=60"
            assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert noted == []


def test_script_of_the_page_counts_reads_and_reloading_counts_once():
    first, second = written("Returns"), written("Refunds")
    client = reader()
    for text, source in ((first, "page"), (first, "page"), (second, "search")):
        assert client.post("/help/-/read/", {"article": text.pk, "source": source}).status_code == 204
    assert set(ArticleView.objects.values_list("translation_id", "source", "count")) == {
        (first.pk, "page", 1),
        (second.pk, "search", 1),
    }
    visit = HelpVisit.objects.get()
    assert (visit.read_count, visit.translation_id) == (2, second.pk)
    assert "127.0.0.1" not in visit.visitor
    reader().post("/help/-/contact/")
    visit.refresh_from_db()
    assert visit.contacted_at is not None


@pytest.mark.parametrize(
    "headers",
    [{"user-agent": "Googlebot/2.1"}, {"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}],
    ids=["robot", "another site", "another origin"],
)
def test_robots_and_other_sites_are_not_counted(headers):
    text = written("Returns")
    reader(**headers).post("/help/-/read/", {"article": text.pk})
    assert not ArticleView.objects.exists()


def test_search_is_kept_with_its_score_and_without_personal_data():
    text = written("How do I return an item?")
    for query in ("return an item", "invoice for jane@customer.example", "  "):
        reader().post("/help/-/searched/", {"q": query, "language": "en"})
    kept = {row.query: row for row in ArticleSearch.objects.all()}
    assert set(kept) == {"return an item", "invoice for …"}
    assert kept["return an item"].translation_id == text.pk
    assert kept["return an item"].score > 0.4 > kept["invoice for …"].score


def test_reader_judges_once_and_says_what_is_missing():
    text = written("Returns")
    client = Client(enforce_csrf_checks=True, headers={"user-agent": BROWSER})
    answer = client.post("/help/en/returns/", {"helpful": "no"})
    assert (answer.status_code, answer["Location"]) == (303, "/help/en/returns/?said=no#hd-help-said")
    assert 'name="comment"' in client.get("/help/en/returns/?said=no").content.decode()
    client.post("/help/en/returns/", {"helpful": "no", "comment": "What of shoes?"})
    client.post("/help/en/returns/", {"helpful": "yes"}, headers={"user-agent": "another"})
    feedback = ArticleFeedback.objects.order_by("pk")
    assert [(one.is_helpful, one.comment) for one in feedback] == [(False, "What of shoes?"), (True, "")]
    text.refresh_from_db()
    assert (text.helpful_count, text.unhelpful_count) == (1, 1)


def test_another_site_cannot_have_its_readers_judge():
    written("Returns")
    answer = reader(**{"sec-fetch-site": "cross-site"}).post("/help/en/returns/", {"helpful": "no"})
    assert answer.status_code == 400
    assert not ArticleFeedback.objects.exists()


def test_flood_of_judgements_is_stopped():
    written("Returns")
    with time_machine.travel("2026-03-02T09:10:05Z", tick=False):
        answers = [reader().post("/help/en/returns/", {"helpful": "no"}).status_code for _ in range(31)]
    assert (answers[29], answers[30]) == (303, 429)


def queries(path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert reader().get(path).status_code == 200
    return len(captured)


def test_pages_take_the_same_few_queries_however_many_articles_there_are():
    topic = Topic.objects.create(name="Delivery")
    few = None
    for count in (3, 30):
        for number in range(count):
            text = written(f"Return parcel {count} {number}", "parcel")
            Article.objects.filter(pk=text.article_id).update(topic=topic)
        path = "/help/en/return-parcel-3-0/"
        asked = [queries("/help/"), queries(path), queries("/help/en/search/?q=return+parcel")]
        few = few or asked
        assert asked == few
    assert few == [7, 5, 8]


@pytest.mark.parametrize(
    "path", ["/help/en/a%00b/", "/help/en%00/a/", "/help/%0d%0aX:y/search/?q=a", "/help/en/%0d%0a/"]
)
def test_address_with_control_characters_is_no_page(path):
    assert reader().get(path).status_code == 404
