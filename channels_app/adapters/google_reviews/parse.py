"""Reviews of the Google Business Profile API (v4) to plain values. Pure.

https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews
"""

import re
from typing import Any

from channels_app.adapters.base import Address, DeliveryUpdate, Ignored, InboundItem, ParseError, ReviewReceived, digest
from channels_app.adapters.review_values import IDENTITY_KIND
from channels_app.adapters.untrusted_json import Faults, Fields, load_json

MAX_REVIEWS = 200
MAX_TEXT_CHARACTERS = 20_000
_STARS = {"ONE": 1.0, "TWO": 2.0, "THREE": 3.0, "FOUR": 4.0, "FIVE": 5.0}
# Google puts its translation into the text itself, in front of the original or behind it.
_ORIGINAL_LAST = re.compile(
    r"\A\s*\(Translated by Google\)(?P<translated>.*?)\n+\(Original\)\s*(?P<own>.*)\Z", re.DOTALL
)
_ORIGINAL_FIRST = re.compile(r"\A(?P<own>.*?)\n+\(Translated by Google\)\s*(?P<translated>.*)\Z", re.DOTALL)


def parse_reviews(body: bytes, *, place_url: str = "") -> list[InboundItem]:
    """The reviews of a page of the list, of one review, or of our note that a review is gone. Raises ParseError."""
    document = load_json(body)
    fields = Fields(document, place="body")
    faults = Faults()
    items: list[InboundItem] = []
    if fields.has("reviews") or fields.has("totalReviewCount"):
        rows = fields.events("reviews", limit=MAX_REVIEWS, faults=faults)
    elif fields.has("name") or fields.has("reviewId"):
        rows = [fields]
    else:
        raise ParseError("unknown_shape", "The body is neither a review nor a list of reviews.")
    for row in rows:
        with faults.collected():
            items += _parse_review(row, place_url)
    faults.raise_beside(items)
    return items or [Ignored(dedup_key=digest("empty", body), reason="no_reviews")]


def _parse_review(fields: Fields, place_url: str) -> list[InboundItem]:
    name = fields.text("name", limit=500) or fields.text("reviewId", is_required=True, limit=300)
    review_id = fields.text("reviewId", limit=300) or name.rpartition("/")[2]
    if fields.flag("deleted"):
        return [_deleted(fields, name, review_id)]
    text, translation = original_text(fields.long_text("comment", limit=MAX_TEXT_CHARACTERS))
    created, updated = fields.time("createTime"), fields.time("updateTime")
    if created is None:
        raise ParseError("missing", f"{fields.place}.createTime is missing.")
    reply = fields.object("reviewReply")
    reply_at = reply.time("updateTime") if reply is not None else None
    is_refused = reply is not None and reply.text("reviewReplyState") == "REJECTED"
    answer = "" if reply is None or is_refused else reply.long_text("comment", limit=MAX_TEXT_CHARACTERS)
    details: dict[str, Any] = {"has_reply": bool(answer)} if not is_refused else {}
    if translation:
        details["translation"] = translation
    if reply_at is not None:
        details["replied_at"] = reply_at.isoformat()
    if fields.has("reviewMediaItems"):
        details["media_count"] = len(fields.objects("reviewMediaItems", limit=100))
    review = ReviewReceived(
        dedup_key=digest("review", name, str(updated or created), str(reply_at), answer),
        external_id=name,
        sent_at=created,
        author=_author(fields.object("reviewer"), review_id),
        rating=_STARS.get(fields.text("starRating")),
        scale=5,
        text=text,
        url=place_url,
        edited_at=updated or created,
        reply=answer,
        details=details,
    )
    if reply is None or not is_refused:
        return [review]
    return [review, _refused_reply(reply, name, str(reply_at.isoformat() if reply_at else ""))]


def original_text(comment: str) -> tuple[str, str]:
    """(what the author wrote, Google's translation of it or "")."""
    for pattern in (_ORIGINAL_LAST, _ORIGINAL_FIRST):
        found = pattern.match(comment)
        if found:
            return found["own"].strip(), found["translated"].strip()
    return comment, ""


def reply_id(name: str, reply_at: str) -> str:
    """The id of our answer in its version of that time; Google itself gives none."""
    return f"{name}/reply@{reply_at}"


def _author(reviewer: Fields | None, review_id: str) -> Address:
    """Google tells a name and no id: two people of one name stay two, so every review has an author of its own."""
    name = reviewer.text("displayName", limit=200) if reviewer is not None else ""
    return Address(address=review_id, name=name, kind=IDENTITY_KIND)


def _deleted(fields: Fields, name: str, review_id: str) -> ReviewReceived:
    noticed_at = fields.time("noticedAt")
    return ReviewReceived(
        dedup_key=digest("deleted", name, str(noticed_at)),
        external_id=name,
        sent_at=noticed_at,
        edited_at=noticed_at,
        author=Address(address=review_id, kind=IDENTITY_KIND),
        is_deleted=True,
    )


def _refused_reply(reply: Fields, name: str, reply_at: str) -> DeliveryUpdate:
    return DeliveryUpdate(
        dedup_key=digest("reply_refused", name, reply_at),
        sent_at=reply.time("updateTime"),
        status="failed",
        status_of=reply_id(name, reply_at),
        error_code="reply_refused",
        reason=reply.text("policyViolation", limit=300)
        or "Google does not publish this answer: it breaks its content policy.",
    )
