import uuid

import pytest

from tests.support.webchat import SITE, Browser, make_webchat
from tickets.models import Message, Visitor

pytestmark = pytest.mark.django_db
FOREIGN = ["https://evil.example", "null", "https://shop.example.evil.example", "http://shop.example", ""]
WRITES = [
    ("POST", "visitors"), ("POST", "messages"), ("POST", "me"), ("DELETE", "me"), ("POST", "read"), ("POST", "typing"),
]  # fmt: skip


@pytest.mark.parametrize("origin", [*FOREIGN, None])
@pytest.mark.parametrize(("method", "path"), WRITES)
def test_who_changes_something_comes_from_an_allowed_site(method, path, origin):
    browser = Browser(make_webchat())
    browser.write("Hello")
    browser.origin = origin
    answer = browser.call(method, path, {"id": str(uuid.uuid4()), "text": "x"})
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert Message.objects.count() == 1


@pytest.mark.parametrize("origin", FOREIGN)
def test_foreign_site_reads_nothing(origin):
    browser = Browser(make_webchat())
    browser.write("Hello")
    browser.origin = origin
    for path in ("messages", "me", "look", "stream", f"files/{uuid.uuid4()}"):
        answer = browser.call("GET", path)
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_allowed_site_is_named_and_never_a_star_and_no_cookie_is_set():
    browser = Browser(make_webchat())
    for answer in (browser.write("Hello"), browser.call("GET", "messages"), browser.call("GET", "look")):
        assert answer.headers["Access-Control-Allow-Origin"] == SITE
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Origin" in answer.headers["Vary"]
        assert not answer.cookies


def test_browser_that_asks_first_is_told_what_it_may_send():
    answer = Browser(make_webchat()).call("OPTIONS", "messages")
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert Browser(make_webchat(), origin="https://evil.example").call("OPTIONS", "messages").status_code == 403


def test_token_is_256_random_bits_and_only_its_digest_is_stored():
    browser = Browser(make_webchat())
    browser.start()
    visitor = Visitor.objects.get()
    assert len(browser.token) >= 43
    assert len(bytes(visitor.token_digest)) == 32
    stored = str([getattr(visitor, field.attname) for field in Visitor._meta.concrete_fields])
    assert browser.token not in stored


def test_without_a_token_or_with_a_wrong_one_nobody_is_anybody():
    browser = Browser(make_webchat())
    browser.write("Hello")
    for token in ("", "x" * 43, browser.token[:-1], browser.token + "x", "x" * 5000):
        stranger = Browser(browser.channel)
        stranger.token = token
        assert stranger.call("GET", "messages").status_code == 401
        assert stranger.call("POST", "messages", {"id": str(uuid.uuid4()), "text": "x"}).status_code == 401
    assert Message.objects.count() == 1


def test_token_of_one_chat_is_unknown_at_another():
    browser = Browser(make_webchat())
    browser.write("Hello")
    other = Browser(make_webchat())
    other.token = browser.token
    assert other.call("GET", "messages").status_code == 401


def test_visitor_sees_his_own_conversation_and_nothing_of_anothers():
    channel = make_webchat()
    carla, dora = Browser(channel), Browser(channel)
    carla.upload("plan.pdf", b"%PDF-1.7 plan", text="My plan")
    dora.write("Hello from Dora")
    [message] = carla.messages()["messages"]
    file = message["files"][0]["id"]
    assert carla.call("GET", f"files/{file}").content == b"%PDF-1.7 plan"
    assert dora.call("GET", f"files/{file}").status_code == 404
    assert dora.texts() == ["Hello from Dora"]
    assert dora.messages(f"?before={message['id']}")["messages"] == []
    assert dora.messages("?after=1.0~2.0~3.0")["messages"] == [dora.messages()["messages"][0]]


def test_forgotten_token_ends_and_what_was_said_stays():
    browser = Browser(make_webchat())
    browser.write("Hello")
    assert browser.call("DELETE", "me").status_code == 204
    assert browser.call("GET", "messages").status_code == 401
    assert Message.objects.count() == 1


@pytest.mark.parametrize("path", ["look", "messages", "stream"])
def test_chat_that_is_switched_off_or_of_another_kind_is_not_there(path, api_channel):
    channel = make_webchat(is_active=False)
    channel.is_active = False
    channel.save()
    assert Browser(channel).call("GET", path).status_code == 404
    assert Browser(api_channel).call("GET", path).status_code == 404


def test_unknown_method_is_405_and_hostile_json_400():
    browser = Browser(make_webchat())
    browser.start()
    assert browser.call("DELETE", "messages").status_code == 405
    for body in (b"", b"[]", b"{", b"\0", b'{"id": NaN}', b"{" * 5000, b'{"id": 1, "id": 2}', b'"x"', b"x" * 70_000):
        answer = browser.call("POST", "messages", data=body, content_type="application/json")
        assert answer.status_code == 400, body[:20]
