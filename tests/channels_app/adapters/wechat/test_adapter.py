"""Sending, files, the shared token and answers in the same call, against a server that speaks WeChat's API."""

import dataclasses
from pathlib import Path

import pytest

from channels_app.adapters.base import (
    AdapterError,
    Address,
    ChannelConfig,
    InboundAttachment,
    OutboundAttachment,
    OutboundMessage,
    RawEvent,
)
from channels_app.adapters.wechat.adapter import WeChatAdapter
from channels_app.adapters.wechat.signing import decrypt
from channels_app.adapters.wechat.xml import read_xml
from tests.support.http_fake import Reply
from tests.support.wechat_fake import APP_SECRET

TEXT = RawEvent(body=(Path(__file__).parent / "payloads" / "example.xml").read_bytes())
SUBSCRIBED = RawEvent(body=(Path(__file__).parent / "payloads" / "event_subscribe.xml").read_bytes())
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def message(**values):
    return OutboundMessage(**({"uuid": "u1", "recipient": Address(address="o1"), "text": "您好 “]]>” <b>"} | values))


def picture(content_type="image/png"):
    return OutboundAttachment(name='a"\r\nb.png', content_type=content_type, size=4, open_content=lambda: b"\x89PNG")


def test_text_arrives_as_it_was_written(account, fake):
    assert account.send(message()).external_id == "u1"
    assert fake.sent == [{"touser": "o1", "msgtype": "text", "text": {"content": "您好 “]]>” <b>"}}]


def test_file_is_uploaded_and_sent_by_its_id(account, fake):
    account.send(message(text="", attachments=[picture()]))
    assert fake.uploads == [("image", b"\x89PNG")]
    assert fake.sent[0]["msgtype"] == "image"


def test_token_is_fetched_once_for_every_process(account, fake):
    account.send(message())
    WeChatAdapter(account.channel).send(message())
    assert fake.tokens_given == 1


def test_ended_token_is_replaced_once_and_the_message_sent(account, fake):
    account.send(message())
    fake.end_token()
    account.send(message())
    assert (fake.tokens_given, len(fake.sent)) == (2, 2)


def test_token_that_is_refused_twice_is_given_up(account, fake):
    fake.refuse_next = [40001, 42001]
    with pytest.raises(AdapterError):
        account.send(message())
    assert (fake.tokens_given, fake.sent) == (2, [])


def test_new_secret_never_meets_the_token_of_the_old_one(account, fake):
    account.send(message())
    other = WeChatAdapter(dataclasses.replace(account.channel, secrets={"app_secret": "wrong"}))
    with pytest.raises(AdapterError) as refusal:
        other.send(message())
    assert refusal.value.concerns_channel


@pytest.mark.parametrize(
    ("code", "name", "permanent", "concerns_channel"),
    [
        (-1, "provider_busy", False, False),
        (45015, "window_closed", True, False),
        (45047, "message_limit", True, False),
        (48001, "no_permission", True, True),
        (45009, "quota", False, False),
        (40164, "address_not_allowed", True, True),
        (43004, "not_following", True, False),
        (99999, "wechat_99999", True, False),
    ],
)
def test_return_codes_tell_passing_from_permanent(account, fake, code, name, permanent, concerns_channel):
    fake.refuse_next = [code]
    with pytest.raises(AdapterError) as refusal:
        account.send(message())
    error = refusal.value
    assert (error.code, error.permanent, error.concerns_channel) == (name, permanent, concerns_channel)
    assert not error.is_uncertain


def test_lost_answer_leaves_the_outcome_open(account, fake):
    account.send(message())
    fake.http.answer = lambda call: Reply(is_cut=True)
    with pytest.raises(AdapterError) as refusal:
        account.send(message())
    assert refusal.value.is_uncertain
    assert "token" not in refusal.value.message


def test_file_of_a_customer_is_fetched(account, fake):
    fake.media["media-1"] = ("image/jpeg", b"\xff\xd8\xff")
    found = account.fetch_media(InboundAttachment(name="image.jpg", content_type="image/jpeg", url="media:media-1"))
    assert found.content == b"\xff\xd8\xff"


def test_refusal_instead_of_bytes_is_no_file(account, fake):
    with pytest.raises(AdapterError) as refusal:
        account.fetch_media(InboundAttachment(name="image.jpg", content_type="image/jpeg", url="media:gone"))
    assert refusal.value.permanent


def test_film_is_fetched_from_the_address_that_wechat_names(account, fake):
    fake.media["media-3"] = ("text/plain", b'{"video_url": "%s/film"}' % fake.http.url.encode())
    answer = fake.http.answer
    fake.http.answer = lambda call: Reply(body=b"film") if call.path == "/film" else answer(call)
    found = account.fetch_media(InboundAttachment(name="video.mp4", content_type="video/mp4", url="media:media-3"))
    assert found.content == b"film"


def test_connection_test_says_what_works(account):
    assert all(finding.is_ok for finding in account.check())


def test_call_is_answered_with_success(account):
    assert account.reply_body(TEXT) == ("text/plain", b"success")
    assert account.reply_body(RawEvent(body=b"<")) == ("text/plain", b"success")


def with_replies(account, **config):
    return WeChatAdapter(dataclasses.replace(account.channel, config={**account.channel.config, **config}))


def test_first_message_of_the_day_is_acknowledged_in_the_same_call(account):
    adapter = with_replies(account, instant_reply="Thank you ]]> soon")
    content_type, body = adapter.reply_body(TEXT)
    fields = read_xml(body)
    assert content_type == "application/xml"
    assert (fields["ToUserName"], fields["Content"]) == ("oia2TjuEGTNoeX76QEjQNrcURxG8", "Thank you ]]> soon")
    assert adapter.reply_body(TEXT) == ("text/plain", b"success")


def test_new_follower_is_greeted(account):
    fields = read_xml(with_replies(account, subscribe_reply="Welcome").reply_body(SUBSCRIBED)[1])
    assert (fields["FromUserName"], fields["Content"]) == ("gh_7f083739789a", "Welcome")


def test_answer_in_safe_mode_is_encrypted(fake, db):
    secrets = {"app_secret": APP_SECRET, "tokens": ["spamtest"], "aes_keys": [KEY]}
    plain = WeChatAdapter(ChannelConfig(uuid="u", config=fake.config(subscribe_reply="Welcome"), secrets=secrets))
    safe = WeChatAdapter(dataclasses.replace(plain.channel, config={**plain.channel.config, "mode": "aes"}))
    from channels_app.adapters.wechat.envelope import Account, seal

    sealed = seal(SUBSCRIBED.body, Account.of(safe.channel), at=1, nonce="n")
    fields = read_xml(safe.reply_body(RawEvent(body=sealed))[1])
    opened = read_xml(decrypt(fields["Encrypt"], keys=[KEY], app_id=fake.config()["app_id"]))
    assert opened["Content"] == "Welcome"
