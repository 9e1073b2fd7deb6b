"""What the items of an API call say."""

import base64
import json
from datetime import UTC, datetime

import pytest

from channels_app.adapters.api.parse import parse_items
from channels_app.adapters.base import Address, DeliveryUpdate, Ignored, InboundMessage, MessageChanged, ParseError

MESSAGE = {"type": "message", "id": "m1", "sender": {"id": "c1", "name": "Carla"}, "text": "Hi"}


def parse(*items):
    return parse_items(json.dumps({"items": list(items)}).encode())


def fault(*items):
    with pytest.raises(ParseError) as raised:
        parse(*items)
    return raised.value


def test_message_with_everything():
    (item,) = parse(
        {
            **MESSAGE,
            "thread_id": "order-7",
            "sender": {"id": "c1", "name": "Carla", "email": "Carla@Customer.example"},
            "subject": "A\nB",
            "html": "<p>Hi</p>",
            "sent_at": "2026-11-21T12:00:00+02:00",
            "language": "de",
            "payload": "yes",
            "in_reply_to": "o1",
            "references": ["o0", "o1"],
            "is_auto_reply": True,
            "attachments": [
                {"name": "../a.txt", "content_type": "text/plain", "content_base64": base64.b64encode(b"hi").decode()},
                {"name": "b.png", "url": "https://files.example/b.png"},
            ],
        }
    )
    assert isinstance(item, InboundMessage)
    assert item.sender == Address(address="c1", raw="c1", name="Carla")
    assert item.headers == {"sender-email": "carla@customer.example"}
    assert (item.external_id, item.thread_id, item.subject, item.language) == ("m1", "order-7", "A B", "de")
    assert item.sent_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert (item.text, item.reply_text, item.is_auto_reply) == ("Hi", "Hi", True)
    first, second = item.attachments
    assert (first.name, first.content, second.content, second.url) == (
        "a.txt",
        b"hi",
        None,
        "https://files.example/b.png",
    )


def test_changes_and_statuses():
    edited, status = parse(
        {"type": "change", "id": "x1", "change_of": "m1", "change": "edited", "text": "Hello"},
        {
            "type": "status",
            "status_of": "uuid-1",
            "status": "failed",
            "error_code": "7",
            "reason": "gone",
            "recipient": "c1",
        },
    )
    assert isinstance(edited, MessageChanged)
    assert (edited.change_of, edited.change, edited.text) == ("m1", "edited", "Hello")
    assert isinstance(status, DeliveryUpdate)
    assert (status.status_of, status.status, status.error_code, status.reason) == ("uuid-1", "failed", "7", "gone")


def test_same_item_has_the_same_key_and_others_have_others():
    again = parse(MESSAGE)[0].dedup_key
    assert again == parse({**MESSAGE, "text": "Hi!"})[0].dedup_key
    assert again != parse({**MESSAGE, "id": "m2"})[0].dedup_key
    delivered, read = ({"type": "status", "status_of": "u", "status": status} for status in ("delivered", "read"))
    assert parse(delivered)[0].dedup_key != parse(read)[0].dedup_key


def test_numbers_may_be_ids():
    assert parse({**MESSAGE, "id": 7})[0].external_id == "7"


def test_unknown_type_is_kept_as_ignored():
    (item,) = parse({"type": "typing", "id": "t1"})
    assert isinstance(item, Ignored)
    assert item.reason == "unknown_type:typing"


def test_unreadable_item_keeps_its_siblings():
    error = fault(MESSAGE, {"type": "message", "id": "m2"}, {**MESSAGE, "id": "m3"}, 7)
    assert [item.external_id for item in error.items] == ["m1", "m3"]
    assert "items[1].sender is missing." in error.message
    assert "items[3] is not an object." in error.message


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": ""}, "missing"),
        ({"id": True}, "wrong_type"),
        ({"sender": {"id": " "}}, "missing"),
        ({"text": 5}, "wrong_type"),
        ({"is_auto_reply": "yes"}, "wrong_type"),
        ({"sent_at": "yesterday"}, "invalid_time"),
        ({"sent_at": "2026-99-99T00:00:00Z"}, "invalid_time"),
        ({"text": "x" * 1_000_001}, "too_long"),
        ({"attachments": [{}]}, "missing"),
        ({"attachments": [{"content_base64": "%%%"}]}, "invalid_base64"),
        ({"attachments": [{"url": "a", "content_base64": "YQ=="}]}, "missing"),
        ({"attachments": [{"url": "https://a.example"}] * 51}, "too_many"),
        ({"references": "x"}, "wrong_type"),
        ({"thread_id": "x" * 201}, "too_long"),
        ({"sender": {"id": "x" * 321}}, "too_long"),
    ],
)
def test_fault_names_the_field(changes, code):
    error = fault({**MESSAGE, **changes})
    assert error.code == code
    assert "items[0]" in error.message


def test_too_many_items_are_refused():
    assert fault(*[MESSAGE] * 501).code == "too_many"


@pytest.mark.parametrize(
    ("written", "language"),
    [("de", "de"), ("zh-Hant-TW", "zh-Hant-TW"), ("sl-rozaj-biske-1994", "sl"), ("<script>", ""), ("", "")],
)
def test_language_is_a_tag_that_can_be_stored(written, language):
    assert parse({**MESSAGE, "language": written})[0].language == language


def test_times_without_a_zone_are_utc():
    assert parse({**MESSAGE, "sent_at": "2026-11-21T12:00:00"})[0].sent_at == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_control_characters_are_cleaned():
    (item,) = parse({**MESSAGE, "text": "a\x00b\ud800c", "sender": {"id": "c\x001", "name": "N\r\nX"}})
    assert (item.text, item.sender.name) == ("a\ufffdb\ufffdc", "N X")
