"""Polling, sending, media, the challenge and set-up against an API v2 on the loopback."""

import base64
import dataclasses
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from channels_app.adapters.base import (
    AdapterError,
    Address,
    ChannelConfig,
    InboundAttachment,
    OutboundAttachment,
    OutboundMessage,
    SignatureError,
    WebhookRequest,
)
from channels_app.adapters.x.adapter import XAdapter
from channels_app.adapters.x.forms import XConfigForm
from helpdesk.common.clock import now, told_time
from tests.support.http_fake import Reply
from tests.support.x_fake import OWN_ID, running_x_fake

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def x(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_x_fake() as fake:
        yield fake


@pytest.fixture
def make_adapter(x):
    def make(*, secrets=None, **config):
        return XAdapter(
            ChannelConfig(
                uuid="u1", config={**x.config, **config}, secrets=secrets or x.secrets, site_url="https://desk.example"
            )
        )

    return make


@pytest.fixture
def adapter(make_adapter):
    return make_adapter()


def row(number, **more):
    return {
        "id": str(number),
        "text": f"message {number}",
        "event_type": "MessageCreate",
        "dm_conversation_id": f"77-{OWN_ID}",
        "sender_id": "77",
        "author_id": "77",
        "conversation_id": str(number),
        "created_at": now().isoformat(),
        **more,
    }


def drain(adapter, cursor):
    """(the ids in the order stored, the cursor) of polls until nothing more is waiting."""
    ids = []
    for _ in range(50):
        result = adapter.poll(cursor)
        ids += [json.loads(event.body)["data"]["id"] for event in result.events]
        cursor = json.loads(json.dumps(result.cursor))
        if not result.has_more:
            return ids, cursor
    raise AssertionError("it never ends")


def message(**changes):
    values = {"uuid": "u", "recipient": Address(address="77", name="Jordan"), "text": "Hello"}
    return OutboundMessage(**values | changes)


def file(content_type="image/png", content=PNG):
    return OutboundAttachment(name="a.png", content_type=content_type, size=len(content), open_content=lambda: content)


def failure(adapter, **changes):
    with pytest.raises(AdapterError) as failed:
        adapter.send(message(**changes))
    return failed.value


def test_first_poll_takes_the_last_day_and_the_next_ones_what_is_new(adapter, x):
    old = (now() - timedelta(days=3)).isoformat()
    x.messages = [row(5), row(4), row(3, created_at=old)]
    ids, cursor = drain(adapter, {})
    assert ids == ["4", "5"]
    x.messages = [row(7), row(6), *x.messages]
    ids, cursor = drain(adapter, cursor)
    assert ids == ["6", "7"]
    assert drain(adapter, cursor)[0] == []


def test_walk_back_over_many_pages_misses_nothing(adapter, x):
    x.page_size = 10
    x.messages = [row(1)]
    _ids, cursor = drain(adapter, {})
    x.messages = [row(number) for number in range(38, 0, -1)]
    x.mentions = [row(number) for number in range(125, 100, -1)]
    ids, cursor = drain(adapter, cursor)
    assert sorted(map(int, ids)) == [*range(2, 39), *range(101, 126)]
    assert cursor["dm_event"] == {"since": 38}
    assert cursor["mention"] == {"since": 125}


def test_walk_that_was_cut_short_goes_on_where_it_was(adapter, x):
    x.page_size = 10
    x.messages = [row(1)]
    cursor = drain(adapter, {})[1]
    x.messages = [row(number) for number in range(30, 0, -1)]
    first = adapter.poll(cursor)
    assert (first.has_more, first.cursor["dm_event"]["since"]) == (True, 1)
    x.messages = [row(31), *x.messages]
    ids, cursor = drain(adapter, json.loads(json.dumps(first.cursor)))
    later, _cursor = drain(adapter, cursor)
    stored = [json.loads(event.body)["data"]["id"] for event in first.events] + ids + later
    assert set(map(int, stored)) == set(range(2, 32))


def test_same_message_of_two_polls_has_one_key(adapter, x):
    x.messages = [row(5)]
    [first] = adapter.poll({}).events
    x.users = [{"id": "77", "name": "Jordan", "username": "jordan"}]
    [again] = adapter.poll({}).events
    assert first.body != again.body
    assert adapter.event_key(first) == adapter.event_key(again)
    assert adapter.event_key(dataclasses.replace(first, source="webhook")) != adapter.event_key(first)


def test_used_up_limit_is_waited_for_and_the_other_source_goes_on(adapter, x):
    x.calls_left = 1
    x.messages, x.mentions = [row(5)], [row(6)]
    first = adapter.poll({})
    assert len(first.events) == 1
    calls = len(x.http.calls)
    assert adapter.poll(first.cursor).events == []
    assert len(x.http.calls) == calls
    x.calls_left = None
    with told_time(now() + timedelta(minutes=11)):
        assert len(adapter.poll(first.cursor).events) == 1


def test_only_what_the_channel_takes_is_asked_for(make_adapter, x):
    make_adapter(takes="mentions").poll({})
    assert ["/dm_events" in call.path for call in x.http.calls] == [False]
    assert not make_adapter(delivery="webhook").is_polled


def test_refused_keys_are_told(make_adapter, x):
    wrong = make_adapter(secrets={**x.secrets, "access_token_secret": "wrong"})
    with pytest.raises(AdapterError) as failed:
        wrong.poll({})
    assert (failed.value.code, failed.value.permanent) == ("invalid_keys", True)


def test_direct_message_goes_to_the_person(adapter, x):
    receipt = adapter.send(message())
    assert x.sent == [("/2/dm_conversations/with/77/messages", {"text": "Hello"})]
    assert receipt.external_id == "1800000000000000001"


def test_public_reply_answers_the_post(adapter, x):
    adapter.send(message(is_public=True, in_reply_to="1070000000000000009"))
    assert x.sent == [("/2/tweets", {"text": "Hello", "reply": {"in_reply_to_tweet_id": "1070000000000000009"}})]


def test_public_reply_is_counted_as_x_does(adapter, x):
    link = "https://shop.example/" + "a" * 300
    adapter.send(message(is_public=True, in_reply_to="1", text="x" * 256 + " " + link))
    assert failure(adapter, is_public=True, in_reply_to="1", text="日" * 141).code == "text_too_long"
    assert failure(adapter, is_public=True, in_reply_to="", text="Hello").code == "no_post_to_answer"


@pytest.mark.parametrize(("is_public", "category"), [(False, "dm_image"), (True, "tweet_image")])
def test_picture_is_uploaded_in_pieces(adapter, x, is_public, category):
    content = PNG * 70_000
    adapter.send(message(attachments=[file(content=content)], is_public=is_public, in_reply_to="1"))
    [(media_id, upload)] = x.uploads.items()
    assert (upload["content"], upload["media_category"]) == (content, category)
    body = x.sent[0][1]
    assert body.get("attachments") == (None if is_public else [{"media_id": media_id}])
    assert body.get("media") == ({"media_ids": [media_id]} if is_public else None)


def test_video_is_waited_for(adapter, x):
    x.pending_states = 3
    adapter.send(message(attachments=[file("video/mp4")]))
    assert [path for path, _body in x.sent] == ["/2/dm_conversations/with/77/messages"]
    assert x.pending_states == 0


def test_file_that_x_does_not_take_is_refused(adapter):
    assert failure(adapter, attachments=[file("application/pdf")]).code == "file_type_refused"


@pytest.mark.parametrize(
    ("status", "document", "code", "is_permanent", "concerns_channel"),
    [
        (401, {"title": "Unauthorized"}, "invalid_keys", True, True),
        (402, {"title": "CreditsDepleted"}, "plan_exhausted", True, True),
        (429, {"title": "UsageCapExceeded", "detail": "Usage cap exceeded: Monthly product cap"}, "plan_exhausted", True, True),
        (403, {"detail": "You cannot send messages to this user."}, "customer_unreachable", True, False),
        (
            403,
            {"detail": "You are not allowed to create a Tweet with duplicate content."},
            "duplicate",
            True,
            False,
        ),
        (
            403,
            {"detail": "Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.",
             "type": "https://api.twitter.com/2/problems/oauth1-permissions"},
            "permission_missing",
            True,
            True,
        ),
        (
            403,
            {"detail": "You attempted to reply to a Tweet that is deleted or not visible to you."},
            "post_gone",
            True,
            False,
        ),
        (400, {"errors": [{"message": "Something is odd"}], "title": "Invalid Request"}, "refused", True, False),
        (503, {"title": "Service Unavailable"}, "provider_busy", False, False),
    ],
)  # fmt: skip
def test_refusal_says_whether_trying_again_helps(adapter, x, status, document, code, is_permanent, concerns_channel):
    x.refusals = [(status, document)]
    error = failure(adapter)
    assert (error.code, error.permanent, error.concerns_channel) == (code, is_permanent, concerns_channel)
    assert not error.is_uncertain


def test_x_says_how_long_to_wait(adapter, x):
    x.calls_left = 5
    x.refusals = [(429, {"title": "Too Many Requests"})]
    error = failure(adapter)
    assert error.code == "rate_limited"
    assert 590 < error.retry_after_seconds <= 601


def test_lost_answer_is_uncertain_for_a_message_and_not_for_an_upload(adapter, x):
    x.http.answer = lambda call: Reply(is_cut=True)
    assert failure(adapter).is_uncertain
    assert not failure(adapter, attachments=[file()]).is_uncertain


def test_private_picture_is_fetched_with_the_keys(adapter, x):
    x.files["/dm/picture.jpg"] = PNG
    fetched = adapter.fetch_media(
        InboundAttachment(name="a.jpg", content_type="image/jpeg", url=f"{x.http.url}/dm/picture.jpg")
    )
    assert fetched.content == PNG


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/a.jpg", "http://ton.x.com/a.jpg", "https://nottwimg.com/a", "https://x.com.evil.example/"],
)
def test_only_x_itself_is_asked_for_files(adapter, x, url):
    with pytest.raises(AdapterError) as failed:
        adapter.fetch_media(InboundAttachment(name="a", content_type="", url=url))
    assert (failed.value.code, failed.value.permanent) == ("foreign_address", True)


