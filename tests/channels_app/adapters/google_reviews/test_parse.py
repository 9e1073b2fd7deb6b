"""Google's reviews as the API gives them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels_app.adapters.base import ChannelConfig, DeliveryUpdate, RawEvent, ReviewReceived
from channels_app.adapters.google_reviews.adapter import GoogleReviewsAdapter
from channels_app.adapters.google_reviews.parse import original_text, reply_id

EXAMPLE = json.loads((Path(__file__).parent / "payloads" / "example.json").read_text())


@pytest.fixture
def read():
    def parse(document, **config):
        return GoogleReviewsAdapter(ChannelConfig(config=config)).parse(RawEvent(body=json.dumps(document).encode()))

    return parse


def test_page_is_read_review_by_review(read):
    first, second = read(EXAMPLE, place_url="https://maps.example/acme")
    assert isinstance(first, ReviewReceived)
    assert first.external_id == "accounts/111/locations/222/reviews/AbFvOqn1"
    assert (first.rating, first.scale, first.author.name) == (2.0, 5, "Carla Cruz")
    assert first.url == "https://maps.example/acme"
    assert first.edited_at == datetime(2026, 11, 15, 8, tzinfo=UTC)
    assert first.reply == "We are sorry."
    assert (second.rating, second.text, second.reply, second.details["has_reply"]) == (5.0, "", "", False)


def test_text_is_the_authors_own_and_not_the_translation(read):
    first = read(EXAMPLE)[0]
    assert (first.text, first.details["translation"]) == ("Die Suppe war kalt.", "The soup was cold.")
    assert original_text("Sopa fría\n\n(Translated by Google)\nCold soup") == ("Sopa fría", "Cold soup")
    assert original_text("No marks at all") == ("No marks at all", "")


def test_two_people_of_one_name_stay_two(read):
    rows = [row | {"reviewer": {"displayName": "John Smith"}} for row in EXAMPLE["reviews"]]
    assert len({item.author.address for item in read({"reviews": rows})}) == 2


def test_edit_has_another_key(read):
    row = EXAMPLE["reviews"][1]
    before, after = read(row)[0], read(row | {"updateTime": "2026-11-16T10:00:00Z", "starRating": "ONE"})[0]
    assert before.external_id == after.external_id
    assert before.dedup_key != after.dedup_key


def test_rating_of_a_word_nobody_knows_is_none(read):
    assert read(EXAMPLE["reviews"][1] | {"starRating": "STAR_RATING_UNSPECIFIED"})[0].rating is None


def test_answer_that_google_does_not_publish_is_a_failed_delivery(read):
    row = EXAMPLE["reviews"][0]
    refused = {**row, "reviewReply": {**row["reviewReply"], "reviewReplyState": "REJECTED"}}
    review, update = read(refused)
    assert (review.reply, "has_reply" in review.details) == ("", False)
    assert isinstance(update, DeliveryUpdate)
    assert (update.status, update.status_of) == ("failed", reply_id(row["name"], "2026-11-15T09:30:00+00:00"))


def test_note_of_a_deleted_review_is_read(read):
    (item,) = read(
        {"name": "accounts/1/locations/2/reviews/r", "deleted": True, "noticedAt": "2026-11-16T10:00:00+00:00"}
    )
    assert item.is_deleted
