"""Calls about made-up customers, for trying the channel out."""

import json
from typing import Any

from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.adapters.trial_files import TRIAL_FILE


def make_call(turn: SimulatedTurn) -> SimulatedCall | None:
    """The webhook's call for a turn; None for what LINE does not have (it reports neither delivered nor read)."""
    message: dict[str, Any] = {"id": str(turn.serial)}
    if turn.act == "text":
        message |= {"type": "text", "text": turn.text or "Hello", "quoteToken": "trial"}
    elif turn.act == "image":
        provider = {"type": "external", "originalContentUrl": f"{TRIAL_FILE}{turn.serial}"}
        message |= {"type": "image", "contentProvider": provider}
    elif turn.act == "location":
        message |= {"type": "location", "title": "Tokyo Station", "latitude": 35.6812, "longitude": 139.7671}
    else:
        return None
    event = {
        "type": "message",
        "mode": "active",
        "timestamp": int(turn.at.timestamp() * 1000),
        "source": {"type": "user", "userId": f"U{turn.person:032x}"},
        "webhookEventId": f"TRIAL{turn.serial}",
        "deliveryContext": {"isRedelivery": False},
        "message": message,
    }
    return SimulatedCall(body=json.dumps({"destination": "", "events": [event]}).encode())
