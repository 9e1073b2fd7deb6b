"""Made-up visitors, in the form in which our visitor API stores what real ones write."""

import base64
import json
import struct
import zlib
from typing import Any

from channels_app.adapters.base import SimulatedCall, SimulatedTurn


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
        picture = {"name": "photo.png", "content_type": "image/png", "content_base64": _picture()}
        event["files"] = [picture]
    return SimulatedCall(body=json.dumps(event).encode())


def _picture() -> str:
    """A small warm gradient."""
    side = 96
    rows = b"".join(
        b"\x00" + b"".join(bytes((240 - row, 170 - row + column // 2, 90 + column)) for column in range(side))
        for row in range(side)
    )
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()
