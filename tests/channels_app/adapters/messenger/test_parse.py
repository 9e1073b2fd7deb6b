"""Every documented event of a page becomes what it means."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels_app.adapters.base import (
    ChannelConfig,
    DeliveryUpdate,
    HandedOver,
    Ignored,
    InboundMessage,
    MessageChanged,
    ParseError,
    RawEvent,
)
from channels_app.adapters.messenger.adapter import MessengerAdapter
from helpdesk.common.clock import now
from tests.support.messenger_fake import APP_ID, PAGE_ID, PERSON

PAYLOADS = Path(__file__).resolve().parent / "payloads"
AT = datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)


def parse(name, config=None):
    configured = {"page_id": PAGE_ID, "app_id": APP_ID} if config is None else config
    event = RawEvent(body=(PAYLOADS / f"{name}.json").read_bytes(), received_at=now())
    return MessengerAdapter(ChannelConfig(config=configured)).parse(event)


def only(name):
    (item,) = parse(name)
    return item


def message(name):
    item = only(name)
    assert isinstance(item, InboundMessage)
    return item


def test_text_has_sender_id_and_time_in_utc():
    item = message("example")
    assert (item.sender.address, item.text, item.sent_at) == (PERSON, "Hello, where is my lamp?", AT)
    assert item.external_id.startswith("m_AG5Hz2U7")
    assert (item.is_echo, item.is_public, item.is_standby, item.thread_id) == (False, False, False, "")


def test_every_entry_and_every_event_in_it_is_read():
    items = parse("two_entries_three_messages")
    assert [item.text for item in items] == ["One", "Two", "Three"]
    assert len({item.dedup_key for item in items}) == 3


def test_message_has_the_same_key_in_another_delivery():
    assert message("example").dedup_key == dataclasses.replace(message("example"), text="x").dedup_key
    again = json.loads((PAYLOADS / "example.json").read_text())
    again["entry"][0]["time"] += 1000
    adapter = MessengerAdapter(ChannelConfig())
    (item,) = adapter.parse(RawEvent(body=json.dumps(again).encode()))
    assert item.dedup_key == message("example").dedup_key


def test_page_that_is_not_ours_is_ignored_by_its_own_reason():
    assert [item.reason for item in parse("other_page")] == ["other_account"]
    assert [item.text for item in parse("other_page", config={})] == ["Not for us"]


def test_event_of_another_object_is_ignored():
    adapter = MessengerAdapter(ChannelConfig())
    (item,) = adapter.parse(RawEvent(body=b'{"object":"instagram","entry":[{"id":"1","time":1}]}'))
    assert item.reason == "object:instagram"


def test_files_are_named_typed_and_fetched_later():
    image = message("image").attachments[0]
    assert (image.name, image.content_type, image.content) == ("lamp_n.jpg", "image/jpeg", None)
    assert image.url.startswith("https://scontent.example.net/")
    assert [(file.name, file.content_type) for file in message("audio_video_file").attachments] == [
        ("audioclip.mp4", "video/mp4"),
        ("video.mp4", "video/mp4"),
        ("invoice May.pdf", "application/pdf"),
    ]


def test_sticker_is_a_picture_with_its_number():
    item = message("sticker")
    assert item.details == {"sticker": {"id": "369239263222822"}}
    assert len(item.attachments) == 1


def test_location_has_coordinates():
    place = message("location").details["location"]
    assert (place["latitude"], place["longitude"], place["name"]) == (-23.55052, -46.633308, "Carla's Location")


def test_link_and_product_card_are_readable_as_text():
    assert message("fallback").text == "A lamp\nhttps://shop.example/lamp"
    assert message("template").text == "Reading lamp – € 49"


@pytest.mark.parametrize("name", ["unknown_attachment", "unsupported"])
def test_message_of_an_unknown_type_is_kept_and_flagged(name):
    item = message(name)
    assert "unsupported" in item.flags
    assert item.details["unsupported"]


def test_pressed_buttons_bring_their_payload():
    assert (message("quick_reply").text, message("quick_reply").payload) == ("Yes", "CONFIRM_YES")
    assert (message("postback").text, message("postback").payload) == ("Track my order", "TRACK_ORDER")


def test_where_a_person_came_from_is_kept():
    assert message("get_started_with_referral").details["referral"] == {
        "ref": "spring-sale",
        "source": "SHORTLINK",
        "type": "OPEN_THREAD",
    }
    advertisement = message("message_from_ad").details["referral"]
    assert (advertisement["ad_id"], advertisement["title"]) == ("6045246247433", "Lamps -20%")


def test_answer_names_the_message_it_answers():
    assert message("reply_to_message").in_reply_to == "m_earlier"


def test_echo_of_our_own_app_is_ignored_by_app_or_by_our_mark():
    assert only("echo_of_ours").reason == only("echo_by_metadata").reason == "own_echo"
    assert parse("echo_by_metadata", config={})[0].reason == "own_echo"


def test_echo_of_another_app_is_one_to_the_person():
    item = message("echo_of_another_app")
    assert item.is_echo
    assert (item.sender.address, item.to[0].address) == (PAGE_ID, PERSON)


@pytest.mark.parametrize(
    ("name", "change_of", "change", "text"),
    [
        ("message_edit", "m_edited", "edited", "Where is my blue lamp?"),
        ("reaction", "m_loved", "reaction", "❤️"),
        ("reaction_removed", "m_loved", "reaction", ""),
        ("comment_edited", "5006001_7008001", "edited", "Is the blue one still in stock?"),
        ("comment_removed", "5006001_7008001", "deleted", ""),
    ],
)
def test_change_names_the_message_it_changes(name, change_of, change, text):
    item = only(name)
    assert isinstance(item, MessageChanged)
    assert (item.change_of, item.change, item.text) == (change_of, change, text)


def test_delivery_names_messages_and_the_time_until_which_all_arrived():
    items = parse("delivery")
    assert all(isinstance(item, DeliveryUpdate) and item.recipient == PERSON for item in items)
    assert [(item.status, item.status_of, item.until) for item in items] == [
        ("delivered", "m_sent_1", None),
        ("delivered", "m_sent_2", None),
        ("delivered", "", AT),
    ]
    assert [item.until for item in parse("delivery_without_ids")] == [AT]


def test_reading_is_a_watermark():
    item = only("read")
    assert (item.status, item.status_of, item.recipient, item.until) == ("read", "", PERSON, AT)


def test_message_to_another_app_is_standby():
    item = message("standby")
    assert item.is_standby
    assert item.text == "To the other app"


def test_thread_that_is_passed_to_our_app_is_handed_over():
    item = only("pass_thread_control")
    assert isinstance(item, HandedOver)
    assert item.sender.address == PERSON
    assert parse("pass_thread_control", config={})[0].reason == "handover:pass_thread_control"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("take_thread_control", "handover:take_thread_control"),
        ("request_thread_control", "handover:request_thread_control"),
        ("app_roles", "handover:app_roles"),
        ("referral", "referral"),
        ("unknown_event", "unknown:telepathy"),
        ("comment_hidden", "comment:hide"),
        ("comment_of_the_page", "own_comment"),
        ("post_liked", "feed:reaction"),
    ],
)
def test_event_that_nobody_answers_is_ignored_by_name(name, reason):
    item = only(name)
    assert isinstance(item, Ignored)
    assert item.reason == reason


def test_unreadable_event_stops_none_of_the_others():
    with pytest.raises(ParseError) as fault:
        parse("without_sender")
    assert [item.text for item in fault.value.items] == ["Read all the same"]


def test_comment_is_public_and_belongs_to_post_and_person():
    item = message("comment_added")
    assert item.is_public
    assert (item.sender.address, item.sender.name, item.external_id) == (PERSON, "Carla Cruz", "5006001_7008001")
    assert item.thread_id == f"{PAGE_ID}_5006001:{PERSON}"
    assert item.details["post"] == {
        "id": f"{PAGE_ID}_5006001",
        "permalink": "https://www.facebook.com/acme/posts/5006001",
        "text": "",
    }
    assert item.details["comment"] == {"id": "5006001_7008001", "parent_id": ""}
    assert item.sent_at == AT


def test_comment_under_a_comment_names_it_and_stays_in_the_conversation_of_the_post():
    item = message("comment_nested")
    assert item.details["comment"]["parent_id"] == item.in_reply_to == "5006001_7008001"
    assert item.thread_id == message("comment_added").thread_id


def test_two_persons_under_a_post_with_an_endless_id_do_not_meet():
    def thread(person):
        value = {"item": "comment", "verb": "add", "post_id": "9" * 250, "comment_id": "7", "from": {"id": person}}
        body = {"object": "page", "entry": [{"id": PAGE_ID, "changes": [{"field": "feed", "value": value}]}]}
        (item,) = MessengerAdapter(ChannelConfig()).parse(RawEvent(body=json.dumps(body).encode()))
        return item.thread_id

    assert thread("1") != thread("2")


def test_photo_of_a_comment_is_a_file():
    item = message("comment_with_photo")
    assert (item.attachments[0].name, item.text) == ("broken.jpg", "It came like this")


def test_comment_whose_author_is_not_told_is_kept():
    assert message("comment_without_author").sender.address == "comment:5006001_7008001"


def test_post_of_a_visitor_is_a_public_message():
    item = message("post_of_a_visitor")
    assert item.is_public
    assert (item.external_id, item.details["post"]["text"]) == (f"{PAGE_ID}_9", "Your shop never answers")


def deliver(event):
    body = json.dumps({"object": "page", "entry": [{"id": PAGE_ID, "time": 1, "messaging": [event]}]})
    return MessengerAdapter(ChannelConfig()).parse(RawEvent(body=body.encode()))


@pytest.mark.parametrize(
    "event",
    [
        {"sender": {"id": PERSON}, "message": {"mid": 7, "text": ["x"]}},
        {"sender": "me", "message": {"mid": "m"}},
        {"sender": {"id": PERSON}, "message": []},
        {"sender": {"id": PERSON}, "message": {"mid": "m", "attachments": {"type": "image"}}},
        {"sender": {"id": PERSON}, "message": {"mid": "m" * 400, "text": "x"}},
        {"sender": {"id": PERSON}, "delivery": {"mids": [1]}},
        {"sender": {"id": PERSON}, "reaction": {}},
        {"sender": {"id": PERSON}, "message": {"mid": "m", "attachments": [{"type": "image"}] * 51}},
    ],
)
def test_wrong_types_and_sizes_are_parse_errors(event):
    with pytest.raises(ParseError):
        deliver(event)


@pytest.mark.parametrize("timestamp", [-1, 10**15, "soon", 0, None])
def test_impossible_time_gives_way_to_the_time_of_the_delivery(timestamp):
    (item,) = deliver({"sender": {"id": PERSON}, "timestamp": timestamp, "message": {"mid": "m", "text": "x"}})
    assert item.sent_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
