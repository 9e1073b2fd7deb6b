"""What leaves for a page's customers, and what the provider's refusals mean."""

import threading
from datetime import timedelta

import pytest

from channels_app.adapters.base import AdapterError, Address, Choice, OutboundAttachment, OutboundMessage
from helpdesk.common import http
from helpdesk.common.clock import now
from tests.support.http_fake import Reply
from tests.support.messenger_fake import PERSON, error


def make_message(**changes):
    values = {"uuid": "uuid-1", "recipient": Address(address=PERSON), "text": "It is on its way."}
    return OutboundMessage(**values | changes)


def make_file(name="lamp.png", content_type="image/png", content=b"png"):
    return OutboundAttachment(
        name=name, content_type=content_type, size=len(content), open_content=lambda: content, url="https://desk/f"
    )


def failure(adapter, **changes):
    with pytest.raises(AdapterError) as failed:
        adapter.send(make_message(**changes))
    return failed.value


def test_text_goes_to_the_person_as_a_response_with_our_mark(adapter, graph):
    receipt = adapter.send(make_message())
    (sent,) = graph.sent
    assert sent["recipient"] == {"id": PERSON}
    assert sent["messaging_type"] == "RESPONSE"
    assert sent["message"] == {"text": "It is on its way.", "metadata": "helpdesk:uuid-1"}
    assert (receipt.external_id, receipt.details) == (sent["mid"], {"recipient_id": PERSON})


def test_token_travels_in_a_header_and_with_its_proof(adapter, graph):
    adapter.send(make_message())
    (call,) = graph.http.calls
    assert call.headers["authorization"] == "Bearer page-token"
    assert "page-token" not in call.path
    assert "appsecret_proof=" in call.path


def test_late_answer_of_a_person_carries_the_tag(adapter, graph):
    graph.is_window_open = False
    refused = failure(adapter)
    assert (refused.code, refused.permanent) == ("window_closed:10/2018278", True)
    adapter.send(make_message(is_extended=True))
    assert (graph.sent[0]["messaging_type"], graph.sent[0]["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")


def test_buttons_are_quick_replies(adapter, graph):
    adapter.send(make_message(choices=[Choice(payload="YES", title="Yes, please"), Choice(payload="NO", title="No")]))
    assert graph.sent[0]["message"]["quick_replies"] == [
        {"content_type": "text", "title": "Yes, please", "payload": "YES"},
        {"content_type": "text", "title": "No", "payload": "NO"},
    ]


@pytest.mark.parametrize(("wanted", "button"), [("phone", "user_phone_number"), ("email", "user_email")])
def test_number_and_address_are_asked_for_with_a_button(adapter, graph, wanted, button):
    adapter.send(make_message(asks_for=wanted))
    assert graph.sent[0]["message"]["quick_replies"] == [{"content_type": button}]


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [("image/png", "image"), ("audio/mpeg", "audio"), ("video/mp4", "video"), ("application/pdf", "file")],
)
def test_file_is_uploaded_and_sent_by_its_id(adapter, graph, content_type, kind):
    adapter.send(make_message(text="", attachments=[make_file('a "b"\r\n.bin', content_type, b"\0bytes\r\n--")]))
    ((attachment_id, upload),) = graph.uploads.items()
    assert upload == (kind, "", b"\0bytes\r\n--")
    assert graph.sent[0]["message"]["attachment"] == {"type": kind, "payload": {"attachment_id": attachment_id}}


def test_lost_answer_to_a_message_is_uncertain_and_to_an_upload_is_not(adapter, graph):
    graph.lost_answers = 1
    lost = failure(adapter)
    assert (lost.permanent, lost.is_uncertain) == (False, True)
    assert len(graph.sent) == 1
    graph.next_replies = [Reply(is_cut=True)]
    lost = failure(adapter, text="", attachments=[make_file()])
    assert (lost.permanent, lost.is_uncertain) == (False, False)


def test_provider_that_does_not_answer_in_time_leaves_it_open(adapter, graph, monkeypatch):
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    graph.hold = threading.Event()
    slow = failure(adapter)
    graph.hold.set()
    assert (slow.code, slow.permanent, slow.is_uncertain) == ("timeout", False, True)


def test_comment_is_answered_in_public(adapter, graph):
    details = {"post": {"id": "1_5"}, "comment": {"id": "5_7", "parent_id": ""}}
    receipt = adapter.send(make_message(is_public=True, in_reply_to="5_7", answers_details=details))
    assert [(c["under"], c["edge"], c["message"]) for c in graph.comments] == [("5_7", "comments", "It is on its way.")]
    assert receipt.external_id.startswith("5_7_")
    assert graph.sent == []


def test_post_of_a_visitor_is_answered_below_it(adapter, graph):
    adapter.send(make_message(is_public=True, answers_details={"post": {"id": "1_9"}}))
    assert graph.comments[0]["under"] == "1_9"


