"""Reading the list of recommendations: the newest page each time, all of them once a day."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from channels_app.adapters.base import AdapterError, PollResult, RawEvent
from channels_app.adapters.meta.graph import GraphClient
from channels_app.adapters.provider_calls import text_of
from helpdesk.common.clock import now

FIELDS = "created_time,recommendation_type,rating,review_text,has_review,reviewer{id,name},open_graph_story{id}"
PAGE_SIZE = 50
EVERY = timedelta(minutes=5)
WHOLE_EVERY = timedelta(hours=24)


def poll_ratings(client: GraphClient, page_id: str, cursor: Mapping[str, Any]) -> PollResult:
    """One page of the list. The cursor: ``after`` inside a whole reading, ``swept_at`` of the last one, ``next_at``."""
    after = str(cursor.get("after") or "")
    if not after and _is_future(cursor.get("next_at")):
        return PollResult(events=[], cursor=cursor)
    is_whole = bool(after) or not _is_future(cursor.get("swept_at"), later=WHOLE_EVERY)
    query = {"fields": FIELDS, "limit": str(PAGE_SIZE)} | ({"after": after} if after else {})
    try:
        page = client.read(f"{page_id}/ratings", **query)
    except AdapterError as error:
        if after and error.permanent and not error.concerns_channel:
            # The mark of a page that is not valid any more: begin again.
            return PollResult(events=[], cursor={**cursor, "after": ""}, has_more=True)
        raise
    rows = page.get("data")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    following = _next_mark(page) if is_whole else ""
    moved = dict(cursor) | {"after": following, "next_at": (now() + EVERY).isoformat()}
    if is_whole and not following:
        moved["swept_at"] = now().isoformat()
    return PollResult(events=[_as_event(row) for row in found], cursor=moved, has_more=bool(following))


def _next_mark(page: Mapping[str, Any]) -> str:
    paging = page.get("paging")
    cursors = paging.get("cursors") if isinstance(paging, dict) and paging.get("next") else None
    return text_of(cursors.get("after"), limit=2000) if isinstance(cursors, dict) else ""


def _as_event(row: Mapping[str, Any]) -> RawEvent:
    # One event a recommendation: what was read before has the same bytes and is stored once.
    body = json.dumps({"data": [row]}, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
    return RawEvent(body=body, content_type="application/json", received_at=now(), source="poll")


def _is_future(written: Any, *, later: timedelta = timedelta(0)) -> bool:
    return isinstance(written, str) and bool(written) and now() < datetime.fromisoformat(written) + later
