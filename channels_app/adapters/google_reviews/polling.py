"""Reading a location's reviews in bounded chunks: a page at a time, newest change first, and once a day all of them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from channels_app.adapters.base import AdapterError, PollResult, RawEvent
from channels_app.adapters.google_reviews.client import GoogleClient
from channels_app.adapters.provider_calls import text_of
from helpdesk.common.clock import now

# Google's times are those of many machines: what changed shortly before the last look is read again.
OVERLAP = timedelta(minutes=15)
WHOLE_EVERY = timedelta(hours=24)
# Reviews whose disappearance is noticed: the newest ones, so that the cursor stays small.
MOST_WATCHED = 500
MOST_LOOKUPS = 20


def poll_reviews(client: GoogleClient, cursor: Mapping[str, Any]) -> PollResult:
    """One chunk: a page of reviews, or the look at those that a whole reading did not find.

    The cursor: ``since`` (newest change that was read to its end), ``page`` and ``high`` of a reading under way, ``swept_at`` of
    the last whole one, ``known`` the names watched for deletion, ``seen`` those found by this whole reading, ``missing`` those not.
    """
    if cursor.get("missing"):
        return _look_for_missing(client, cursor)
    is_begun = bool(cursor.get("page"))
    is_whole = bool(cursor.get("is_whole")) if is_begun else _is_whole_due(cursor)
    try:
        page = client.list_reviews(str(cursor.get("page") or ""))
    except AdapterError as error:
        if is_begun and error.code == "invalid_argument":
            # The token of a page lives some time only: begin again from the newest.
            return PollResult(events=[], cursor=_without_run(cursor), has_more=True)
        raise
    reviews = [row for row in page.get("reviews") or [] if isinstance(row, dict)]
    names = [name for row in reviews if (name := text_of(row.get("name"), limit=500))]
    times = [moment for row in reviews if (moment := _time(row.get("updateTime"))) is not None]
    high = max([*times, *filter(None, [_time(cursor.get("high"))])], default=None)
    since = _time(cursor.get("since"))
    token = text_of(page.get("nextPageToken"), limit=2000)
    is_behind = since is not None and any(moment < since - OVERLAP for moment in times)
    following = dict(cursor) | {
        "is_whole": is_whole,
        "high": high.isoformat() if high else None,
        "seen": [*(cursor.get("seen") or []), *names][: MOST_WATCHED * 4] if is_whole else [],
    }
    events = [_as_event(row) for row in reviews]
    if token and (is_whole or not is_behind):
        return PollResult(events=events, cursor=following | {"page": token}, has_more=True)
    return PollResult(events=events, **_ended(following, names, is_whole=is_whole))


def _ended(cursor: dict[str, Any], names: list[str], *, is_whole: bool) -> dict[str, Any]:
    """The cursor behind the last page of a reading, and whether something is left to look up."""
    known = [name for name in cursor.get("known") or [] if isinstance(name, str)]
    ended = _without_run(cursor) | {"since": cursor.get("high") or cursor.get("since")}
    if not is_whole:
        return {"cursor": ended | {"known": _merged(names, known)}, "has_more": False}
    seen = cursor["seen"]
    found = set(seen)
    missing = [name for name in known if name not in found]
    ended |= {"swept_at": now().isoformat(), "known": seen[:MOST_WATCHED], "missing": missing}
    return {"cursor": ended, "has_more": bool(missing)}


def _look_for_missing(client: GoogleClient, cursor: Mapping[str, Any]) -> PollResult:
    """A list can leave something out; only what Google itself says is gone counts as deleted."""
    missing = [name for name in cursor["missing"] if isinstance(name, str)]
    gone = [name for name in missing[:MOST_LOOKUPS] if not client.has_review(name)]
    noticed_at = now().isoformat()
    events = [_as_event({"name": name, "deleted": True, "noticedAt": noticed_at}) for name in gone]
    rest = missing[MOST_LOOKUPS:]
    return PollResult(events=events, cursor=dict(cursor) | {"missing": rest}, has_more=bool(rest))


def _as_event(row: Mapping[str, Any]) -> RawEvent:
    # One event a review: what was read before has the same bytes and is stored once.
    body = json.dumps(row, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
    return RawEvent(body=body, content_type="application/json", received_at=now(), source="poll")


def _without_run(cursor: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in cursor.items() if key not in ("page", "high", "seen", "is_whole", "missing")}


def _merged(names: list[str], known: list[str]) -> list[str]:
    return list(dict.fromkeys([*names, *known]))[:MOST_WATCHED]


def _is_whole_due(cursor: Mapping[str, Any]) -> bool:
    swept_at = _time(cursor.get("swept_at"))
    return swept_at is None or now() - swept_at >= WHOLE_EVERY


def _time(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
