"""Calls of made-up customers, for trying the channel out."""

import json
from typing import Any

from channels_app.adapters.base import SimulatedCall, SimulatedTurn
from channels_app.adapters.trial_files import trial_picture, trial_recording

TRIAL_IMAGE, TRIAL_VOICE = "trial-image", "trial-voice"


def make_call(turn: SimulatedTurn, *, phone_number_id: str, account_id: str, phone_number: str) -> SimulatedCall | None:
    """The webhook call of a turn; None for what nobody does on WhatsApp."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": phone_number.removeprefix("+"), "phone_number_id": phone_number_id},
    }
    number = f"49170555{turn.person % 10_000:04d}"
    seconds = str(int(turn.at.timestamp()))
    if turn.act in ("delivered", "read"):
        status = {"id": turn.status_of, "status": turn.act, "timestamp": seconds, "recipient_id": number}
        value["statuses"] = [status]
    else:
        content = _content(turn)
        if content is None:
            return None
        value["contacts"] = [{"profile": {"name": turn.name}, "wa_id": number}]
        value["messages"] = [{"from": number, "id": f"wamid.TRIAL{turn.serial}", "timestamp": seconds, **content}]
    change = {"field": "messages", "value": value}
    body = {"object": "whatsapp_business_account", "entry": [{"id": account_id, "changes": [change]}]}
    return SimulatedCall(body=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))


def _content(turn: SimulatedTurn) -> dict[str, Any] | None:
    if turn.act == "text":
        return {"type": "text", "text": {"body": turn.text or "Hello"}}
    if turn.act == "image":
        picture = {"id": TRIAL_IMAGE, "mime_type": "image/png"}
        return {"type": "image", "image": picture | ({"caption": turn.text} if turn.text else {})}
    if turn.act == "voice":
        return {"type": "audio", "audio": {"id": TRIAL_VOICE, "mime_type": "audio/wav", "voice": True}}
    if turn.act == "location":
        place = {
            "latitude": 52.51628,
            "longitude": 13.37771,
            "name": "Brandenburger Tor",
            "address": "Pariser Platz, Berlin",
        }
        return {"type": "location", "location": place}
    return None


def sample_file(media_id: str) -> bytes | None:
    """The bytes of a made-up customer's file; None for what WhatsApp keeps."""
    makers = {TRIAL_IMAGE: trial_picture, TRIAL_VOICE: trial_recording}
    return makers[media_id]() if media_id in makers else None
