"""The providers' door: only what is signed is stored, and 200 means stored (C1-C5, C10, P1)."""

import json
import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from channels_app import webhooks
from channels_app.adapters.api.forms import make_secret
from channels_app.adapters.api.signing import sign_headers
from channels_app.models import InboundEvent
from channels_app.registry import adapter_for
from channels_app.services.storing import read_raw_event
from helpdesk.common.clock import now
from helpdesk.common.errors import ParseError
from helpdesk.core.models import RateCounter
from tests.factories import make_channel

pytestmark = pytest.mark.django_db

BODY = json.dumps({"items": [{"type": "message", "id": "m1", "sender": {"id": "c1"}, "text": "Hi"}]}).encode()


@pytest.fixture
def secret():
    return make_secret()


@pytest.fixture
def channel(secret):
    return make_channel(kind="api", secrets={"signing_secrets": [secret]})


def post(channel, body=BODY, headers=None, **extra):
    path = f"/hooks/api/{channel.uuid}/"
    return Client().post(path, body, content_type="application/json", headers=headers or {}, **extra)


def sign(secret, body=BODY, *, at=None, message_id="msg_1"):
    return sign_headers(message_id=message_id, at=at or now(), body=body, secret=secret)


def test_signed_call_is_stored_and_counted(channel, secret):
    answer = post(channel, headers=sign(secret))
    assert (answer.status_code, answer.json()) == (200, {"stored": 1})
    event = InboundEvent.objects.get()
    assert (bytes(event.body), event.source, event.state) == (BODY, "webhook", "received")
    assert event.headers["webhook-id"] == "msg_1"


def test_repeated_call_has_no_effect(channel, secret):
    post(channel, headers=sign(secret))
    assert post(channel, headers=sign(secret, message_id="msg_2")).json() == {"stored": 0}
    assert InboundEvent.objects.count() == 1


def changed(headers, **changes):
    return {**headers, **{name.replace("_", "-"): value for name, value in changes.items()}}


BAD_HEADERS = {
    "none": lambda good: {},
    "empty": lambda good: changed(good, webhook_signature=""),
    "wrong": lambda good: changed(good, webhook_signature="v1,AAAA" + good["webhook-signature"][7:]),
    "other algorithm": lambda good: changed(good, webhook_signature=good["webhook-signature"].replace("v1,", "sha1=")),
    "other version": lambda good: changed(good, webhook_signature=good["webhook-signature"].replace("v1,", "v1a,")),
    "joined headers": lambda good: changed(good, webhook_signature=f"v1,AAAA,{good['webhook-signature']}"),
    "other id": lambda good: changed(good, webhook_id="msg_other"),
    "no id": lambda good: changed(good, webhook_id=""),
    "other time": lambda good: changed(good, webhook_timestamp=str(int(good["webhook-timestamp"]) + 1)),
    "time in words": lambda good: changed(good, webhook_timestamp="now"),
    "huge time": lambda good: changed(good, webhook_timestamp="9" * 400),
    "time in other digits": lambda good: changed(good, webhook_timestamp="١٢٣"),
    "letters outside ASCII": lambda good: changed(good, webhook_signature="v1,é"),
    "a thousand signatures": lambda good: changed(good, webhook_signature="v1,AAAA " * 1000),
}


@pytest.mark.parametrize("case", BAD_HEADERS)
def test_call_that_is_not_rightly_signed_is_refused_counted_and_not_stored(channel, secret, case):
    answer = post(channel, headers=BAD_HEADERS[case](sign(secret)))
    assert answer.status_code == 401
    assert answer.json() == {"code": "invalid_signature"}
    assert InboundEvent.objects.count() == 0
    assert RateCounter.objects.get(key=f"webhook-refused:{channel.pk}").count == 1


def test_flood_of_forgeries_is_refused_like_the_first(channel, secret, monkeypatch):
    monkeypatch.setattr(webhooks, "_REFUSALS_COUNTED_PER_HOUR", 1)
    assert [post(channel).status_code for _ in range(3)] == [401, 401, 401]
    assert post(channel, headers=sign(secret)).status_code == 200


def test_channel_without_a_secret_is_closed(secret):
    channel = make_channel(kind="api")
    assert post(channel, headers=sign(secret)).status_code == 401


@pytest.mark.parametrize(
    "body", [BODY.replace(b": ", b":"), BODY.replace(b"Hi", b"\\u0048i"), BODY + b"\r\n", BODY.replace(b"m1", b"m2")]
)
def test_signature_covers_the_raw_bytes(channel, secret, body):
    assert post(channel, body=body, headers=sign(secret)).status_code == 401


@pytest.mark.parametrize("minutes", [-6, 6])
def test_replay_outside_five_minutes_is_refused(channel, secret, minutes):
    with time_machine.travel(now() + timedelta(minutes=minutes), tick=False):
        headers = sign(secret)
    answer = post(channel, headers=headers)
    assert (answer.status_code, answer.json()) == (400, {"code": "expired_signature"})
    assert InboundEvent.objects.count() == 0


