"""Every documented event of an Instagram account becomes what it means."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels_app.adapters.base import ChannelConfig, DeliveryUpdate, InboundMessage, MessageChanged, RawEvent
from channels_app.adapters.instagram.adapter import InstagramAdapter
from helpdesk.common.clock import now
from tests.support.messenger_fake import ACCOUNT_ID

PAYLOADS = Path(__file__).resolve().parent / "payloads"
AT = datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)
PERSON = "1254459154682919"


def only(name, **config):
    event = RawEvent(body=(PAYLOADS / f"{name}.json").read_bytes(), received_at=now())
    configured = {"account_id": ACCOUNT_ID, "username": "acme.shop"} | config
    (item,) = InstagramAdapter(ChannelConfig(config=configured)).parse(event)
    return item


def message(name):
    item = only(name)
    assert isinstance(item, InboundMessage)
    return item


def test_text_has_sender_and_time():
    item = message("example")
    assert (item.sender.address, item.text, item.sent_at) == (PERSON, "Do you ship to Lisbon?", AT)


def test_answer_to_a_story_brings_the_story_before_it_ends():
    item = message("story_reply")
    assert item.text == "I want this one"
    assert item.details["story"]["kind"] == "reply"
    assert item.details["story"]["id"] == "17988888888888888"
    assert item.attachments[0].url == "https://lookaside.example.net/story.jpg"


def test_mention_in_a_story_brings_the_story():
    item = message("story_mention")
    assert item.details["story"]["kind"] == "mention"
    assert item.attachments[0].url == "https://lookaside.example.net/mention.jpg"
    assert not item.is_public


def test_shared_posts_and_reels_are_links():
    assert message("share").details["links"] == [
        {"kind": "share", "title": "", "url": "https://lookaside.example.net/shared"}
    ]
    assert message("ig_reel").text == "How to fix a lamp\nhttps://lookaside.example.net/reel.mp4"


def test_buttons_answers_and_advertisements_are_told():
    assert message("quick_reply").payload == "YES"
    assert message("postback").payload == "HOURS"
    assert message("reply_to_message").in_reply_to == "ig_earlier"
    assert message("message_from_ad").details["referral"]["ad_id"] == "123"


def test_unsent_message_is_deleted():
    item = only("unsend")
    assert isinstance(item, MessageChanged)
    assert (item.change_of, item.change) == ("ig_gone", "deleted")


def test_unsupported_message_is_kept():
    assert message("unsupported").flags == ["unsupported"]


def test_echo_names_the_person_it_went_to():
    item = message("echo")
    assert item.is_echo
    assert (item.sender.address, item.to[0].address) == (ACCOUNT_ID, PERSON)


def test_seen_message_is_read_with_all_before_it():
    item = only("read")
    assert isinstance(item, DeliveryUpdate)
    assert (item.status, item.status_of, item.until, item.recipient) == ("read", "ig_sent", AT, PERSON)


def test_edit_and_reaction_name_their_message():
    assert (only("message_edit").change_of, only("message_edit").text) == ("ig_edited", "Do you ship to Porto?")
    assert (only("reaction").change_of, only("reaction").text) == ("ig_loved", "❤")


def test_message_to_another_app_is_standby():
    assert message("standby").is_standby


def test_message_that_comes_as_a_change_is_one():
    item = message("messages_as_change")
    assert (item.sender.address, item.text, item.sent_at) == (PERSON, "random_text", AT)


@pytest.mark.parametrize(("name", "text"), [("comment", "How much is it?"), ("comment_as_documented", "Documented")])
def test_comment_is_public_and_belongs_to_media_and_person(name, text):
    item = message(name)
    assert item.is_public
    assert (item.sender.address, item.sender.name, item.text) == (PERSON, "carla.cruz", text)
    assert item.thread_id == f"18012345678901234:{PERSON}"
    assert item.details["post"]["id"] == "18012345678901234"


def test_nested_comment_names_its_parent_and_one_on_an_advertisement_the_ad():
    assert message("comment_nested").details["comment"]["parent_id"] == "17865799348089039"
    assert message("comment_on_ad").details["referral"]["ad_id"] == "6045246247433"


def test_comment_under_a_live_video_is_a_comment():
    assert message("live_comment").is_public


@pytest.mark.parametrize("config", [{}, {"account_id": ""}, {"account_id": "", "username": ""}])
def test_our_own_comment_is_no_message(config):
    assert only("comment_of_ours", **config).reason == "own_comment"


def test_our_own_comment_is_known_by_name_where_the_id_differs():
    delivery = json.loads((PAYLOADS / "comment_of_ours.json").read_text())
    delivery["entry"][0]["changes"][0]["value"]["from"]["id"] = "99"
    adapter = InstagramAdapter(ChannelConfig(config={"account_id": ACCOUNT_ID, "username": "Acme.Shop"}))
    (item,) = adapter.parse(RawEvent(body=json.dumps(delivery).encode()))
    assert item.reason == "own_comment"


def test_mention_says_what_has_to_be_fetched():
    item = message("mention_in_comment")
    assert item.details["mention"] == {"media_id": "17887498072083520", "comment_id": "17887498072083521"}
    assert (item.sender.kind, item.flags) == ("instagram_username", ["not_fetched", "unsupported"])
    assert message("mention_in_caption").details["mention"]["comment_id"] == ""


def test_figures_of_stories_are_ignored_by_name():
    assert only("story_insights").reason == "unknown:story_insights"