def test_public_answer_carries_one_picture_and_no_other_file(adapter, graph):
    details = {"comment": {"id": "5_7"}}
    adapter.send(make_message(text="", is_public=True, answers_details=details, attachments=[make_file()]))
    assert graph.comments[0]["file"] == ("lamp.png", b"png")
    pdf = make_file("a.pdf", "application/pdf")
    assert failure(adapter, is_public=True, answers_details=details, attachments=[pdf]).permanent
    assert len(graph.comments) == 1


def test_public_answer_with_buttons_is_refused_rather_than_sent_without_them(adapter, graph):
    buttons = {"choices": [Choice(payload="YES", title="Yes")], "answers_details": {"comment": {"id": "5_7"}}}
    assert failure(adapter, is_public=True, **buttons).code == "public_buttons_refused"
    assert graph.http.calls == []


def test_comment_is_answered_privately_once(adapter, graph):
    private = {"answers_details": {"private_reply_to": "5_7"}, "answers_at": now()}
    receipt = adapter.send(make_message(**private))
    assert graph.sent[0]["recipient"] == {"comment_id": "5_7"}
    assert "messaging_type" not in graph.sent[0]
    assert receipt.details == {"recipient_id": PERSON}
    refused = failure(adapter, **private)
    assert (refused.code, refused.permanent) == ("private_reply_used:10900", True)


def test_post_of_a_visitor_is_answered_privately_as_a_post(adapter, graph):
    adapter.send(make_message(answers_details={"private_reply_to": "1_9", "post": {"id": "1_9"}}))
    assert graph.sent[0]["recipient"] == {"post_id": "1_9"}


def test_comment_older_than_seven_days_is_not_answered_privately(adapter, graph):
    late = {"answers_details": {"private_reply_to": "5_7"}, "answers_at": now() - timedelta(days=7, seconds=1)}
    assert failure(adapter, **late).code == "private_reply_expired"
    assert graph.http.calls == []


REFUSALS = [
    # code, subcode, status, ours, permanent, stops the channel
    (190, 463, 401, "token_refused", True, True),
    (10, 0, 403, "permission_missing", True, True),
    (200, 0, 403, "permission_missing", True, True),
    (230, 0, 403, "permission_missing", True, True),
    (368, 0, 400, "blocked_by_policy", True, True),
    (10, 2018278, 403, "window_closed", True, False),
    (10, 2018300, 403, "other_app_has_thread", True, False),
    (200, 2018108, 400, "person_unavailable", True, False),
    (200, 1545041, 400, "person_unavailable", True, False),
    (551, 0, 400, "person_unavailable", True, False),
    (100, 2018001, 400, "unknown_person", True, False),
    (100, 2018109, 400, "file_too_large", True, False),
    (100, 0, 400, "invalid_message", True, False),
    (4, 0, 400, "rate_limited", False, False),
    (17, 0, 400, "rate_limited", False, False),
    (32, 0, 400, "rate_limited", False, False),
    (613, 0, 400, "rate_limited", False, False),
    (80006, 0, 400, "rate_limited", False, False),
    (1200, 0, 500, "provider_busy", False, False),
    (2, 0, 500, "provider_busy", False, False),
    (9999, 0, 500, "provider_busy", False, False),
    (9999, 0, 400, "invalid_message", True, False),
]


@pytest.mark.parametrize(("code", "subcode", "status", "ours", "permanent", "stops"), REFUSALS)
def test_refusal_is_told_apart(adapter, graph, code, subcode, status, ours, permanent, stops):
    graph.next_replies = [error(code, "Said by the provider", subcode=subcode, status=status)]
    refused = failure(adapter)
    assert refused.code.partition(":")[0] == ours
    assert (refused.permanent, refused.concerns_channel, refused.is_uncertain) == (permanent, stops, False)
    assert graph.sent == []


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60),
        ({"retry-after": "30"}, 30),
        ({"x-business-use-case-usage": '{"1":[{"type":"messenger","estimated_time_to_regain_access":19}]}'}, 19 * 60),
        ({"x-business-use-case-usage": "[]"}, 60),
    ],
)
def test_rate_limit_waits_as_long_as_the_provider_says(adapter, graph, headers, seconds):
    graph.next_replies = [error(613, "Calls to this api have exceeded the rate limit.", **headers)]
    assert failure(adapter).retry_after_seconds == seconds


@pytest.mark.parametrize(
    ("reply", "permanent", "is_uncertain"),
    [
        (Reply(status=502, body=b"<html>bad gateway"), False, True),
        (Reply(status=429), False, False),
        (Reply(status=404, body=b"<html>"), True, False),
        (Reply(status=200, body=b"<html>"), False, True),
        (Reply(status=500, body=b"[" * 100_000), False, True),
    ],
)
def test_answer_without_words_of_the_api(adapter, graph, reply, permanent, is_uncertain):
    graph.next_replies = [reply]
    refused = failure(adapter)
    assert (refused.permanent, refused.is_uncertain) == (permanent, is_uncertain)


def test_no_refusal_shows_token_or_secret(adapter, graph):
    graph.next_replies = [error(190, "Error validating access token")]
    refused = failure(adapter)
    assert "page-token" not in f"{refused.code} {refused.message}"
