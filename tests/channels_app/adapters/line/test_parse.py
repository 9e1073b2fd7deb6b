"""What LINE's calls say."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels_app.adapters.base import (
    ChannelConfig,
    Ignored,
    InboundMessage,
    MessageChanged,
    ParseError,
    RawEvent,
    ReachChanged,
)
from channels_app.adapters.line.adapter import LineAdapter

PAYLOADS = Path(__file__).resolve().parent / "payloads"
USER = "U4af4980629a1b2c3d4e5f60718293a4b"


def document(name):
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def parse(value, **config):
    return LineAdapter(ChannelConfig(config=config)).parse(RawEvent(body=json.dumps(value).encode()))


def only(name):
    [item] = parse(document(name))
    return item


def test_text_says_who_wrote_what_and_keeps_the_token_that_answers_it():
    item = only("example")
    assert isinstance(item, InboundMessage)
    assert (item.sender.address, item.external_id, item.text) == (
        USER,
        "444573844083572737",
        "Where is my parcel? (love)",
    )
    assert item.sent_at == datetime.fromtimestamp(1795305600.001, tz=UTC)
    assert item.details == {"reply_token": "0f3779fba3b349968c5d07db31eab56f"}


@pytest.mark.parametrize(
    ("name", "file_name", "content_type", "url"),
    [
        ("image", "image_354718705033693859.jpg", "image/jpeg", "line:354718705033693859"),
        ("image_external", "image_354718705033693860.jpg", "image/jpeg", "https://shop.example/a.jpg"),
        ("video", "video_325708.mp4", "video/mp4", "line:325708"),
        ("audio", "audio_325709.m4a", "audio/mp4", "line:325709"),
        ("file", "invoice.pdf", "application/octet-stream", "line:325710"),
    ],
)
def test_file_is_named_and_fetched_by_its_message(name, file_name, content_type, url):
    [file] = only(name).attachments
    assert (file.name, file.content_type, file.url) == (file_name, content_type, url)


def test_pictures_sent_together_know_it():
    assert only("image").details["album"].startswith("E005D41A")


def test_place_and_sticker_are_said_in_words():
    place, sticker = only("location"), only("sticker")
    assert place.text == "my location, 1-3 Kioicho, Chiyoda-ku, Tokyo"
    assert place.details["location"]["latitude"] == 35.67966
    assert sticker.text == "cony, sally, Staring"
    assert sticker.details["sticker"]["url"].endswith("/sticker/52002738/android/sticker.png")


def test_quoted_message_is_what_is_answered():
    assert only("quoted_text").in_reply_to == "444573844083572737"


def test_pressed_button_carries_its_data_and_what_was_chosen():
    item = only("postback")
    assert (item.payload, item.text) == ("storeId=12345", "2017-12-25T01:00")
    assert item.details["chosen"] == {"datetime": "2017-12-25T01:00"}


def test_following_and_unfollowing_is_reach():
    followed, unfollowed = only("follow"), only("unfollow")
    assert isinstance(followed, ReachChanged)
    assert (followed.is_reachable, unfollowed.is_reachable, unfollowed.reason) == (True, False, "unfollow")


def test_unsent_message_is_deleted():
    item = only("unsend")
    assert isinstance(item, MessageChanged)
    assert (item.change, item.change_of) == ("deleted", "444573844083572737")


def test_one_call_brings_several_events():
    items = parse(document("several"))
    assert [type(item) for item in items] == [InboundMessage, InboundMessage, ReachChanged, Ignored]
    assert items[3].reason == "group"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("join", "group"),
        ("video_play_complete", "videoPlayComplete"),
        ("account_link", "accountLink"),
        ("unknown_event", "unknown:thought"),
    ],
)
def test_noise_is_ignored_by_name(name, reason):
    item = only(name)
    assert (type(item), item.reason) == (Ignored, reason)


def test_test_call_holds_nothing():
    assert parse(document("verify")) == []


def test_call_for_another_account_is_dropped():
    [item] = parse(document("example"), bot_user_id="U" + "c" * 32)
    assert item.reason == "other_account"


def test_message_of_an_unknown_kind_is_kept():
    assert only("unknown_message").flags == ["unsupported"]


def test_message_that_another_application_answers_says_so():
    assert only("standby").is_standby


def test_event_delivered_anew_is_the_same_message():
    first, again = document("example"), document("example")
    again["events"][0]["deliveryContext"]["isRedelivery"] = True
    assert parse(first)[0].dedup_key == parse(again)[0].dedup_key


def test_unreadable_event_keeps_its_siblings():
    value = document("several")
    value["events"][0]["source"] = None
    with pytest.raises(ParseError) as fault:
        parse(value)
    assert next(getattr(item, "text", "") for item in fault.value.items) == "two"


@pytest.mark.parametrize(
    "value", [[], {}, {"events": 7}, {"events": [{"type": "message", "source": {"type": "user"}}]}]
)
def test_fault_is_a_parse_error(value):
    with pytest.raises(ParseError):
        parse(value)
