"""Reading and answering recommendations over a local server in the place of the Graph API."""

import json
from pathlib import Path

import pytest

from channels_app.adapters.base import Address, ChannelConfig, OutboundMessage
from channels_app.adapters.facebook_reviews.adapter import FacebookReviewsAdapter
from tests.support.http_fake import Reply, running_http_fake

ROWS = json.loads((Path(__file__).parent / "payloads" / "ratings_list.json").read_text())["data"]
SECRETS = {"access_token": "page-token", "app_secrets": ["0" * 32], "verify_token": "verify-me"}


def reply(value, status=200):
    return Reply(status=status, body=json.dumps(value).encode(), headers={"content-type": "application/json"})


@pytest.fixture
def graph(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_http_fake() as fake:
        yield fake


@pytest.fixture
def page(graph):
    config = {"page_id": "100200300400500", "base_url": graph.url}
    return FacebookReviewsAdapter(ChannelConfig(uuid="u", config=config, secrets=SECRETS))


def message(text="Sorry!", references=("2040506070809010",)):
    return OutboundMessage(
        uuid="u1",
        recipient=Address(address="7"),
        text=text,
        is_public=True,
        in_reply_to="2040506070809010",
        references=references,
    )


def test_whole_list_is_read_page_by_page_and_then_only_its_beginning(page, graph):
    def answer(call):
        is_second = "after=ZZ" in call.path
        paging = {"cursors": {"after": "ZZ"}} | ({} if is_second else {"next": "https://graph.facebook.com/next"})
        return reply({"data": [ROWS[1 if is_second else 0]], "paging": paging})

    graph.answer = answer
    first = page.poll({})
    second = page.poll(first.cursor)
    assert (first.has_more, second.has_more) == (True, False)
    assert [page.parse(event)[0].author.name for event in (*first.events, *second.events)] == ["Ben Berg", "Dora Dahl"]
    assert page.poll(second.cursor).events == []  # within five minutes nobody is asked
    assert len(graph.calls) == 2
    assert graph.calls[0].headers["authorization"] == "Bearer page-token"


def test_answer_is_the_pages_comment(page, graph):
    graph.answer = lambda call: reply({"id": "c-1"})
    assert page.send(message()).external_id == "c-1"
    assert "/2040506070809010/comments" in graph.calls[0].path
    assert json.loads(graph.calls[0].body) == {"message": "Sorry!"}


def test_second_answer_edits_the_first(page, graph):
    graph.answer = lambda call: reply({"success": True})
    sent = page.send(message("Better now", references=("2040506070809010", "c-1")))
    assert sent.external_id == "c-1"
    assert graph.calls[0].path.partition("?")[0].endswith("/c-1")


def test_answer_whose_first_comment_was_deleted_is_a_new_comment(page, graph):
    gone = {"error": {"message": "does not exist", "code": 100, "error_subcode": 33}}
    graph.answer = lambda call: reply({"id": "c-2"}) if "/comments" in call.path else reply(gone, status=400)
    assert page.send(message(references=("2040506070809010", "c-1"))).external_id == "c-2"
