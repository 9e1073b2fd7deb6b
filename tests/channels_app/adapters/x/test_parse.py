"""What X's webhook and its lists say."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels_app.adapters.base import (
    Address,
    ChannelConfig,
    DeliveryUpdate,
    Ignored,
    InboundMessage,
    MessageChanged,
    ParseError,
    RawEvent,
)
from channels_app.adapters.x.adapter import XAdapter
from channels_app.adapters.x.text import ShortLink, readable_text

PAYLOADS = Path(__file__).resolve().parent / "payloads"
OWN_ID = "4337869213"
JORDAN = Address(address="3001969357", name="Jordan Brinks", raw="@furiouscamper")


def document(name):
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def parse(value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return XAdapter(ChannelConfig(config={"user_id": OWN_ID})).parse(RawEvent(body=body))


def only(name):
    [item] = parse(document(name))
    return item


def test_direct_message_is_unescaped_once_and_its_links_are_long():
    item = only("example")
    assert isinstance(item, InboundMessage)
    assert item.text == "Is 3 < 5 &amp; true? https://shop.example/order?id=7&x=1"
    assert (item.sender, item.external_id, item.is_public, item.is_echo) == (
        JORDAN,
        "954491830116155396",
        False,
        False,
    )
    assert item.sent_at == datetime.fromtimestamp(1795305600.557, tz=UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("&amp;amp;amp;", "&amp;amp;"),
        ("&copy; &nbsp;", "&copy; &nbsp;"),
    ],
)
def test_text_is_unescaped_exactly_once(written, read):
    assert readable_text(written, [], has_files=False) == read


def test_what_a_link_leads_to_is_not_read_as_text():
    links = [
        ShortLink(short="https://t.co/a", full="https://x.example/?q=&lt;https://t.co/b"),
        ShortLink(short="", full="x"),
    ]
    assert readable_text("https://t.co/a", links, has_files=False) == "https://x.example/?q=&lt;https://t.co/b"


@pytest.mark.parametrize(
    ("name", "text", "url"),
    [
        (
            "direct_message_with_photo",
            "broken",
            "https://ton.twitter.com/1.1/ton/data/dm/954491830116155400/954491829000000000/pic.jpg",
        ),
        (
            "polled_dm_event",
            "Where <is> it?",
            "https://ton.twitter.com/1.1/ton/data/dm/1585321444547837956/1585321400000000001/x.png",
        ),
        ("tweet_create", "@acme my parcel & my patience are lost. Look:", "https://pbs.twimg.com/media/a.jpg"),
        ("polled_video_mention", "@acme look", "https://video.twimg.com/good.mp4"),
    ],
)
def test_picture_or_video_comes_as_a_file_and_its_link_goes(name, text, url):
    item = only(name)
    assert (item.text, [file.url for file in item.attachments]) == (text, [url])


def test_pressed_quick_reply_carries_its_data():
    item = only("quick_reply")
    assert (item.text, item.payload) == ("Yes", "yes")


@pytest.mark.parametrize("is_polled", [False, True])
def test_message_of_our_own_is_an_echo_to_the_customer(is_polled):
    if is_polled:
        value = document("polled_dm_event")
        value["data"]["sender_id"] = OWN_ID
        [item] = parse(value)
    else:
        item = only("direct_message_own")
    assert item.is_echo
    assert [one.address for one in item.to] == ["3001969357"]


def test_mention_is_public_and_belongs_to_its_author_in_its_conversation():
    item = only("polled_mention")
    assert (item.is_public, item.thread_id) == (True, "1070000000000000001:3001969357")
    assert (item.text, item.in_reply_to, item.language) == (
        "@acme still waiting & hoping",
        "1070000000000000005",
        "en",
    )
    assert item.details["post"]["permalink"] == "https://x.com/furiouscamper/status/1070000000000000009"


def test_mention_by_webhook_and_by_polling_is_the_same_message():
    pushed = only("tweet_create")
    polled = document("polled_mention")
    polled["data"] |= {"id": pushed.external_id, "edit_history_tweet_ids": [pushed.external_id]}
    assert parse(polled)[0].dedup_key == pushed.dedup_key
    assert pushed.thread_id == "public:3001969357"


def test_edited_post_stays_one_message_with_the_new_text():
    value = document("polled_mention")
    value["data"] |= {"id": "2", "edit_history_tweet_ids": ["1", "2"], "text": "@acme it came"}
    message, edit = parse(value)
    assert (message.external_id, message.dedup_key) == (
        "1",
        parse({**value, "data": {**value["data"], "id": "1"}})[0].dedup_key,
    )
    assert isinstance(edit, MessageChanged)
    assert (edit.change_of, edit.text) == ("1", "@acme it came")


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("typing", {}, "direct_message_indicate_typing_events"),
        ("follow", {}, "follow_events"),
        ("unknown_event", {}, "unknown:hologram_events"),
        ("example", {"for_user_id": "1"}, "other_account"),
    ],
)
def test_noise_is_ignored_by_name(name, change, reason):
    [item] = parse({**document(name), **change})
    assert (type(item), item.reason) == (Ignored, reason)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"retweeted_status": {"id_str": "1"}}, "retweet"),
        ({"user": {"id_str": OWN_ID}}, "own_post"),
        ({"in_reply_to_user_id_str": None, "extended_tweet": None, "entities": {"user_mentions": []}}, "not_mentioned"),
    ],
)
def test_post_that_is_not_said_to_us_is_ignored(change, reason):
    value = document("tweet_create")
    value["tweet_create_events"][0] |= change
    assert parse(value)[0].reason == reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"referenced_tweets": [{"type": "retweeted", "id": "1"}]}, "retweet"),
        ({"author_id": OWN_ID}, "own_post"),
    ],
)
def test_polled_post_that_is_not_said_to_us_is_ignored(change, reason):
    value = document("polled_mention")
    value["data"] |= change
    assert [item.reason for item in parse(value)] == [reason]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"dm_conversation_id": "1585094756761149440"}, "group"),
        ({"event_type": "ParticipantsJoin"}, "group"),
        ({"event_type": "MessagePin"}, "unknown:MessagePin"),
    ],
)
def test_group_chats_are_ignored(change, reason):
    value = document("polled_dm_event")
    value["data"] |= change
    assert [item.reason for item in parse(value)] == [reason]


def test_deleted_post_and_reading_are_told():
    deleted, read = only("tweet_delete"), only("mark_read")
    assert (deleted.change, deleted.change_of) == ("deleted", "1070000000000000001")
    assert isinstance(read, DeliveryUpdate)
    assert (read.status, read.recipient) == ("read", "3001969357")
    assert read.until == datetime.fromtimestamp(1795305800, tz=UTC)


def test_our_own_reading_says_nothing():
    value = document("mark_read")
    value["direct_message_mark_read_events"][0]["sender_id"] = OWN_ID
    assert parse(value)[0].reason == "own_reading"


def test_unreadable_event_keeps_its_siblings():
    value = document("example")
    value["direct_message_events"].append({"type": "message_create", "message_create": {}})
    with pytest.raises(ParseError) as fault:
        parse(value)
    assert [item.external_id for item in fault.value.items] == ["954491830116155396"]


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "mention"},
        {"kind": "mention", "data": {"id": "1"}},
        {"kind": "mention", "data": {"id": "1", "author_id": "2", "created_at": "soon"}},
        {"direct_message_events": {}},
        {"tweet_create_events": [{"id_str": "1"}]},
        {"tweet_create_events": [{"id_str": "1", "user": {"id_str": "2"}, "created_at": "yesterday"}]},
        [],
    ],
)
def test_fault_is_a_parse_error(value):
    with pytest.raises(ParseError):
        parse(value)
