"""Articles in the admin: written beside their source, published, compared, brought back; and what is asked without an answer."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_team, make_ticket
from tests.support.admin_pages import signed_in
from tickets.models import ArticleFeedback, ArticleTranslation, ArticleView, DismissedQuestion, Ticket, Topic
from tickets.selectors.articles import article_url
from tickets.services.actors import Actor
from tickets.services.articles import publish_article, save_article
from tickets.services.help_visits import note_search
from tickets.services.lifecycle import resolve_ticket
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db
LIST = "/admin/tickets/article/"
WANTED = f"{LIST}wanted/"


def written(title: str, body: str = "Text", language: str = "en", **given) -> ArticleTranslation:
    text = save_article(language=language, title=title, body=body, actor=Actor.system(), **given)
    return publish_article(translation_id=text.pk, actor=Actor.system())


def posted(**changes) -> dict[str, str]:
    given = {
        "language": "en",
        "text-title": "Returns",
        "text-body": "Within 30 days.",
        "article-position": "3",
        "do": "save",
    }
    return {**given, "article-is_listed": "on", **changes}


def page(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_lead_writes_publishes_and_translates_an_article(lead):
    client = signed_in(lead)
    topic = Topic.objects.create(name="Delivery")
    client.post(
        f"{LIST}add/", posted(**{"article-topic": topic.pk, "text-keywords": "send back, refund", "do": "publish"})
    )
    text = ArticleTranslation.objects.get()
    assert (text.state, text.keywords, text.article.topic, text.article.position) == (
        "published", ["send back", "refund"], topic, 3,
    )  # fmt: skip
    address = f"{LIST}{text.article_id}/change/"
    beside = page(client, f"{address}?language=de")
    assert "Within 30 days." in beside
    client.post(address, posted(language="de", **{"text-title": "Rückgabe", "text-body": "Binnen 30 Tagen."}))
    german = ArticleTranslation.objects.get(language="de")
    assert (german.state, german.article_id, german.updated_by) == ("draft", text.article_id, lead)


def test_change_is_told_as_unpublished_until_it_is_published_and_can_be_taken_back(lead):
    client = signed_in(lead)
    text = written("Returns", "Within 30 days.")
    address = f"{LIST}{text.article_id}/change/"
    client.post(address, posted(**{"text-body": "Within 14 days."}))
    assert "unpublished changes" in page(client, LIST)
    compared = page(client, f"{address}?compare=1")
    assert "<del>30</del><ins>14</ins>" in compared
    client.post(address, {"language": "en", "do": "restore", "version": "1"})
    text.refresh_from_db()
    assert text.body == "Within 30 days."
    client.post(address, {"language": "en", "do": "unpublish"})
    text.refresh_from_db()
    assert text.state == "draft"


def test_fault_stands_at_its_field_and_what_was_typed_stays(lead):
    written("Shipping")
    text = written("Returns")
    answer = signed_in(lead).post(
        f"{LIST}{text.article_id}/change/", posted(**{"text-slug": "shipping", "text-body": "Kept"})
    )
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "Another article has this address." in shown
    assert "Kept</textarea>" in shown


def test_preview_shows_markup_and_runs_nothing(lead):
    shown = signed_in(lead).post(f"{LIST}preview/", {"text-body": "# Head\n\n<script>x</script>"}).content.decode()
    assert "<h2>" in shown
    assert "&lt;script&gt;" in shown


def test_agent_reads_and_changes_nothing(agent):
    client = signed_in(agent)
    text = written("Returns")
    ArticleFeedback.objects.create(
        translation=text, visitor="v", is_helpful=False, comment="What of <b>shoes</b>?", at=text.published_at
    )
    address = f"{LIST}{text.article_id}/change/"
    shown = page(client, address)
    assert "What of &lt;b&gt;shoes&lt;/b&gt;?" in shown
    assert "Save and publish" not in shown
    for path in (address, f"{LIST}add/", f"{WANTED}decide/"):
        assert client.post(path, posted()).status_code == 403


def test_list_takes_the_same_queries_however_many_articles_there_are(lead):
    client = signed_in(lead)
    counts = []
    for count in (2, 15):
        for number in range(count):
            text = written(f"Article {count} {number}")
            written(f"Artikel {count} {number}", language="de", article_id=text.article_id)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 8


def asked(channel, agent, text: str, answer: str, **given) -> Ticket:
    ticket = make_ticket(channel, text=text, subject="", **given)
    reply_to_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), text=answer)
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.agent(agent), reason="done")
    return ticket


def test_repeated_question_without_an_article_is_written_from_the_teams_own_answer(email_channel, lead):
    client = signed_in(lead)
    assert "Nothing comes again and again" in page(client, WANTED)
    note_search(query="gift voucher balance", language="en")
    ticket = asked(
        email_channel, lead, "How do I check the balance of my gift voucher?", "Open Vouchers, or call +49 30 901820."
    )
    Ticket.objects.filter(pk=ticket.pk).update(language="en")
    shown = page(client, WANTED)
    assert "asked 2 times" in shown
    begun = client.get(f"{LIST}add/", {"language": "en", "title": "Gift voucher balance", "answer_from": ticket.pk})
    assert "Open Vouchers, or call …." in begun.content.decode()
    written("How do I check the balance of a gift voucher?")
    assert "Nothing comes again and again" in page(client, WANTED)


def test_dismissed_question_is_told_of_again_only_when_somebody_wants_it(lead):
    client = signed_in(lead)
    for query in ("gift voucher balance", "balance of gift voucher"):
        note_search(query=query, language="en")
    assert "asked 2 times" in page(client, WANTED)
    given = {"language": "en", "word": ["gift", "voucher", "balance"], "example": "gift voucher balance"}
    client.post(f"{WANTED}decide/", given)
    assert "asked 2 times" not in page(client, WANTED)
    client.post(f"{WANTED}decide/", {"take_up": DismissedQuestion.objects.get().pk})
    assert "asked 2 times" in page(client, WANTED)


def test_questions_of_a_private_team_are_told_to_nobody_else(email_channel, lead, agent):
    for _ in range(2):
        ticket = asked(email_channel, lead, "Where is the quokka enclosure of the zoo?", "Behind the lake.")
        Ticket.objects.filter(pk=ticket.pk).update(team=make_team(f"Board {_}", lead, is_private=True), language="en")
    shown = page(signed_in(lead), WANTED)
    assert "quokka" in shown
    # What is dismissed is told to everybody who reads articles: no customer's sentence.
    assert 'name="example" value="Where' not in shown
    assert "quokka" not in page(signed_in(agent), WANTED)
    begun = signed_in(agent).get(f"{LIST}add/", {"answer_from": ticket.pk})
    assert begun.status_code == 403


def test_composer_suggests_for_the_customers_last_message_and_counts_what_is_inserted(email_channel, agent):
    written("Parking", "Behind the house.")
    text = written("How do I return an item?")
    ticket = make_ticket(email_channel, text="Hello, how can I return an item that I bought?")
    client = signed_in(agent)
    offered = page(client, f"{LIST}suggest/?ticket={ticket.pk}")
    assert f'data-url="{article_url("en", text.slug)}"' in offered
    assert "Parking" not in offered
    assert "Parking" in page(client, f"{LIST}suggest/?ticket={ticket.pk}&q=parking")
    client.post(f"{LIST}inserted/", {"article": text.pk})
    assert list(ArticleView.objects.values_list("translation", "source", "count")) == [(text.pk, "answer", 1)]
    assert 'id="hd-articles-open"' in page(client, f"/admin/tickets/ticket/{ticket.pk}/change/")
