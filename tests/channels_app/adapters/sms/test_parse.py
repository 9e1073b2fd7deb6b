"""What Twilio's messaging webhooks say."""

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
from channels_app.adapters.sms.adapter import SmsAdapter
from helpdesk.common.clock import now

PAYLOADS = Path(__file__).resolve().parent / "payloads"
AT = now()


def items(name, **config):
    body = (PAYLOADS / f"{name}.form").read_bytes()
    return SmsAdapter(ChannelConfig(config=config, from_name="Acme")).parse(RawEvent(body=body, received_at=AT))


def answer(name, **config):
    body = (PAYLOADS / f"{name}.form").read_bytes()
    adapter = SmsAdapter(ChannelConfig(config=config, from_name="Acme & Sons"))
    return adapter.reply_body(RawEvent(body=body, received_at=AT))[1].decode()


def test_message_has_its_sender_text_and_time():
    (message,) = items("example")
    assert isinstance(message, InboundMessage)
    assert message.sender.address == "+447700900001"
    assert message.text == "Where is my order 4711? Grüße 🙂"
    assert (message.external_id, message.sent_at) == ("SM" + "0" * 31 + "1", AT)
    assert message.details["number_from"] == {"country": "GB"}


def test_pictures_and_files_come_with_their_address_and_type():
    (message,) = items("mms_two_pictures")
    assert [(file.content_type, file.name[-4:]) for file in message.attachments] == [
        ("image/jpeg", ".jpg"),
        ("application/pdf", ".pdf"),
    ]
    assert all(file.url.startswith("https://api.twilio.com/") for file in message.attachments)


@pytest.mark.parametrize("name", ["stop", "stop_german", "stop_advanced_opt_out"])
def test_stop_is_kept_and_ends_the_reach(name):
    message, reach = items(name)
    assert isinstance(reach, ReachChanged)
    assert (reach.is_reachable, reach.reason, reach.sender) == (False, "stop", message.sender)
    assert message.flags == ["opt_out"]
    assert message.is_auto_reply


def test_start_opens_the_reach_again():
    message, reach = items("start")
    assert (reach.is_reachable, message.is_auto_reply) == (True, True)


def test_yes_opens_the_reach_and_stays_a_customers_answer():
    message, reach = items("yes")
    assert (reach.is_reachable, message.is_auto_reply) == (True, False)


def test_help_is_answered_with_the_brands_name():
    (message,) = items("help")
    assert message.flags == ["asks_help"]
    assert "<Message>Acme &amp; Sons: write your question here" in answer("help")
    assert "Schreiben Sie Ihre Frage" in answer("help", language="de")
    assert "<Message>Call 1.</Message>" in answer("help", help_answer="Call 1.")


def test_help_that_twilio_answers_and_every_other_message_gets_an_empty_answer():
    assert answer("help", leaves_help_to_twilio=True).endswith("<Response/>")
    assert answer("example").endswith("<Response/>")
    assert answer("stop").endswith("<Response/>")


def test_message_of_another_network_is_refused_with_what_to_do():
    with pytest.raises(ParseError) as refused:
        items("whatsapp")
    assert refused.value.code == "other_network"
    assert "channel of that kind" in refused.value.message


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("status_sent", "sent", ""),
        ("status_delivered", "delivered", ""),
        ("status_undelivered", "failed", "30003"),
    ],
)
def test_report_says_what_became_of_our_message(name, status, code):
    (update,) = items(name)
    assert isinstance(update, DeliveryUpdate)
    assert (update.status, update.error_code, update.recipient) == (status, code, "+447700900001")
    assert bool(update.reason) == bool(code)


def test_report_that_the_customer_had_stopped_ends_the_reach():
    update, reach = items("status_failed_opted_out")
    assert (update.error_code, reach.is_reachable, reach.sender.address) == ("21610", False, "+447700900001")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("status_queued", "queued"), ("status_read", "read"), ("status_unknown", "unknown:teleported")],
)
def test_report_of_no_interest_stays_visible(name, reason):
    (ignored,) = items(name)
    assert isinstance(ignored, Ignored)
    assert ignored.reason == reason


def test_states_of_one_message_are_told_apart():
    keys = {items(name)[0].dedup_key for name in ("status_queued", "status_sent", "status_delivered")}
    assert len(keys) == 3


def test_request_for_another_account_is_dropped():
    (ignored,) = items("example", account_sid="AC" + "f" * 32)
    assert ignored.reason == "other_account"


def test_answer_names_the_message_it_answers():
    assert items("reply_to_message")[0].details["answers"] == "SM" + "0" * 30 + "63"


def test_message_without_text_and_files_is_kept_as_unsupported():
    body = b"MessageSid=SM1&From=%2B447700900001&Body=&NumMedia=0"
    (message,) = SmsAdapter(ChannelConfig()).parse(RawEvent(body=body, received_at=AT))
    assert message.flags == ["unsupported"]


@pytest.mark.parametrize("body", [b"", b"MessageSid=", b"MessageSid=%00", b"{}", b'{"MessageSid": {"a": 1}}', b"[1]"])
def test_what_is_no_webhook_cannot_be_read(body):
    with pytest.raises(ParseError):
        SmsAdapter(ChannelConfig()).parse(RawEvent(body=body))
