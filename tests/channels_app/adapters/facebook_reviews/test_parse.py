"""Recommendations as Facebook lists and tells them."""

from pathlib import Path

import pytest

from channels_app.adapters.base import ChannelConfig, Ignored, RawEvent
from channels_app.adapters.facebook_reviews.adapter import FacebookReviewsAdapter
from channels_app.policies.ratings import five_stars

PAYLOADS = Path(__file__).parent / "payloads"


@pytest.fixture
def read():
    def parse(name):
        body = (PAYLOADS / f"{name}.json").read_bytes()
        return FacebookReviewsAdapter(ChannelConfig()).parse(RawEvent(body=body))

    return parse


def test_recommendation_against_the_page_is_one_star(read):
    (item,) = read("example")
    assert (item.external_id, item.author.address, item.author.name) == (
        "2040506070809010",
        "7100000000000001",
        "Carla Cruz",
    )
    assert five_stars(item.rating, scale=item.scale) == 1.0
    assert item.url == "https://www.facebook.com/2040506070809010"


def test_list_holds_recommendations_and_old_stars(read):
    new, old = read("ratings_list")
    assert [five_stars(item.rating, scale=item.scale) for item in (new, old)] == [5.0, 4.0]
    assert new.sent_at.isoformat() == "2026-11-15T08:00:00+00:00"


def test_edit_names_its_time_and_a_comment_stays_visible(read):
    edited, comment = read("rating_edited")
    assert (edited.external_id, edited.text) == ("2040506070809010", "They called and made it good.")
    assert edited.edited_at > edited.sent_at
    assert isinstance(comment, Ignored)
    assert comment.reason == "unknown:ratings_comment"


def test_removal_is_a_deletion(read):
    (item,) = read("rating_removed")
    assert item.is_deleted
