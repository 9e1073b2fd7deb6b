"""What Telegram's updates say."""

import json
from datetime import UTC, datetime

import pytest

from channels_app.adapters.base import (
    Address,
    ChannelConfig,
    Ignored,
    InboundMessage,
    MessageChanged,
    ParseError,
    RawEvent,
    ReachChanged,
)
from channels_app.adapters.telegram.adapter import TelegramAdapter

CARLA = Address(address="7000000001", name="Carla Customer", raw="@carla_c")


@pytest.fixture
def read(captured):
    def parse(name):
        [item] = TelegramAdapter(ChannelConfig()).parse(captured(name))
        return item

    return parse


def parse_json(value):
    return TelegramAdapter(ChannelConfig()).parse(RawEvent(body=json.dumps(value).encode()))


def test_text_says_who_wrote_what_and_when(read):
    item = read("example")
    assert isinstance(item, InboundMessage)
    assert (item.sender, item.external_id, item.text) == (CARLA, "7000000001:1365", "Where is my parcel?")
    assert item.sent_at == datetime.fromtimestamp(1795305600 + 1365, tz=UTC)
    assert (item.language, item.is_echo, item.in_reply_to) == ("es", False, "")


def test_photo_is_the_largest_size_with_its_caption_and_album(read):
    item = read("photo_with_caption")
    [photo] = item.attachments
    assert (photo.url, photo.name, photo.content_type) == ("telegram:AgACAgIAAx-l", "photo_AQADl.jpg", "image/jpeg")
    assert (item.text, item.details["album"]) == ("This is how it came", "13577665444")


@pytest.mark.parametrize(
    ("payload", "name", "content_type"),
    [
        ("document", "invoice.pdf", "application/pdf"),
        ("audio", "song.mp3", "audio/mpeg"),
        ("video", "video_AgADvi.mp4", "video/mp4"),
        ("video_note", "video_note_AgADn.mp4", "video/mp4"),
        ("animation", "cat.mp4", "video/mp4"),
        ("sticker", "sticker_AgADs.tgs", "application/x-tgsticker"),
    ],
)
def test_file_comes_with_name_and_type(read, payload, name, content_type):
    [file] = read(payload).attachments
    assert (file.name, file.content_type, file.content) == (name, content_type, None)


def test_voice_is_a_file_of_its_own(read):
    [file] = read("voice").attachments
    assert file.content_type == "audio/ogg"
    assert file.url == "telegram:AwACAgIAAx-v"


def test_answer_to_a_message_names_it(read):
    assert read("document").in_reply_to == "7000000001:1365"


@pytest.mark.parametrize(
    ("payload", "text", "details"),
    [
        ("sticker", "🎉", {"sticker": {"emoji": "🎉", "set": "HotCherry"}}),
        (
            "venue",
            "Puerta del Sol, Plaza, Madrid",
            {
                "location": {
                    "latitude": 40.4168,
                    "longitude": -3.7038,
                    "name": "Puerta del Sol",
                    "address": "Plaza, Madrid",
                }
            },
        ),
        (
            "location",
            "40.4168, -3.7038",
            {"location": {"latitude": 40.4168, "longitude": -3.7038, "name": "", "address": ""}},
        ),
        (
            "contact",
            "Carla Customer +34600000000",
            {"contacts": [{"name": "Carla Customer", "phones": ["+34600000000"], "is_own": True}]},
        ),
        ("poll", "Which one?\n- Red\n- Blue", {"poll": {"question": "Which one?", "options": ["Red", "Blue"]}}),
        ("dice", "🎲 4", {"dice": {"emoji": "🎲", "value": 4}}),
        ("start_with_payload", "/start order_17", {"referral": {"source": "start", "payload": "order_17"}}),
        ("forwarded", "They told me this", {"forwarded": {"from": "Bob Friend"}}),
        ("business_message", "Are you open today?", {"business_connection_id": "bc-1"}),
    ],
)
def test_what_is_no_text_is_kept_and_said_in_words(read, payload, text, details):
    item = read(payload)
    assert (item.text, item.details) == (text, details)


