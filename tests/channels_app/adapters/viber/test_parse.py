"""What Viber's calls say."""

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
    ParseError,
    RawEvent,
    ReachChanged,
)
from channels_app.adapters.viber.adapter import ViberAdapter

PAYLOADS = Path(__file__).resolve().parent / "payloads"
JOHN = Address(address="01234567890A=", name="John McClane")


def parse(value):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return ViberAdapter(ChannelConfig()).parse(RawEvent(body=body))


def only(name):
    [item] = parse((PAYLOADS / f"{name}.json").read_bytes())
    return item


def test_text_says_who_wrote_what_and_when():
    item = only("example")
    assert isinstance(item, InboundMessage)
    assert (item.sender, item.external_id, item.text, item.language) == (
        JOHN,
        "4912661846655238145",
        "Where is my parcel?",
        "en-GB",
    )
    assert item.sent_at == datetime.fromtimestamp(1795305600.145, tz=UTC)


@pytest.mark.parametrize(
    ("name", "file_name", "content_type", "text"),
    [
        ("picture", "a.jpg", "image/jpeg", "It came like this"),
        ("video", "video.mp4", "video/mp4", ""),
        ("file", "invoice.pdf", "application/octet-stream", ""),
    ],
)
def test_file_comes_with_its_address(name, file_name, content_type, text):
    item = only(name)
    [file] = item.attachments
    assert (file.name, file.content_type, item.text) == (file_name, content_type, text)
    assert file.url.startswith("https://dl-media.viber.com/")


@pytest.mark.parametrize(
    ("name", "text", "details"),
    [
        ("contact", "Alex +972511123123", {"contacts": [{"name": "Alex", "phones": ["+972511123123"]}]}),
        (
            "location",
            "50.76891, 6.11499",
            {"location": {"latitude": 50.76891, "longitude": 6.11499, "name": "", "address": ""}},
        ),
        ("url", "https://shop.example/item/7", {}),
        ("sticker", "", {"sticker": {"id": "46105"}}),
    ],
)
def test_what_is_no_text_is_said_in_words(name, text, details):
    item = only(name)
    assert (item.text, item.details, list(item.attachments)) == (text, details, [])


def test_pressed_button_says_its_title_and_carries_its_data():
    item = only("pressed_button")
    assert (item.text, item.payload) == ("Yes, please", "yes")


@pytest.mark.parametrize("tracking_data", ["not json", "[]", '{"choices": 7}', '{"choices": {"yes": 7}}', "[" * 5000])
def test_tracking_data_that_is_not_ours_changes_nothing(tracking_data):
    value = json.loads((PAYLOADS / "pressed_button.json").read_text())
    value["message"]["tracking_data"] = tracking_data
    [item] = parse(value)
    assert (item.text, item.payload) == ("yes", "")


def test_subscribing_is_reach():
    subscribed, unsubscribed = only("subscribed"), only("unsubscribed")
    assert isinstance(subscribed, ReachChanged)
    assert (subscribed.sender, subscribed.is_reachable) == (JOHN, True)
    assert (unsubscribed.sender.address, unsubscribed.is_reachable) == ("01234567890A=", False)


@pytest.mark.parametrize(("name", "status"), [("delivered", "delivered"), ("seen", "read"), ("failed", "failed")])
def test_report_names_our_message(name, status):
    item = only(name)
    assert isinstance(item, DeliveryUpdate)
    assert (item.status, item.status_of) == (status, "5741311803571721088")
    assert item.reason == ("failure description" if name == "failed" else "")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("conversation_started", "conversation_started"), ("webhook", "webhook"), ("unknown_event", "unknown:thought")],
)
def test_noise_is_ignored_by_name(name, reason):
    item = only(name)
    assert (type(item), item.reason) == (Ignored, reason)


def test_message_of_an_unknown_kind_is_kept():
    assert only("unknown_message").flags == ["unsupported"]


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"event": "message"},
        {"event": "message", "message_token": 1, "sender": {"id": "a"}, "message": {"type": "picture"}},
        {"event": "message", "message_token": 1, "sender": {}, "message": {"type": "text"}},
        {
            "event": "message",
            "message_token": 1,
            "timestamp": 10**19,
            "sender": {"id": "a"},
            "message": {"type": "text"},
        },
        {"event": "unsubscribed"},
        {"event": "subscribed"},
    ],
)
def test_fault_is_a_parse_error(value):
    with pytest.raises(ParseError):
        parse(value)
