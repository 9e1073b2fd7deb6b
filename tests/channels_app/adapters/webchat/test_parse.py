import json
from pathlib import Path

import pytest

from channels_app.adapters.base import ChannelConfig, DeliveryUpdate, Ignored, InboundMessage, RawEvent
from channels_app.adapters.webchat.adapter import WebchatAdapter
from helpdesk.common.errors import ParseError

EXAMPLE = json.loads((Path(__file__).parent / "payloads" / "example.json").read_text())


def parse(**changes):
    return WebchatAdapter(ChannelConfig()).parse(RawEvent(body=json.dumps({**EXAMPLE, **changes}).encode()))[0]


def key(**changes):
    return WebchatAdapter(ChannelConfig()).event_key(RawEvent(body=json.dumps({**EXAMPLE, **changes}).encode()))


def test_message_says_who_where_and_in_which_language():
    item = parse()
    assert isinstance(item, InboundMessage)
    assert (item.sender.address, item.sender.name) == ("visitor:0f3c5a7e9b1d4c2fa8e6d4b2c0a8f6e4", "Carla Cruz")
    assert item.details["page"]["url"] == "https://shop.example/lamps/orion"
    assert item.details["browser"] == {"language": "es", "time_zone": "Europe/Madrid"}
    assert item.details["answers"] == [{"question": "Order number", "answer": "10023"}]
    assert item.attachments[0].content == b"Orion"


def test_mail_address_that_a_visitor_names_is_kept_as_a_word_and_proves_nothing():
    item = parse()
    assert item.details["said_email"] == "carla@customer.example"
    assert item.aliases == ()


def test_mail_address_that_the_site_signed_for_is_his():
    item = parse(visitor={"address": "user:Carla@Customer.example", "name": "Carla"})
    assert [(alias.kind, alias.address) for alias in item.aliases] == [("email", "carla@customer.example")]


def test_same_id_of_two_visitors_is_two_messages():
    other = {"visitor": {"address": "visitor:ffffffffffffffffffffffffffffffff"}}
    assert key() != key(**other)
    assert parse().dedup_key != parse(**other).dedup_key


def test_same_id_of_one_visitor_is_one_message_whatever_it_says():
    assert key() == key(text="Something else")


@pytest.mark.parametrize(
    "visitor", [None, {}, {"address": ""}, {"address": "email:carla@customer.example"}, {"address": "visitor:"}, []]
)
def test_event_without_a_visitor_is_refused(visitor):
    with pytest.raises(ParseError):
        parse(visitor=visitor)


def test_event_of_an_unknown_type_stays_visible():
    item = parse(type="dance")
    assert isinstance(item, Ignored)
    assert item.reason == "unknown:dance"


def test_receipt_speaks_of_our_message():
    item = parse(type="receipt", status="read", message="m-1")
    assert isinstance(item, DeliveryUpdate)
    assert (item.status, item.status_of) == ("read", "m-1")