def test_every_live_secret_and_each_of_several_signatures_counts(channel, secret):
    newer = make_secret()
    channel.store_secrets({"signing_secrets": [newer, secret]})
    channel.save()
    assert post(channel, headers=sign(secret)).status_code == 200
    both = sign(newer)
    both["webhook-signature"] = "v1,AAAA v2,BBBB " + both["webhook-signature"]
    assert post(channel, headers=both).status_code == 200


def test_unknown_inactive_and_other_kinds_are_not_found(channel, secret):
    other_kind = make_channel(kind="email")
    assert Client().post(f"/hooks/email/{other_kind.uuid}/", BODY, content_type="text/plain").status_code == 404
    assert Client().post(f"/hooks/email/{channel.uuid}/", BODY, content_type="text/plain").status_code == 404
    missing = "/hooks/api/00000000-0000-4000-8000-000000000000/"
    assert Client().post(missing, BODY, content_type="text/plain").status_code == 404
    channel.is_active = False
    channel.save()
    assert post(channel, headers=sign(secret)).status_code == 404


def test_head_is_answered_and_get_is_not_allowed_without_a_challenge(channel):
    path = f"/hooks/api/{channel.uuid}/"
    assert Client().head(path).status_code == 200
    assert Client().get(path).status_code == 405
    assert Client().put(path, b"x").status_code == 405


def test_declared_oversize_is_refused_before_anything_is_read(channel, secret):
    answer = post(channel, headers=sign(secret), CONTENT_LENGTH=str(50 * 1024 * 1024))
    assert answer.status_code == 413
    assert InboundEvent.objects.count() == 0


def test_nothing_of_the_request_is_repeated(channel):
    answer = post(channel, body=b"canary-body", headers={"webhook-signature": "canary-header"})
    assert b"canary" not in answer.content
    assert "canary" not in str(answer.headers)


def test_csrf_does_not_stand_in_the_way(channel, secret):
    path = f"/hooks/api/{channel.uuid}/"
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(path, BODY, content_type="application/json", headers=sign(secret)).status_code == 200


def test_credentials_in_headers_are_not_stored(channel, secret):
    post(channel, headers={**sign(secret), "authorization": "Basic canary", "cookie": "canary"})
    assert "canary" not in json.dumps(InboundEvent.objects.get().headers)


def test_secrets_and_bodies_reach_no_log(channel, secret, caplog):
    post(channel, headers=sign(secret))
    post(channel, body=b"canary-body", headers={**sign(secret), "authorization": "Basic canary-login"})
    assert secret not in caplog.text
    assert "canary" not in caplog.text


HOSTILE = {
    "no JSON": b"not json",
    "depth": b"[" * 100_000,
    "depth in an item": b'{"items": [' + b'{"a":' * 50_000,
    "duplicate key": b'{"items": [], "items": [1]}',
    "NaN": b'{"items": [{"type": "message", "id": NaN}]}',
    "infinity": b'{"items": [{"type": "message", "id": 1e999}]}',
    "huge number": b'{"items": [{"type": "message", "id": 1' + b"0" * 400 + b"}]}",
    "wrong types": b'{"items": {"type": 1}}',
    "list": b"[]",
    "missing fields": b'{"items": [{"type": "message"}]}',
    "item is no object": b'{"items": [1, null, "x"]}',
    "wrong field types": b'{"items": [{"type": "message", "id": [], "sender": 5, "text": {}}]}',
    "bytes that are no text": b'{"items": ["\xff\xfe"]}',
    "lone surrogate": b'{"items": [{"type": "message", "id": "\\ud800", "sender": {"id": 1}, "sent_at": "\\u0000"}]}',
    "empty": b"",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_body_that_is_signed_is_stored_and_read_without_a_crash(channel, secret, case):
    body = HOSTILE[case]
    assert post(channel, body=body, headers=sign(secret, body)).json() == {"stored": 1}
    with pytest.raises(ParseError) as fault:
        adapter_for(channel).parse(read_raw_event(InboundEvent.objects.get()))
    assert fault.value.code
    assert len(fault.value.message) < 1000


@pytest.mark.django_db(transaction=True)
def test_database_that_is_away_is_answered_with_503(channel, secret, monkeypatch):
    headers, answers = sign(secret), []
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    # A thread of its own has a connection of its own, and that one cannot be made.
    thread = threading.Thread(target=lambda: answers.append(post(channel, headers=headers)))
    thread.start()
    thread.join()
    assert answers[0].status_code == 503
    assert answers[0].headers["Retry-After"]


@pytest.mark.django_db(transaction=True)
def test_same_call_from_eight_threads_is_stored_once(channel, secret):
    answers = []

    def deliver(number):
        answers.append(post(channel, headers=sign(secret, message_id=f"msg_{number}")))
        connection.close()

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 8
    assert sum(answer.json()["stored"] for answer in answers) == 1
    assert InboundEvent.objects.count() == 1
