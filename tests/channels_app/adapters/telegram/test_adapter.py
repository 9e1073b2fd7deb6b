"""Fetching, sending, files and set-up against a Bot API on the loopback."""

import json
import logging
from datetime import timedelta

import pytest

from channels_app.adapters.base import (
    AdapterError,
    Address,
    Choice,
    InboundAttachment,
    OutboundAttachment,
    OutboundMessage,
    SignatureError,
    WebhookRequest,
)
from channels_app.adapters.telegram.forms import TelegramConfigForm
from helpdesk.common.clock import now, told_time
from tests.support.http_fake import Reply
from tests.support.telegram_fake import TOKEN

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
FIRST, SECOND = "first_secret_of_the_webhook", "second_secret_of_the_webhook"


def message(**changes):
    values = {"uuid": "uuid-1", "recipient": Address(address="7000000001", name="Carla"), "text": "Hello"}
    return OutboundMessage(**values | changes)


def file(name, content_type, content=PNG, size=None):
    return OutboundAttachment(
        name=name, content_type=content_type, size=size or len(content), open_content=lambda: content
    )


def failure(adapter, **changes):
    with pytest.raises(AdapterError) as failed:
        adapter.send(message(**changes))
    return failed.value


def webhook(secret):
    headers = {} if secret is None else {"x-telegram-bot-api-secret-token": secret}
    return WebhookRequest(method="POST", body=b"{}", headers=headers, query={}, url="https://x/", received_at=now())


@pytest.mark.parametrize("secret", [FIRST, SECOND])
def test_every_live_secret_opens_the_door(adapter, secret):
    adapter.verify(webhook(secret))


@pytest.mark.parametrize("secret", [None, "", FIRST[:-1], FIRST + "x", "ü"])
def test_wrong_secret_is_refused(adapter, secret):
    with pytest.raises(SignatureError):
        adapter.verify(webhook(secret))


def test_poll_goes_on_behind_what_is_stored(adapter, bot):
    for number in range(250):
        bot.deliver(message={"message_id": number})
    cursor, sizes = {}, []
    for _ in range(4):
        result = adapter.poll(cursor)
        sizes.append((len(result.events), result.has_more))
        cursor = result.cursor
    assert sizes == [(100, True), (100, True), (50, False), (0, False)]
    assert cursor["offset"] == 251
    assert "edited_message" in json.loads(bot.http.calls[0].body)["allowed_updates"]


def test_poll_asks_from_the_oldest_once_its_offset_may_be_out_of_count(adapter, bot):
    bot.updates = [{"update_id": 900, "message": {"message_id": 1}}]
    cursor = adapter.poll({}).cursor
    bot.updates = [{"update_id": 17, "message": {"message_id": 2}}]
    with told_time(now() + timedelta(days=8)):
        assert len(adapter.poll(cursor).events) == 1


def test_poll_tells_that_somebody_else_takes_the_messages(adapter, bot):
    bot.webhook = {"url": "https://elsewhere.example/"}
    with pytest.raises(AdapterError) as failed:
        adapter.poll({})
    assert (failed.value.code, failed.value.permanent) == ("conflict", False)


def test_only_a_channel_set_to_polling_is_polled(make_adapter):
    assert make_adapter().is_polled
    assert not make_adapter(delivery="webhook").is_polled


def test_pressed_button_is_answered_both_ways(adapter, bot, captured):
    event = captured("callback_query")
    adapter.after_stored([event, captured("example")])
    assert bot.answered_buttons == ["4382bfdwdsb323b2d9"]
    content_type, body = adapter.reply_body(event)
    assert content_type == "application/json"
    assert json.loads(body) == {"method": "answerCallbackQuery", "callback_query_id": "4382bfdwdsb323b2d9"}
    assert adapter.reply_body(captured("example")) is None


def test_text_is_sent_to_the_chat(adapter, bot):
    receipt = adapter.send(message(in_reply_to="7000000001:1365"))
    assert bot.sent == [("sendMessage", {"chat_id": 7000000001, "text": "Hello"})]
    assert receipt.external_id == "7000000001:1001"


