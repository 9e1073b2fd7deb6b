"""Made-up visitors, in the form in which our visitor API stores what real ones write."""

import base64
import json
from typing import Any

from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.adapters.trial_files import trial_picture


def make_event(turn: SimulatedTurn) -> SimulatedCall | None:
    """The stored event of a turn; None for what cannot happen in a chat."""
    if turn.act in ("delivered", "read"):
        receipt = {"type": "receipt", "status": turn.act, "message": turn.status_of, "sent_at": turn.at.isoformat()}
        return SimulatedCall(body=json.dumps(receipt).encode())
    if turn.act not in ("text", "image"):
        return None
    event: dict[str, Any] = {
        "type": "message",
        "id": f"trial-{turn.serial}",
        "visitor": {"address": f"visitor:{turn.person:032x}", "name": turn.name},
        "text": turn.text,
        "sent_at": turn.at.isoformat(),
        "language": "en",
        "time_zone": "Europe/London",
        "page": {"url": "https://shop.example/lamps/orion", "title": "Orion table lamp", "referrer": ""},
    }
    if turn.act == "image":
        picture = {
            "name": "photo.png",
            "content_type": "image/png",
            "content_base64": base64.b64encode(trial_picture()).decode(),
        }
        event["files"] = [picture]
    return SimulatedCall(body=json.dumps(event).encode())