def challenge(adapter, token):
    query = {"crc_token": token} if token is not None else {}
    return adapter.handshake(
        WebhookRequest(method="GET", body=b"", headers={}, query=query, url="https://x/", received_at=now())
    )


def test_challenge_is_answered_with_the_tokens_mac(adapter, x):
    content_type, body = challenge(adapter, "9b4507b3-9040-4669-9ca3-6b94edb50553")
    mac = hmac.new(
        x.secrets["consumer_secrets"][0].encode(), b"9b4507b3-9040-4669-9ca3-6b94edb50553", hashlib.sha256
    ).digest()
    assert content_type == "application/json"
    assert json.loads(body) == {"response_token": f"sha256={base64.b64encode(mac).decode()}"}
    assert challenge(adapter, None) is None


@pytest.mark.parametrize("token", ["x" * 1_000_000, "a\r\nb"])
def test_challenge_that_is_none_of_xs_is_refused(adapter, token):
    with pytest.raises(SignatureError):
        challenge(adapter, token)


def test_signature_covers_the_raw_bytes_and_two_secrets_may_be_live(make_adapter):
    body = '{"text": "é"}'.encode()
    old, new = (
        make_adapter(secrets={"consumer_secrets": ["old"]}),
        make_adapter(secrets={"consumer_secrets": ["new", "old"]}),
    )
    headers = {name.lower(): value for name, value in old.sign(body).items()}
    request = WebhookRequest(method="POST", body=body, headers=headers, query={}, url="https://x/", received_at=now())
    new.verify(request)
    for changed in (
        dataclasses.replace(request, body=b'{"text": "\\u00e9"}'),
        dataclasses.replace(request, headers={}),
        dataclasses.replace(request, headers={"x-twitter-webhooks-signature": "sha1=abc"}),
    ):
        with pytest.raises(SignatureError):
            new.verify(changed)


def test_check_says_whose_keys_they_are(make_adapter):
    assert [finding.is_ok for finding in make_adapter().check()] == [True, True]
    other = make_adapter(user_id="1").check()
    assert (other[0].is_ok, OWN_ID in other[0].what) == (False, True)


def test_link_opens_a_message_to_the_account(adapter):
    assert adapter.public_link() == f"https://x.com/messages/compose?recipient_id={OWN_ID}"


def test_form_takes_what_the_portal_shows_and_says_that_it_costs():
    values = {
        "username": "@acme",
        "user_id": OWN_ID,
        "consumer_key": " key-1234567 ",
        "consumer_secrets": "secret-1234567",
    }
    form = XConfigForm({**values, "access_token": "token-1234567", "access_token_secret": "secret-1234567"})
    assert form.is_valid(), form.errors
    assert form.config() == {
        "username": "acme",
        "user_id": OWN_ID,
        "consumer_key": "key-1234567",
        "takes": "both",
        "delivery": "polling",
    }
    assert "paid" in str(form.fields["consumer_key"].help_text)
    assert not XConfigForm(values).is_valid()