def test_answer_quotes_the_message_where_the_channel_says_so(make_adapter, bot):
    make_adapter(quotes_message=True).send(message(in_reply_to="7000000001:1365"))
    assert bot.sent[0][1]["reply_parameters"] == {"message_id": 1365, "allow_sending_without_reply": True}


def test_buttons_stand_under_the_message(adapter, bot):
    adapter.send(message(choices=[Choice(payload="yes", title="Yes"), Choice(payload="no", title="No")]))
    assert bot.sent[0][1]["reply_markup"] == {
        "inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}], [{"text": "No", "callback_data": "no"}]]
    }
    assert failure(adapter, choices=[Choice(payload="x" * 65, title="Yes")]).code == "choice_too_long"


@pytest.mark.parametrize(("asked", "key"), [("location", "request_location"), ("phone", "request_contact")])
def test_customer_is_asked_by_telegrams_own_button(adapter, bot, asked, key):
    adapter.send(message(asks_for=asked))
    assert bot.sent[0][1]["reply_markup"]["keyboard"][0][0][key] is True


def test_answer_to_a_business_chat_goes_by_its_connection(adapter, bot):
    adapter.send(message(answers_details={"business_connection_id": "bc-1"}))
    assert bot.sent[0][1]["business_connection_id"] == "bc-1"


@pytest.mark.parametrize(
    ("name", "content_type", "size", "method", "field"),
    [
        ("a.png", "image/png", None, "sendPhoto", "photo"),
        ("a.png", "image/png", 11 * 1024 * 1024, "sendDocument", "document"),
        ("a.gif", "image/gif", None, "sendAnimation", "animation"),
        ("a.mp4", "video/mp4", None, "sendVideo", "video"),
        ("a.mp3", "audio/mpeg", None, "sendAudio", "audio"),
        ("a.ogg", "audio/ogg", None, "sendVoice", "voice"),
        ('ä "b".pdf', "application/pdf", None, "sendDocument", "document"),
    ],
)
def test_file_is_uploaded_by_its_type_with_the_text_as_caption(adapter, bot, name, content_type, size, method, field):
    adapter.send(message(attachments=[file(name, content_type, size=size)]))
    assert [(sent, values["caption"]) for sent, values in bot.sent] == [(method, "Hello")]
    [(got_field, got_name, got)] = bot.uploads
    assert (got_field, got) == (field, PNG)
    assert got_name.endswith(name[-4:])


def test_picture_that_telegram_cannot_show_goes_as_a_document(adapter, bot):
    bot.refusals = [(400, "Bad Request: PHOTO_INVALID_DIMENSIONS", {})]
    adapter.send(message(attachments=[file("a.png", "image/png")]))
    assert [sent for sent, _values in bot.sent] == ["sendDocument"]


def test_message_follows_a_chat_to_its_new_id(adapter, bot):
    bot.refusals = [(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1001})]
    assert adapter.send(message()).external_id.startswith("-1001:")


@pytest.mark.parametrize(
    ("code", "words", "expected", "is_permanent", "concerns_channel"),
    [
        (403, "Forbidden: bot was blocked by the user", "customer_unreachable", True, False),
        (403, "Forbidden: user is deactivated", "customer_unreachable", True, False),
        (400, "Bad Request: chat not found", "chat_not_found", True, False),
        (400, "Bad Request: message text is empty", "refused", True, False),
        (401, "Unauthorized", "invalid_token", True, True),
        (413, "Request Entity Too Large", "file_too_large", True, False),
        (500, "Internal Server Error", "provider_busy", False, False),
    ],
)
def test_refusal_says_whether_trying_again_helps(adapter, bot, code, words, expected, is_permanent, concerns_channel):
    bot.refusals = [(code, words, {})]
    error = failure(adapter)
    assert (error.code, error.permanent, error.concerns_channel) == (expected, is_permanent, concerns_channel)
    assert not error.is_uncertain


def test_telegram_says_how_long_to_wait(adapter, bot):
    bot.refusals = [(429, "Too Many Requests: retry after 35", {"retry_after": 35})]
    error = failure(adapter)
    assert (error.code, error.permanent, error.retry_after_seconds) == ("rate_limited", False, 35)


