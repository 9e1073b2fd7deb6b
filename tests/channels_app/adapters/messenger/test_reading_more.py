"""Names, posts, files and the state of the connection, read from the provider."""

from datetime import UTC, datetime

import pytest

from channels_app.adapters.base import (
    AdapterError,
    Address,
    ChannelConfig,
    InboundAttachment,
    InboundMessage,
    digest,
)
from channels_app.adapters.messenger.adapter import FIELDS, SCOPES, MessengerAdapter
from tests.support.http_fake import Reply
from tests.support.messenger_fake import PAGE_ID, PERSON, error


def make_item(**changes):
    return InboundMessage(**{"dedup_key": digest("1"), "sender": Address(address=PERSON), "text": "Hi"} | changes)


def test_name_is_read_once(adapter, graph):
    for _ in range(3):
        assert adapter.complete(make_item()).sender.name == "Carla Cruz"
    assert len(graph.http.calls) == 1


def test_name_that_is_known_is_not_asked_for(adapter, graph):
    item = make_item(sender=Address(address=PERSON, name="Carla"))
    assert adapter.complete(item) is item
    assert graph.http.calls == []


@pytest.mark.parametrize(
    "reply",
    [error(100, "Unsupported get request", subcode=33), error(4, "limit"), Reply(is_cut=True), Reply(body=b"x")],
)
def test_name_that_cannot_be_read_holds_up_nothing_and_is_not_asked_for_at_once(adapter, graph, reply):
    graph.next_replies = [reply]
    assert adapter.complete(make_item()).sender.name == ""
    assert adapter.complete(make_item()).sender.name == ""
    assert len(graph.http.calls) == 1


def test_id_that_is_none_asks_for_nothing(adapter, graph):
    adapter.complete(make_item(sender=Address(address="../me")))
    assert graph.http.calls == []


def test_echo_is_left_alone(adapter, graph):
    adapter.complete(make_item(is_echo=True))
    assert graph.http.calls == []


def test_comment_brings_text_and_address_of_its_post(adapter, graph):
    graph.posts["1_5"] = {"message": "New lamps!\n\nFrom today.", "permalink_url": "https://www.facebook.com/acme/5"}
    item = make_item(is_public=True, details={"post": {"id": "1_5", "permalink": "", "text": ""}})
    post = adapter.complete(item).details["post"]
    assert post == {"id": "1_5", "permalink": "https://www.facebook.com/acme/5", "text": "New lamps!\n\nFrom today."}


def test_file_is_fetched_without_a_token(adapter, graph):
    url = graph.add_file("lamp.jpg", b"\xff\xd8\xffjpeg", "image/jpeg")
    fetched = adapter.fetch_media(InboundAttachment(name="lamp", content_type="image/jpeg", url=url))
    assert fetched.content == b"\xff\xd8\xffjpeg"


@pytest.mark.parametrize(("status", "permanent"), [(403, True), (404, True), (410, True), (429, False), (503, False)])
def test_file_that_is_gone_is_told_from_one_that_comes_later(adapter, graph, status, permanent):
    graph.next_replies = [Reply(status=status)]
    with pytest.raises(AdapterError) as failed:
        adapter.fetch_media(InboundAttachment(name="a", content_type="image/jpeg", url=f"{graph.http.url}/gone"))
    assert failed.value.permanent is permanent


@pytest.mark.parametrize("url", ["data:,x", "file:///etc/passwd", "http://169.254.169.254/"])
def test_address_that_leads_nowhere_good_is_refused(adapter, url):
    with pytest.raises(AdapterError) as failed:
        adapter.fetch_media(InboundAttachment(name="a", content_type="image/png", url=url))
    assert failed.value.permanent


def test_good_connection_is_subscribed_and_says_when_its_token_ends(adapter, graph):
    graph.expires_at, graph.scopes = 1_800_000_000, list(SCOPES)
    graph.subscribed = {"messages", "leadgen"}
    findings = adapter.check()
    assert all(finding.is_ok for finding in findings)
    assert graph.subscribed == {*FIELDS, "leadgen"}
    assert [f.expires_at for f in findings if f.expires_at] == [datetime(2027, 1, 15, 8, 0, tzinfo=UTC)]
    graph.http.calls.clear()
    adapter.check()
    assert all(call.method == "GET" for call in graph.http.calls)


def test_token_of_another_page_is_told(adapter, graph):
    graph.account_id = "4711"
    failed = [finding for finding in adapter.check() if not finding.is_ok]
    assert failed
    assert all(finding.advice for finding in failed)
    assert graph.subscribed == set()


def test_missing_permission_is_named(adapter, graph):
    graph.scopes = ["pages_messaging"]
    assert any("pages_manage_metadata" in finding.what for finding in adapter.check() if not finding.is_ok)


def test_refused_token_is_told_with_what_to_do(graph):
    secrets = graph.secrets | {"access_token": "old"}
    findings = MessengerAdapter(ChannelConfig(config=graph.config, secrets=secrets)).check()
    assert [(finding.is_ok, bool(finding.advice)) for finding in findings] == [(False, True)]


def test_link_uses_the_name_or_else_the_id():
    def link(**config):
        return MessengerAdapter(ChannelConfig(config=config)).public_link()

    assert link(username="acme", page_id=PAGE_ID) == "https://m.me/acme"
    assert link(page_id=PAGE_ID) == f"https://m.me/{PAGE_ID}"
    assert link() == ""
