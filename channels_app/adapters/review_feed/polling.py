"""Fetching a feed politely: only when it has changed, at most every few minutes, and as late as the site asks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from channels_app.adapters.base import AdapterError, PollResult, RawEvent
from channels_app.adapters.provider_calls import exchange, wait_seconds
from channels_app.adapters.review_feed.xml import MAX_BYTES
from helpdesk.common import http
from helpdesk.common.clock import now

EVERY = timedelta(minutes=5)
_ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/csv;q=0.9, */*;q=0.1"


def poll_feed(url: str, cursor: Mapping[str, Any]) -> PollResult:
    """The feed as one event where it has changed since the last look; nothing before its time.

    The cursor keeps ``etag`` and ``last_modified`` as the site gave them for ``url``, and ``next_at``.
    """
    if cursor.get("url") != url:
        cursor = {"url": url}
    next_at = cursor.get("next_at")
    if isinstance(next_at, str) and now() < datetime.fromisoformat(next_at):
        return PollResult(events=[], cursor=cursor)
    answer = fetch_feed(url, etag=str(cursor.get("etag") or ""), last_modified=str(cursor.get("last_modified") or ""))
    following = dict(cursor) | {"next_at": (now() + _pause(answer)).isoformat()}
    if answer.status == 304:
        return PollResult(events=[], cursor=following)
    following |= {
        "etag": answer.headers.get("etag", "")[:500],
        "last_modified": answer.headers.get("last-modified", "")[:100],
    }
    event = RawEvent(
        body=answer.content,
        content_type=answer.headers.get("content-type", "")[:200],
        received_at=now(),
        source="poll",
        meta={"url": url[:1000]},
    )
    return PollResult(events=[event], cursor=following)


def fetch_feed(url: str, *, etag: str = "", last_modified: str = "") -> http.HttpAnswer:
    """The answer of the site: 200 with the feed, or 304. Raises AdapterError for every other."""
    headers = {"accept": _ACCEPT}
    if etag:
        headers["if-none-match"] = etag
    if last_modified:
        headers["if-modified-since"] = last_modified
    answer = exchange("GET", url, headers=headers, max_bytes=MAX_BYTES)
    if answer.status in (200, 304):
        return answer
    is_passing = answer.status >= 500 or answer.status in (408, 425, 429)
    if answer.status in (404, 410):
        text = _("There is no feed at this address any more (%(status)d).")
    elif answer.status in (401, 403):
        text = _("The site does not let us read the feed (%(status)d).")
    else:
        text = _("The site does not give the feed (%(status)d).")
    raise AdapterError(
        f"http_{answer.status}",
        text % {"status": answer.status},
        permanent=not is_passing,
        retry_after_seconds=wait_seconds(answer.headers.get("retry-after", "")) if is_passing else None,
    )


def _pause(answer: http.HttpAnswer) -> timedelta:
    """What the site's cache rule asks for, between five minutes and a day."""
    for rule in answer.headers.get("cache-control", "").split(","):
        name, _equals, value = rule.strip().partition("=")
        if name == "max-age" and value.isascii() and value.isdigit() and len(value) < 9:
            return min(max(EVERY, timedelta(seconds=int(value))), timedelta(days=1))
    return EVERY