def test_lost_answer_and_a_gateways_page_are_uncertain(adapter, bot):
    for reply in (Reply(is_cut=True), Reply(status=502, body=b"<html>Bad Gateway</html>"), Reply(body=b"<html>")):
        bot.http.answer = lambda call, reply=reply: reply
        error = failure(adapter)
        assert (error.permanent, error.is_uncertain) == (False, True)


def test_file_of_a_customer_is_fetched_by_its_id(adapter, bot):
    bot.files["documents/f1"] = PNG
    fetched = adapter.fetch_media(InboundAttachment(name="a.png", content_type="image/png", url="telegram:f1"))
    assert fetched.content == PNG


def test_file_that_telegram_does_not_hand_out(adapter, bot):
    bot.files["documents/big"] = b"0" * (20 * 1024 * 1024 + 1)
    for file_id, code in (("big", "file_too_large"), ("gone", "file_gone")):
        with pytest.raises(AdapterError) as failed:
            adapter.fetch_media(InboundAttachment(name="a", content_type="", url=f"telegram:{file_id}"))
        assert (failed.value.code, failed.value.permanent) == (code, True)


def test_only_telegrams_own_files_are_fetched(adapter, bot):
    adapter.fetch_media(InboundAttachment(name="a", content_type="", url=f"{bot.http.url}/x"))
    assert not bot.http.calls


def test_token_stays_out_of_errors_and_logs(adapter, make_adapter, bot, caplog):
    caplog.set_level(logging.DEBUG)
    answers = [
        lambda call: Reply(is_cut=True),
        lambda call: Reply(status=500, body=b"oops"),
        lambda call: Reply(status=404, body=b"{}"),
    ]
    errors = []
    for answer in answers:
        bot.http.answer = answer
        errors.append(failure(adapter))
        with pytest.raises(AdapterError) as failed:
            adapter.fetch_media(InboundAttachment(name="a", content_type="", url="telegram:f1"))
        errors.append(failed.value)
    unreachable = make_adapter(base_url="http://127.0.0.1:9")
    errors.append(failure(unreachable))
    assert not [error for error in errors if TOKEN in f"{error} {error.code} {error.__cause__}"]
    assert TOKEN not in caplog.text


def test_check_sets_the_webhook(make_adapter, bot):
    findings = make_adapter(delivery="webhook").check()
    assert [finding.is_ok for finding in findings] == [True, True]
    assert bot.webhook["url"] == "https://desk.example/hooks/telegram/u1/"
    assert bot.webhook["secret_token"] == FIRST


def test_check_removes_a_webhook_where_we_ask(adapter, bot):
    bot.webhook = {"url": "https://elsewhere.example/"}
    assert [finding.is_ok for finding in adapter.check()] == [True, True]
    assert bot.webhook == {}


def test_check_says_what_is_wrong(make_adapter):
    wrong_token = make_adapter(token="1:x").check()
    other_bot = make_adapter(bot_username="another_bot").check()
    assert [(found.is_ok, bool(found.advice)) for found in (wrong_token[0], other_bot[0])] == [(False, True)] * 2


def test_link_leads_to_the_bot(adapter):
    assert adapter.public_link() == "https://t.me/acme_support_bot"


def test_form_makes_a_webhook_secret_and_keeps_a_stored_one():
    form = TelegramConfigForm({"bot_token": TOKEN, "bot_username": "@acme_support_bot"})
    assert form.is_valid(), form.errors
    assert form.config() == {"bot_username": "acme_support_bot", "delivery": "polling", "quotes_message": False}
    [made] = form.secrets({})["webhook_secrets"]
    assert len(made) >= 32
    assert form.secrets({"webhook_secrets": [FIRST]})["webhook_secrets"] == [FIRST]


@pytest.mark.parametrize(
    "values",
    [
        {"bot_token": "x"},
        {"bot_token": TOKEN, "bot_username": "a b"},
        {"bot_token": TOKEN, "webhook_secrets": ["short"]},
        {"bot_token": TOKEN, "delivery": "pigeon"},
        {},
    ],
)
def test_form_refuses_what_cannot_be(values):
    assert not TelegramConfigForm(values).is_valid()
