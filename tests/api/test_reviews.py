"""``/api/v1/reviews/``: what it shows, how it is narrowed, and to whom."""

from datetime import UTC, datetime, timedelta

import pytest

from channels_app.adapters.base import Address, ReviewReceived, digest
from tests.factories import make_channel, make_team
from tickets.models import Review, Ticket
from tickets.services.intake import receive

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)


@pytest.fixture
def site(db):
    return make_channel(kind="google_reviews", slug="google", is_public=True)


def file(channel, number, *, rating=4.0, text="Warm soup", edited_at=None):
    item = ReviewReceived(
        dedup_key=digest("review", str(number), text),
        external_id=f"r{number}",
        author=Address(address=f"r{number}", name="Carla Cruz", kind="review_author"),
        rating=rating,
        text=text,
        sent_at=MONDAY + timedelta(hours=number),
        edited_at=edited_at,
    )
    return receive(channel=channel, item=item)


def test_review_is_shown_with_its_earlier_versions(calling, agent, site):
    file(site, 1, text="Cold soup", rating=1.0, edited_at=MONDAY)
    file(site, 1, text="Warm soup", rating=4.0, edited_at=MONDAY + timedelta(days=1))
    (row,) = calling(agent).get("/api/v1/reviews/").json()["results"]
    assert (row["stars"], row["text"], row["author"], row["reply_state"]) == (4.0, "Warm soup", "Carla Cruz", "none")
    assert [(kept["rating"], kept["text"]) for kept in row["history"]] == [(1.0, "Cold soup")]
    assert row["ticket"] == Ticket.objects.get().pk


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [3, 2, 1]),
        ({"ordering": "posted_at"}, [1, 2, 3]),
        ({"max_stars": "2"}, [1]),
        ({"min_stars": "4"}, [3]),
        ({"reply_state": "published"}, []),
        ({"is_edited": "true"}, []),
        ({"search": "warm"}, [3, 2, 1]),
        ({"posted_after": "2026-11-16T11:00:00Z"}, [3, 2]),
    ],
)
def test_list_is_narrowed_and_ordered(calling, agent, site, query, numbers):
    for number, rating in enumerate((1.0, 3.0, 5.0), start=1):
        file(site, number, rating=rating)
    rows = calling(agent).get("/api/v1/reviews/", query).json()["results"]
    assert [int(row["external_id"][1:]) for row in rows] == numbers


def test_review_on_a_ticket_of_a_private_team_is_missing_for_outsiders(calling, agent, lead, site):
    file(site, 1)
    Ticket.objects.update(team=make_team("Board", lead, is_private=True))
    review = Review.objects.get()
    assert calling(agent).get("/api/v1/reviews/").json()["results"] == []
    assert calling(agent).get(f"/api/v1/reviews/{review.pk}/").status_code == 404
    assert calling(lead).get(f"/api/v1/reviews/{review.pk}/").status_code == 200


def test_marketing_reads_reviews(calling, marketing, site):
    file(site, 1)
    assert len(calling(marketing).get("/api/v1/reviews/").json()["results"]) == 1


def test_unknown_state_is_refused(calling, agent):
    assert calling(agent).get("/api/v1/reviews/", {"reply_state": "liked"}).status_code == 400
