"""Calls about made-up customers, for trying the channel out."""

import json
from typing import Any

from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.adapters.trial_files import TRIAL_FILE


def make_call(turn: SimulatedTurn) -> SimulatedCall | None:
    """The webhook's call for a turn; None for what Viber does not have."""
    event: dict[str, Any] = {"timestamp": int(turn.at.timestamp() * 1000), "message_token": turn.serial}
    person = f"{turn.person:08d}TrialPerson=="
    if turn.act in ("delivered", "read"):
        event |= {
            "event": "seen" if turn.act == "read" else "delivered",
            "message_token": turn.status_of,
            "user_id": person,
        }
        return SimulatedCall(body=json.dumps(event).encode())
    message: dict[str, Any]
    if turn.act == "text":
        message = {"type": "text", "text": turn.text or "Hello"}
    elif turn.act == "image":
        media = f"{TRIAL_FILE}{turn.serial}.jpg"
        message = {"type": "picture", "text": turn.text, "media": media, "file_name": "photo.png", "size": 82}
    elif turn.act == "location":
        message = {"type": "location", "location": {"lat": 44.8125, "lon": 20.4612}}
    else:
        return None
    sender = {"id": person, "name": turn.name, "language": "en", "country": "RS", "api_version": 10}
    event |= {"event": "message", "sender": sender, "message": message}
    return SimulatedCall(body=json.dumps(event).encode())
