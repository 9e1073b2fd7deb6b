"""Answering, pushing, files, names and set-up against a Messaging API on the loopback."""

import dataclasses
from datetime import timedelta
from uuid import uuid4

import pytest

from channels_app.adapters.base import (
    AdapterError,
    Address,
    ChannelConfig,
    Choice,
    InboundAttachment,
    InboundMessage,
    OutboundAttachment,
    OutboundMessage,
    SignatureError,
    WebhookRequest,
    digest,
)
from channels_app.adapters.line.adapter import LineAdapter
from helpdesk.common.clock import now, told_time
from tests.support.line_fake import BOT_USER_ID, SECRET, running_line_fake

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
pytestmark = pytest.mark.django_db


@pytest.fixture
def line(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_line_fake() as fake:
        yield fake


@pytest.fixture
def make_adapter(line):
    def make(*, secrets=None, site_url="https://desk.example", **config):
        return LineAdapter(
            ChannelConfig(
                uuid="u1", config={**line.config, **config}, secrets=secrets or line.secrets, site_url=site_url
            )
        )

    return make


@pytest.fixture
def adapter(make_adapter):
    return make_adapter()


def message(**changes):
    values = {"uuid": str(uuid4()), "recipient": Address(address="U1", name="Carla"), "text": "Hello"}
    return OutboundMessage(**values | changes)


def answering(token="t1", **changes):
    return message(answers_at=now(), answers_details={"reply_token": token}, **changes)


def file(name="a.png", content_type="image/png", url="https://desk.example/files/x/file.png"):
    return OutboundAttachment(name=name, content_type=content_type, size=72, open_content=lambda: PNG, url=url)


def failure(adapter, outbound):
    with pytest.raises(AdapterError) as failed:
        adapter.send(outbound)
    return failed.value


def test_quick_answer_goes_free_by_its_token(adapter, line):
    line.reply_tokens = {"t1"}
    receipt = adapter.send(answering())
    assert (receipt.external_id, line.pushes) == ("r1", [])
    assert line.replies == [{"replyToken": "t1", "messages": [{"type": "text", "text": "Hello"}]}]


def test_second_answer_to_one_message_is_pushed(adapter, line):
    line.reply_tokens = {"t1"}
    adapter.send(answering())
    assert adapter.send(answering()).external_id == "p1"
    assert (len(line.replies), len(line.pushes)) == (1, 1)


@pytest.mark.parametrize("minutes", [1, 600])
def test_late_answer_is_pushed(adapter, line, minutes):
    line.reply_tokens = {"t1"}
    late = answering()
    with told_time(now() + timedelta(minutes=minutes)):
        adapter.send(late)
    assert line.pushes == [{"to": "U1", "messages": [{"type": "text", "text": "Hello"}]}]


def test_push_whose_answer_was_lost_is_sent_once(adapter, line):
    outbound = message()
    line.loses_answers = True
    lost = failure(adapter, outbound)
    assert (lost.is_uncertain, lost.permanent) == (True, False)
    line.loses_answers = False
    assert adapter.send(outbound).external_id == "p1"
    assert len(line.pushes) == 1


def test_answer_by_token_whose_answer_was_lost_is_not_pushed_beside_it(adapter, line):
    line.reply_tokens, line.loses_answers = {"t1"}, True
    outbound = answering()
    assert failure(adapter, outbound).is_uncertain
    line.loses_answers = False
    adapter.send(outbound)
    assert (len(line.replies), line.pushes) == (1, [])


def test_lost_answer_by_token_is_a_persons_matter_once_the_token_is_over(adapter, line):
    line.loses_answers = True
    outbound = answering()
    failure(adapter, outbound)
    line.loses_answers = False
    with told_time(now() + timedelta(minutes=2)):
        error = failure(adapter, outbound)
    assert (error.code, error.permanent, line.pushes) == ("outcome_unknown", True, [])


def test_picture_is_shown_from_its_signed_address(adapter, line):
    adapter.send(message(text="", attachments=[file()]))
    url = "https://desk.example/files/x/file.png"
    assert line.pushes[0]["messages"] == [{"type": "image", "originalContentUrl": url, "previewImageUrl": url}]


def test_other_files_go_as_a_link(adapter, line):
    adapter.send(
        message(text="", attachments=[file("bill.pdf", "application/pdf", "https://desk.example/files/x/file.pdf")])
    )
    assert line.pushes[0]["messages"][0]["text"] == "bill.pdf\nhttps://desk.example/files/x/file.pdf"


def test_file_needs_a_public_address(adapter, line):
    error = failure(adapter, message(text="", attachments=[file(url="http://localhost:8000/files/x/file.png")]))
    assert (error.code, error.permanent) == ("no_public_address", True)


def test_buttons_and_requests_stand_under_the_message(adapter, line):
    adapter.send(message(choices=[Choice(payload="yes", title="Yes")], asks_for="location"))
    actions = [item["action"] for item in line.pushes[0]["messages"][0]["quickReply"]["items"]]
    assert actions[0] == {"type": "postback", "label": "Yes", "data": "yes", "displayText": "Yes"}
    assert actions[1]["type"] == "location"


def test_used_up_quota_stops_the_channel_until_somebody_acts(adapter, line):
    line.quota = 0
    error = failure(adapter, message())
    assert (error.code, error.permanent, error.concerns_channel) == ("monthly_quota", True, True)


def test_busy_provider_and_wrong_token_are_told_apart(make_adapter, adapter, line):
    wrong = failure(make_adapter(secrets={**line.secrets, "access_token": "wrong-token"}), message())
    assert (wrong.code, wrong.concerns_channel) == ("invalid_token", True)
    line.is_busy = True
    busy = failure(adapter, message())
    assert (busy.code, busy.permanent, busy.is_uncertain) == ("provider_busy", False, True)


def test_file_is_fetched_with_the_token_and_elsewhere_without(adapter, line):
    line.contents["325708"] = PNG
    fetched = adapter.fetch_media(InboundAttachment(name="a", content_type="", url="line:325708"))
    assert fetched.content == PNG
    with pytest.raises(AdapterError) as failed:
        adapter.fetch_media(
            InboundAttachment(name="a", content_type="", url=f"{line.http.url}/v2/bot/message/325708/content")
        )
    assert failed.value.permanent
    assert "authorization" not in line.http.calls[-1].headers
    with pytest.raises(AdapterError) as gone:
        adapter.fetch_media(InboundAttachment(name="a", content_type="", url="line:1"))
    assert (gone.value.code, gone.value.permanent) == ("file_gone", True)


def test_name_is_asked_for_once(adapter, line):
    line.names["U1"] = "Carla"
    item = InboundMessage(dedup_key=digest("x"), sender=Address(address="U1"), text="Hi")
    assert [adapter.complete(item).sender.name for _ in range(3)] == ["Carla"] * 3
    assert len(line.http.calls) == 1


def test_name_that_cannot_be_had_holds_nothing_up(adapter, line):
    line.is_busy = True
    item = InboundMessage(dedup_key=digest("x"), sender=Address(address="U2"), text="Hi")
    assert adapter.complete(item) == item


def test_signature_covers_the_raw_bytes_and_two_secrets_may_be_live(make_adapter):
    body = '{"events": [], "x": "é"}'.encode()
    old = make_adapter(secrets={"channel_secrets": ["a" * 32]})
    both = make_adapter(secrets={"channel_secrets": [SECRET, "a" * 32]})
    headers = {name.lower(): value for name, value in old.sign(body).items()}
    request = WebhookRequest(method="POST", body=body, headers=headers, query={}, url="https://x/", received_at=now())
    both.verify(request)
    for wrong in (
        {},
        {"x-line-signature": ""},
        {"x-line-signature": "ü"},
        {"x-line-signature": headers["x-line-signature"][:-1]},
    ):
        with pytest.raises(SignatureError):
            both.verify(dataclasses.replace(request, headers=wrong))
    with pytest.raises(SignatureError):
        both.verify(dataclasses.replace(request, body=b'{"events": [], "x": "\\u00e9"}'))


def test_check_names_the_account_and_gives_line_our_address(make_adapter, line):
    findings = make_adapter(bot_user_id=BOT_USER_ID).check()
    assert [finding.is_ok for finding in findings] == [True, True, True]
    assert line.endpoint["endpoint"] == "https://desk.example/hooks/line/u1/"


def test_check_says_what_is_wrong(make_adapter, line):
    line.quota = 0
    findings = make_adapter(basic_id="@other", site_url="http://localhost:8000").check()
    assert [(finding.is_ok, bool(finding.advice)) for finding in findings] == [(False, True)] * 3


def test_link_adds_the_account(adapter):
    assert adapter.public_link() == "https://line.me/R/ti/p/%40123abcde"
