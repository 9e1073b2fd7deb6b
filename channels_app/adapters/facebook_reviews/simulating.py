"""What Facebook would tell of a made-up author."""

import json

from channels_app.adapters.base import SimulatedCall, SimulatedTurn


def simulate_recommendation(turn: SimulatedTurn, *, page_id: str) -> SimulatedCall | None:
    """A webhook call for the turns that are a review; every second person recommends the page."""
    if turn.act not in ("review", "text"):
        return None
    seconds = int(turn.at.timestamp())
    value = {
        "item": "rating",
        "verb": "add",
        "open_graph_story_id": f"{page_id}{turn.serial}",
        "reviewer_id": f"7{turn.person:015d}",
        "reviewer_name": turn.name,
        "recommendation_type": "positive" if turn.person % 2 else "negative",
        "review_text": turn.text,
        "created_time": seconds,
    }
    change = {"field": "ratings", "value": value}
    body = {"object": "page", "entry": [{"id": page_id, "time": seconds, "changes": [change]}]}
    return SimulatedCall(body=json.dumps(body).encode())