def test_contact_proves_no_address(read):
    assert not read("contact").aliases


def test_edit_changes_the_message(read):
    item = read("edited_message")
    assert isinstance(item, MessageChanged)
    assert (item.change, item.change_of, item.text) == ("edited", "7000000001:1365", "Where is my second parcel?")
    assert item.sent_at == datetime.fromtimestamp(1795309999, tz=UTC)


def test_pressed_button_says_its_title_and_carries_its_data(read):
    item = read("callback_query")
    assert (item.text, item.payload, item.in_reply_to) == ("Yes, please", "yes", "7000000001:1500")
    assert item.sender == CARLA


def test_blocked_bot_is_a_person_out_of_reach(read, captured):
    item = read("my_chat_member_blocked")
    assert isinstance(item, ReachChanged)
    assert (item.sender, item.is_reachable, item.reason) == (CARLA, False, "blocked")
    other = TelegramAdapter(ChannelConfig(secrets={"bot_token": "999:x"})).parse(captured("my_chat_member_blocked"))
    assert [(type(one), one.reason) for one in other] == [(Ignored, "other_bot")]


def test_bot_taken_back_is_in_reach(captured):
    update = json.loads(captured("my_chat_member_blocked").body)
    update["my_chat_member"]["new_chat_member"]["status"] = "member"
    [item] = parse_json(update)
    assert (item.is_reachable, item.reason) == (True, "")


def test_reaction_belongs_to_our_message(read):
    item = read("message_reaction")
    assert (item.change, item.change_of, item.text) == ("reaction", "7000000001:1500", "👍")


def test_reaction_taken_away_is_an_empty_one(captured):
    update = json.loads(captured("message_reaction").body)
    update["message_reaction"]["new_reaction"] = []
    [item] = parse_json(update)
    assert (item.change, item.text, item.sender) == ("reaction", "", CARLA)


def test_business_account_that_answers_itself_is_no_customer(captured):
    update = json.loads(captured("business_message").body)
    update["business_message"]["from"] = {"id": 5, "is_bot": False, "first_name": "Owner"}
    [item] = parse_json(update)
    assert (item.is_echo, item.sender.address, [one.address for one in item.to]) == (True, "5", ["7000000001"])


def test_every_deleted_message_is_named(captured):
    items = TelegramAdapter(ChannelConfig()).parse(captured("deleted_business_messages"))
    assert [(item.change, item.change_of) for item in items] == [
        ("deleted", "7000000001:1378"),
        ("deleted", "7000000001:1379"),
    ]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [("group_message", "group"), ("channel_post", "group"), ("unknown_update", "unknown:thought")],
)
def test_noise_is_ignored_by_name(read, payload, reason):
    item = read(payload)
    assert (type(item), item.reason) == (Ignored, reason)


def test_message_of_an_unknown_kind_is_kept(read):
    item = read("unknown_content")
    assert (item.text, item.flags) == ("", ["unsupported"])


def test_service_message_is_nobodys_word(captured):
    update = json.loads(captured("example").body)
    update["message"] = {**update["message"], "text": None, "pinned_message": {"message_id": 1}}
    assert parse_json(update)[0].reason == "service:pinned_message"


def test_same_message_has_one_key_whatever_the_update_is_called(captured):
    update = json.loads(captured("example").body)
    again = {**update, "update_id": 99}
    assert parse_json(update)[0].dedup_key == parse_json(again)[0].dedup_key


@pytest.mark.parametrize(
    "change",
    [
        {"from": None},
        {"chat": 7},
        {"chat": {"type": "private"}},
        {"message_id": None},
        {"date": 10**19},
        {"text": ["x"]},
        {"photo": [{"width": "wide"}]},
        {"photo": [{"width": 1, "height": 1}]},
        {"location": {"latitude": "north"}},
        {"text": "x" * 200_000},
    ],
)
def test_fault_in_a_message_is_a_parse_error(captured, change):
    update = json.loads(captured("example").body)
    update["message"] = {**update["message"], **change}
    with pytest.raises(ParseError):
        parse_json(update)
