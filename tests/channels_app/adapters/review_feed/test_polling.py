"""Fetching a feed: only when it has changed, and no more often than the site wants."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from channels_app.adapters.base import AdapterError, ChannelConfig
from channels_app.adapters.review_feed.adapter import ReviewFeedAdapter
from tests.support.http_fake import Reply, running_http_fake

FEED = (Path(__file__).parent / "payloads" / "feed.rss.xml").read_bytes()
AT = datetime(2026, 11, 16, 12, tzinfo=UTC)


@pytest.fixture
def site(settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["127.0.0.1"]
    with running_http_fake() as fake:
        fake.answer = lambda call: Reply(
            status=304 if call.headers.get("if-none-match") == '"v1"' else 200,
            body=b"" if call.headers.get("if-none-match") == '"v1"' else FEED,
            headers={
                "etag": '"v1"',
                "last-modified": "Mon, 16 Nov 2026 10:00:00 GMT",
                "content-type": "application/rss+xml",
            },
        )
        yield fake


@pytest.fixture
def feed(site):
    return ReviewFeedAdapter(ChannelConfig(config={"feed_url": f"{site.url}/reviews.rss"}))


def test_feed_is_fetched_once_and_then_asked_for_changes(feed, site):
    with time_machine.travel(AT, tick=False) as clock:
        first = feed.poll({})
        clock.move_to(AT + timedelta(minutes=6))
        second = feed.poll(first.cursor)
    assert (len(first.events), len(second.events)) == (1, 0)
    assert feed.parse(first.events[0])
    assert site.calls[1].headers["if-modified-since"] == "Mon, 16 Nov 2026 10:00:00 GMT"


def test_site_is_not_asked_again_within_five_minutes(feed, site):
    with time_machine.travel(AT, tick=False) as clock:
        cursor = feed.poll({}).cursor
        clock.move_to(AT + timedelta(minutes=4))
        assert feed.poll(cursor).events == []
    assert len(site.calls) == 1


def test_longer_pause_of_the_site_is_kept(feed, site):
    site.answer = lambda call: Reply(body=FEED, headers={"cache-control": "public, max-age=3600"})
    with time_machine.travel(AT, tick=False) as clock:
        cursor = feed.poll({}).cursor
        clock.move_to(AT + timedelta(minutes=50))
        feed.poll(cursor)
    assert len(site.calls) == 1


def test_other_address_begins_anew(feed, site):
    cursor = feed.poll({}).cursor
    other = ReviewFeedAdapter(ChannelConfig(config={"feed_url": f"{site.url}/other.rss"}))
    assert len(other.poll(cursor).events) == 1


@pytest.mark.parametrize(("status", "permanent"), [(404, True), (403, True), (503, False), (429, False)])
def test_failures_tell_passing_from_permanent(feed, site, status, permanent):
    site.answer = lambda call: Reply(status=status, headers={"retry-after": "120"})
    with pytest.raises(AdapterError) as refusal:
        feed.poll({})
    assert refusal.value.permanent is permanent
    assert refusal.value.retry_after_seconds == (None if permanent else 120.0)


def test_connection_test_reads_the_feed(feed, site):
    assert feed.check()[0].is_ok
    site.answer = lambda call: Reply(body=b"<html>Log in</html>")
    assert not feed.check()[0].is_ok


def test_channel_without_a_feed_is_not_polled():
    assert not ReviewFeedAdapter(ChannelConfig()).is_polled
