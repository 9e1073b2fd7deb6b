"""Asking X for what is new: direct messages and mentions, newest first, page by page back to what is stored.

The cursor holds for each source ``since`` (everything up to this id is stored), and while a walk back is under way ``token`` (the
next page) and ``top`` (what ``since`` becomes at its end). ``wait_until`` is when a used-up limit begins anew. One page a source and
chunk; a walk that is cut short goes on where it was.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from channels_app.adapters.base import AdapterError, PollResult, RawEvent
from channels_app.adapters.provider_calls import number_of
from channels_app.adapters.x.client import Page, XClient
from helpdesk.common.clock import now

_PAGE = "100"
# The first poll takes what people wrote shortly before; older ones are not dug out.
FIRST_POLL_TAKES = timedelta(hours=24)
_USER_FIELDS = "id,name,username"
_MEDIA_FIELDS = "media_key,type,url,preview_image_url,variants"
_PARAMETERS = {
    "dm_event": {
        "dm_event.fields": "id,text,event_type,created_at,dm_conversation_id,sender_id,participant_ids,referenced_tweets,"
        "attachments,entities",
        "event_types": "MessageCreate",
        "expansions": "attachments.media_keys,sender_id,participant_ids",
        "user.fields": _USER_FIELDS,
        "media.fields": _MEDIA_FIELDS,
        "max_results": _PAGE,
    },
    "mention": {
        "tweet.fields": "id,text,created_at,author_id,conversation_id,in_reply_to_user_id,referenced_tweets,entities,attachments,"
        "lang,edit_history_tweet_ids,note_tweet",
        "expansions": "author_id,attachments.media_keys",
        "user.fields": _USER_FIELDS,
        "media.fields": _MEDIA_FIELDS,
        "max_results": _PAGE,
    },
}


def poll_sources(client: XClient, cursor: Mapping[str, Any], *, sources: Mapping[str, str]) -> PollResult:
    """One page of each source (kind -> path). What one source refuses is told behind what the others brought."""
    marks: dict[str, Any] = {kind: dict(mark) for kind, mark in cursor.items() if isinstance(mark, dict)}
    events: list[RawEvent] = []
    error: AdapterError | None = None
    has_more = False
    for kind, path in sources.items():
        mark = marks.setdefault(kind, {})
        if _is_waiting(mark):
            continue
        try:
            events += _poll_page(client, kind, path, mark)
        except AdapterError as failure:
            if failure.code == "rate_limited":
                _wait(mark, failure.retry_after_seconds or 60.0)
                continue
            error = error or failure
            if failure.permanent and mark.pop(
                "token", None
            ):  # a page's token that X does not know any more: from the top again
                mark.pop("top", None)
        has_more = has_more or ("token" in mark and not _is_waiting(mark))
    marks = {kind: mark for kind, mark in marks.items() if mark}
    if error is not None and not events and marks == cursor:
        raise error
    return PollResult(events=events, cursor=marks, has_more=has_more and error is None, error=error)


def _poll_page(client: XClient, kind: str, path: str, mark: dict[str, Any]) -> list[RawEvent]:
    parameters = dict(_PARAMETERS[kind])
    since = number_of(mark.get("since"))
    if mark.get("token"):
        parameters["pagination_token"] = str(mark["token"])
    if kind == "mention" and since:
        parameters["since_id"] = str(since)
    page = client.read(path, **parameters)
    rows = _rows(page.document.get("data"))
    is_first = not since and "since" not in mark
    earliest = now() - FIRST_POLL_TAKES if is_first else None
    fresh = [row for row in rows if number_of(row.get("id")) > since and _is_recent(row, earliest)]
    newest = max((number_of(row.get("id")) for row in rows), default=0)
    top = max(number_of(mark.get("top")), newest, since)
    token = _next_token(page.document)
    reaches_known = len(fresh) < len(rows)
    if token and not reaches_known and not is_first:
        mark |= {"token": token, "top": top}
    else:
        mark.pop("token", None)
        mark.pop("top", None)
        mark["since"] = top
    if page.wait_seconds:
        _wait(mark, page.wait_seconds)
    # Oldest first, so that a conversation is stored in its order.
    return [_as_event(kind, row, page) for row in reversed(fresh)]


def _rows(data: Any) -> list[dict[str, Any]]:
    listed = data if isinstance(data, list) else []
    return [row for row in listed if isinstance(row, dict) and number_of(row.get("id"))]


def _is_recent(row: Mapping[str, Any], earliest: datetime | None) -> bool:
    if earliest is None:
        return True
    try:
        written = datetime.fromisoformat(str(row.get("created_at")).replace("Z", "+00:00"))
        return written >= earliest
    except (ValueError, TypeError):
        return True


def _next_token(document: Mapping[str, Any]) -> str:
    meta = document.get("meta")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    return token if isinstance(token, str) and len(token) <= 500 else ""


def _as_event(kind: str, row: Mapping[str, Any], page: Page) -> RawEvent:
    body = {"kind": kind, "data": row, "includes": _included(row, page.document.get("includes"))}
    return RawEvent(
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"),
        content_type="application/json",
        received_at=now(),
        source="poll",
        meta={"key": f"{kind}:{row['id']}"},
    )


def _included(row: Mapping[str, Any], includes: Any) -> dict[str, Any]:
    """The users and media that this row names; the others of the page belong to other rows."""
    if not isinstance(includes, dict):
        return {}
    attachments = row.get("attachments")
    keys = _texts(attachments.get("media_keys") if isinstance(attachments, dict) else [])
    people = {*_texts(row.get("participant_ids")), *_texts([row.get("sender_id"), row.get("author_id")])}
    people |= set(str(row.get("dm_conversation_id") or "").split("-"))
    users = [user for user in _objects(includes.get("users")) if user.get("id") in people]
    media = [medium for medium in _objects(includes.get("media")) if medium.get("media_key") in keys]
    return {"users": users, "media": media}


def _texts(values: Any) -> set[str]:
    return {value for value in values if isinstance(value, str)} if isinstance(values, list) else set()


def _objects(values: Any) -> Iterable[dict[str, Any]]:
    return (value for value in values if isinstance(value, dict)) if isinstance(values, list) else ()


def _is_waiting(mark: Mapping[str, Any]) -> bool:
    return number_of(mark.get("wait_until")) > now().timestamp()


def _wait(mark: dict[str, Any], seconds: float) -> None:
    mark["wait_until"] = int(now().timestamp() + seconds) + 1
