"""What Google would deliver for a made-up author."""

import json

from channels_app.adapters.base import SimulatedCall, SimulatedTurn

_WORDS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")


def simulate_review(turn: SimulatedTurn, *, location: str) -> SimulatedCall | None:
    """A review for the turns that are one; every person gives another rating."""
    if turn.act not in ("review", "text"):
        return None
    review_id = f"trial-{turn.serial}"
    moment = turn.at.isoformat()
    review = {
        "name": f"{location}/reviews/{review_id}",
        "reviewId": review_id,
        "reviewer": {"displayName": turn.name},
        "starRating": _WORDS[(turn.person + turn.serial) % 5],
        "comment": turn.text,
        "createTime": moment,
        "updateTime": moment,
    }
    return SimulatedCall(body=json.dumps(review).encode())
