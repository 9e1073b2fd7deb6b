"""What is different on Instagram: bytes, uploads, public answers, mentions."""

from pathlib import Path

import pytest

from channels_app.adapters.base import (
    AdapterError,
    Address,
    ChannelConfig,
    Choice,
    OutboundAttachment,
    OutboundMessage,
    RawEvent,
)
from channels_app.adapters.instagram.adapter import DIRECT_FIELDS, PAGE_FIELDS, SCOPES, InstagramAdapter
from channels_app.adapters.instagram.forms import InstagramConfigForm
from tests.support.messenger_fake import ACCOUNT_ID, PERSON, error
from tickets.policies.outgoing import find_misfits, most_file_bytes

PAYLOADS = Path(__file__).resolve().parent / "payloads"


def make_message(**changes):
    values = {"uuid": "uuid-1", "recipient": Address(address=PERSON), "text": "It is on its way."}
    return OutboundMessage(**values | changes)


def make_file(content_type="image/png"):
    return OutboundAttachment(
        name="lamp.png", content_type=content_type, size=3, open_content=lambda: b"png", url="https://desk.example/f/1"
    )


def direct(graph):
    return InstagramAdapter(ChannelConfig(config=graph.config | {"login": "instagram"}, secrets=graph.secrets))


def test_text_is_measured_in_bytes():
    limits = InstagramAdapter.limits
    assert not find_misfits(limits=limits, text="x" * 1000)
    assert find_misfits(limits=limits, text="é" * 501)


@pytest.mark.parametrize(
    ("content_type", "most"),
    [("image/png", 8), ("video/mp4", 25), ("application/pdf", 25), ("image/webp", None), ("application/zip", None)],
)
def test_only_documented_types_are_taken(content_type, most):
    assert most_file_bytes(InstagramAdapter.limits, content_type) == (most * 1024 * 1024 if most else None)


def test_text_and_buttons_leave_without_metadata(adapter, graph):
    adapter.send(make_message(choices=[Choice(payload="YES", title="Yes")], asks_for="phone"))
    assert graph.sent[0]["message"] == {
        "text": "It is on its way.",
        "quick_replies": [{"content_type": "text", "title": "Yes", "payload": "YES"}],
    }


def test_late_answer_of_a_person_carries_the_tag(adapter, graph):
    graph.is_window_open = False
    adapter.send(make_message(is_extended=True))
    assert graph.sent[0]["tag"] == "HUMAN_AGENT"


def test_file_is_uploaded_for_instagram(adapter, graph):
    adapter.send(make_message(text="", attachments=[make_file()]))
    assert list(graph.uploads.values()) == [("image", "instagram", b"png")]
    assert graph.sent[0]["message"]["attachment"]["type"] == "image"


def test_directly_connected_account_fetches_files_from_us(graph):
    graph.next_replies = []
    adapter = direct(graph)
    with pytest.raises(AdapterError, match="SITE_URL"):
        adapter.send(make_message(text="", attachments=[OutboundAttachment(**vars(make_file()) | {"url": ""})]))
    adapter.send(make_message(text="", attachments=[make_file()]))
    assert graph.sent[0]["message"]["attachment"] == {"type": "image", "payload": {"url": "https://desk.example/f/1"}}


def test_comment_is_answered_under_its_first_level(adapter, graph):
    top, nested = {"comment": {"id": "10", "parent_id": ""}}, {"comment": {"id": "11", "parent_id": "10"}}
    for details in (top, nested):
        adapter.send(make_message(is_public=True, answers_details=details))
    assert [(c["under"], c["edge"]) for c in graph.comments] == [("10", "replies"), ("10", "replies")]


def test_mention_is_answered_where_it_stands(adapter, graph):
    details = {"mention": {"media_id": "21", "comment_id": "22"}}
    adapter.send(make_message(is_public=True, answers_details=details))
    (comment,) = graph.comments
    assert (comment["under"], comment["edge"]) == (ACCOUNT_ID, "mentions")
    assert (comment["media_id"], comment["comment_id"]) == ("21", "22")


def test_public_answer_with_a_file_is_refused(adapter, graph):
    with pytest.raises(AdapterError) as refused:
        adapter.send(make_message(is_public=True, answers_details={"comment": {"id": "1"}}, attachments=[make_file()]))
    assert refused.value.permanent
    assert graph.comments == []


def test_comment_is_answered_privately(adapter, graph):
    adapter.send(make_message(answers_details={"private_reply_to": "10"}))
    assert graph.sent[0]["recipient"] == {"comment_id": "10"}


def mention(adapter, name):
    (item,) = adapter.parse(RawEvent(body=(PAYLOADS / f"{name}.json").read_bytes()))
    return adapter.complete(item)


def test_mention_in_a_comment_is_fetched(adapter, graph):
    graph.mentions["17887498072083521"] = {
        "text": "@acme.shop is this yours?",
        "username": "Carla.Cruz",
        "media": {"id": "17887498072083520", "permalink": "https://www.instagram.com/p/1/", "caption": "My desk"},
    }
    item = mention(adapter, "mention_in_comment")
    assert (item.text, item.sender.address, item.sender.name) == (
        "@acme.shop is this yours?",
        "carla.cruz",
        "Carla.Cruz",
    )
    assert item.sender.kind == "instagram_username"
    assert item.details["post"]["permalink"] == "https://www.instagram.com/p/1/"
    assert item.thread_id == "17887498072083520:carla.cruz"
    assert item.flags == []


def test_mention_in_a_caption_brings_the_picture(adapter, graph):
    graph.mentions["17887498072083522"] = {
        "caption": "Love my @acme.shop lamp",
        "username": "carla.cruz",
        "permalink": "https://www.instagram.com/p/2/",
        "media_type": "IMAGE",
        "media_url": "https://cdn.example.net/p2.jpg",
    }
    item = mention(adapter, "mention_in_caption")
    assert item.text == "Love my @acme.shop lamp"
    assert item.attachments[0].name == "p2.jpg"


@pytest.mark.parametrize(("code", "permanent"), [(4, False), (100, True)])
def test_mention_that_cannot_be_read_is_an_error(adapter, graph, code, permanent):
    graph.next_replies = [error(code, "no")]
    with pytest.raises(AdapterError) as failed:
        mention(adapter, "mention_in_comment")
    assert failed.value.permanent is permanent


def test_name_is_read(adapter, graph):
    graph.people["1254459154682919"] = {"name": "", "username": "carla.cruz"}
    (item,) = adapter.parse(RawEvent(body=(PAYLOADS / "example.json").read_bytes()))
    assert adapter.complete(item).sender.name == "carla.cruz"


def test_connection_through_a_page_is_checked_and_subscribed(adapter, graph):
    graph.scopes = list(SCOPES)
    assert all(finding.is_ok for finding in adapter.check())
    assert graph.subscribed == set(PAGE_FIELDS)


def test_direct_connection_is_checked_and_subscribed(graph):
    assert all(finding.is_ok for finding in direct(graph).check())
    assert graph.subscribed == set(DIRECT_FIELDS)


def test_link_opens_a_chat():
    assert InstagramAdapter(ChannelConfig(config={"username": "acme"})).public_link() == "https://ig.me/m/acme"
    assert InstagramAdapter(ChannelConfig()).public_link() == ""


def test_account_connected_through_a_page_needs_the_page():
    entered = {"account_id": "17841", "access_token": "t"}
    assert "page_id" in InstagramConfigForm(entered).errors
    assert InstagramConfigForm(entered | {"login": "instagram"}).is_valid()
