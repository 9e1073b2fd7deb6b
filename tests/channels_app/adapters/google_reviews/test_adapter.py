"""Polling, answering and failing, against a server that speaks Google's API."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from channels_app.adapters.base import AdapterError, Address, ChannelConfig, OutboundMessage
from channels_app.adapters.google_reviews.adapter import GoogleReviewsAdapter
from tests.support.google_reviews_fake import LOCATION
from tests.support.http_fake import Reply


def names(result):
    return [json.loads(event.body)["name"].rpartition("/")[2] for event in result.events]


def poll_all(place, cursor):
    """Every chunk until nothing more waits."""
    found = []
    for _ in range(50):
        result = place.poll(cursor)
        found += result.events
        cursor = json.loads(json.dumps(dict(result.cursor)))
        if not result.has_more:
            return found, cursor
    raise AssertionError("polling does not end")


def answer(text="We are sorry.", review="r1"):
    return OutboundMessage(
        uuid="u1",
        recipient=Address(address=review),
        text=text,
        is_public=True,
        in_reply_to=f"{LOCATION}/reviews/{review}",
    )


def test_first_reading_brings_every_page_in_bounded_chunks(place, fake):
    fake.page_size = 2
    for day in range(1, 6):
        fake.write(f"r{day}", at=f"2026-11-0{day}T08:00:00Z")
    first = place.poll({})
    assert (names(first), first.has_more) == (["r5", "r4"], True)
    found, cursor = poll_all(place, dict(first.cursor))
    assert len(found) == 3
    assert cursor["since"].startswith("2026-11-05")


def test_later_reading_stops_behind_what_it_knows(place, fake):
    fake.page_size = 2
    for day in range(1, 6):
        fake.write(f"r{day}", at=f"2026-11-0{day}T08:00:00Z")
    _found, cursor = poll_all(place, {})
    fake.lists = 0
    fake.write("r1", comment="Now warm.", at="2026-11-06T08:00:00Z")
    found, _cursor = poll_all(place, cursor)
    assert (json.loads(found[0].body)["comment"], len(found), fake.lists) == ("Now warm.", 4, 2)


def test_what_changed_just_before_the_last_look_is_read_again(place, fake):
    fake.write("r1", at="2026-11-05T08:00:00Z")
    _found, cursor = poll_all(place, {})
    fake.write("r2", at="2026-11-05T07:55:00Z")
    assert set(names(place.poll(cursor))) == {"r1", "r2"}


def test_review_that_is_gone_is_noticed_by_the_daily_reading(place, fake):
    fake.write("r1", at="2026-11-05T08:00:00Z")
    gone = fake.write("r2", at="2026-11-06T08:00:00Z")
    with time_machine.travel(datetime(2026, 11, 7, tzinfo=UTC), tick=False):
        _found, cursor = poll_all(place, {})
    del fake.reviews[gone]
    with time_machine.travel(datetime(2026, 11, 8, 1, tzinfo=UTC), tick=False):
        found, cursor = poll_all(place, cursor)
        items = [item for event in found for item in place.parse(event)]
        assert [(item.external_id, item.is_deleted) for item in items if item.is_deleted] == [(gone, True)]
        assert not [event for event in poll_all(place, cursor)[0] if b"deleted" in event.body]


def test_review_that_a_list_leaves_out_is_not_taken_for_deleted(place, fake):
    fake.write("r1", at="2026-11-05T08:00:00Z")
    result = place.poll({"missing": [f"{LOCATION}/reviews/r1"], "known": []})
    assert not result.events


def test_page_token_that_has_ended_begins_the_reading_anew(place, fake):
    fake.write("r1", at="2026-11-05T08:00:00Z")
    result = place.poll({"page": "page-9-9", "is_whole": True, "since": None})
    assert (result.events, result.has_more) == ([], True)
    assert names(place.poll(result.cursor)) == ["r1"]


def test_answer_is_put_and_the_second_takes_its_place(place, fake):
    fake.write("r1", at="2026-11-05T08:00:00Z")
    first = place.send(answer())
    second = place.send(answer("We called you."))
    assert fake.reviews[f"{LOCATION}/reviews/r1"]["reviewReply"]["comment"] == "We called you."
    assert first.external_id != second.external_id


def test_answer_can_be_taken_down(place, fake):
    name = fake.write("r1", at="2026-11-05T08:00:00Z")
    place.send(answer())
    place._client.delete_reply(name)
    assert "reviewReply" not in fake.reviews[name]


def test_answer_to_a_review_that_is_gone_fails_for_good(place):
    with pytest.raises(AdapterError) as refusal:
        place.send(answer(review="gone"))
    assert (refusal.value.code, refusal.value.permanent) == ("not_found", True)


def test_quota_asks_for_patience(place, fake):
    fake.refuse_next = [(429, "RESOURCE_EXHAUSTED")]
    with pytest.raises(AdapterError) as refusal:
        place.poll({})
    assert (refusal.value.permanent, refusal.value.retry_after_seconds) == (False, 120.0)


def test_missing_permission_concerns_the_channel(place, fake):
    fake.refuse_next = [(403, "PERMISSION_DENIED")]
    with pytest.raises(AdapterError) as refusal:
        place.send(answer())
    assert refusal.value.concerns_channel


def test_access_token_is_shared_and_replaced_once_when_it_is_refused(place, fake):
    place.poll({})
    GoogleReviewsAdapter(place.channel).poll({})
    assert fake.tokens_given == 1
    fake.token = "access-2"
    place.poll({})
    assert fake.tokens_given == 2


def test_withdrawn_consent_is_said_in_words(place):
    other = GoogleReviewsAdapter(
        dataclasses.replace(place.channel, secrets={"client_secret": "x", "refresh_token": "y"})
    )
    (finding,) = other.check()
    assert not finding.is_ok
    assert "refresh token" in finding.what


def test_connection_test_counts_the_reviews(place, fake):
    fake.write("r1", at="2026-11-05T08:00:00Z")
    (finding,) = place.check()
    assert finding.is_ok


def test_service_account_signs_for_its_token(fake, db):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = json.dumps({"client_email": "desk@acme.iam.gserviceaccount.com", "private_key": pem})
    asked = []
    ordinary = fake.http.answer

    def answering(call):
        if call.path == "/token":
            asked.append(call.body)
            return Reply(body=json.dumps({"access_token": fake.token, "expires_in": 3600}).encode())
        return ordinary(call)

    fake.http.answer = answering
    GoogleReviewsAdapter(ChannelConfig(config=fake.config, secrets={"service_account": account})).poll({})
    assert b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer" in asked[0]
    assert asked[0].count(b".") == 2
