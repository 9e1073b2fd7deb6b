"""Calls of made-up customers, for trying the channel out."""

import io
import json
import struct
import wave
import zlib
from typing import Any

from channels_app.adapters.base import SimulatedCall, SimulatedTurn

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
    makers = {TRIAL_IMAGE: _picture, TRIAL_VOICE: _recording}
    return makers[media_id]() if media_id in makers else None


def _picture() -> bytes:
    """A small PNG with a gradient."""
    side = 96
    rows = b"".join(b"\0" + bytes(channel for x in range(side) for channel in (x * 2, y * 2, 160)) for y in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    written = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def _recording() -> bytes:
    """A second of silence."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 8000)
    return target.getvalue()
