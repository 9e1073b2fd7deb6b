"""Recommendations of a Facebook page, from its list and from its webhook, to plain values. Pure.

https://developers.facebook.com/docs/graph-api/reference/page/ratings/ and the webhook field ``ratings`` of the object ``page``.
"""

from datetime import UTC, datetime

from channels_app.adapters.base import Address, Ignored, InboundItem, ParseError, ReviewReceived, digest
from channels_app.adapters.review_values import IDENTITY_KIND
from channels_app.adapters.untrusted_json import Faults, Fields, load_json

MAX_ROWS = 500
MAX_TEXT_CHARACTERS = 20_000
_RECOMMENDED = {"positive": 1.0, "negative": 0.0}


def parse_recommendations(body: bytes, *, page_id: str = "") -> list[InboundItem]:
    """Every recommendation in a page of the list (``data``) or in a webhook call (``entry``). Raises ParseError.

    One app may tell of several pages: what belongs to another one than ``page_id`` ("" for any) is ignored visibly.
    """
    fields = Fields(load_json(body), place="body")
    if fields.has("entry"):
        return _parse_webhook(fields, page_id)
    if not fields.has("data"):
        raise ParseError("unknown_shape", "The body is neither a list of recommendations nor a webhook call.")
    items: list[InboundItem] = []
    faults = Faults()
    for row in fields.events("data", limit=MAX_ROWS, faults=faults):
        with faults.collected():
            items.append(_listed(row))
    faults.raise_beside(items)
    return items or [Ignored(dedup_key=digest("empty", body), reason="no_reviews")]


def _parse_webhook(fields: Fields, page_id: str) -> list[InboundItem]:
    items: list[InboundItem] = []
    faults = Faults()
    for entry in fields.events("entry", limit=MAX_ROWS, faults=faults):
        for index, change in enumerate(entry.events("changes", limit=MAX_ROWS, faults=faults)):
            with faults.collected():
                items.append(_changed(entry, change, index, page_id))
    faults.raise_beside(items)
    if not items:
        raise ParseError("empty", "The call holds no change.")
    return items


def _changed(entry: Fields, change: Fields, index: int, page_id: str) -> InboundItem:
    told_at = entry.unix_time("time")
    field = change.text("field")
    value = change.object("value")
    key = digest("ignored", entry.identifier("id"), str(told_at), str(index), field)
    if page_id and entry.identifier("id") not in ("", page_id):
        return Ignored(dedup_key=key, sent_at=told_at, reason="other_account")
    if field != "ratings" or value is None:
        return Ignored(dedup_key=key, sent_at=told_at, reason=f"unknown:{field[:60]}")
    if value.text("item") not in ("rating", ""):
        # A comment or a reaction under a recommendation.
        return Ignored(dedup_key=key, sent_at=told_at, reason=f"unknown:ratings_{value.text('item')[:60]}")
    return _told(value, told_at)


def _listed(row: Fields) -> ReviewReceived:
    reviewer, story = row.object("reviewer"), row.object("open_graph_story")
    return _review(
        row,
        story_id=story.identifier("id") if story is not None else "",
        author_id=reviewer.identifier("id") if reviewer is not None else "",
        author_name=reviewer.text("name", limit=200) if reviewer is not None else "",
        created_at=row.time("created_time"),
        edited_at=None,
        verb="",
    )


def _told(value: Fields, told_at: datetime | None) -> ReviewReceived:
    verb = value.text("verb")
    return _review(
        value,
        story_id=value.identifier("open_graph_story_id"),
        author_id=value.identifier("reviewer_id"),
        author_name=value.text("reviewer_name", limit=200),
        created_at=value.unix_time("created_time") or told_at,
        edited_at=told_at if verb in ("edit", "edited", "remove", "hide") else None,
        verb=verb,
    )


def _review(
    fields: Fields,
    *,
    story_id: str,
    author_id: str,
    author_name: str,
    created_at: datetime | None,
    edited_at: datetime | None,
    verb: str,
) -> ReviewReceived:
    review_id = story_id or (f"reviewer:{author_id}" if author_id else "")
    if not review_id:
        raise ParseError("missing", f"{fields.place} names neither a story nor a reviewer.")
    created_at = created_at or datetime.fromtimestamp(0, tz=UTC)
    rating, scale = _rating(fields)
    text = fields.long_text("review_text", limit=MAX_TEXT_CHARACTERS)
    is_deleted = verb in ("remove", "delete")
    return ReviewReceived(
        dedup_key=digest("review", review_id, str(edited_at), str(rating), text, str(is_deleted)),
        external_id=review_id,
        sent_at=created_at,
        author=Address(address=author_id or review_id, name=author_name, kind=IDENTITY_KIND),
        rating=rating,
        scale=scale,
        text=text,
        url=f"https://www.facebook.com/{story_id}" if story_id else "",
        edited_at=edited_at,
        is_deleted=is_deleted,
        details={"can_answer": bool(story_id)},
    )


def _rating(fields: Fields) -> tuple[float | None, int]:
    """A recommendation, or the one to five stars of reviews from before August 2018."""
    recommendation = fields.text("recommendation_type").lower()
    if recommendation in _RECOMMENDED:
        return _RECOMMENDED[recommendation], 1
    stars = fields.number("rating")
    return (stars, 5) if stars else (None, 5)
