"""The files of made-up customers: they are drawn here, because nobody can be asked for them."""

import io
import struct
import wave
import zlib
from dataclasses import replace

from channels_app.adapters.base import InboundAttachment

TRIAL_FILE = "trial:"
TRIAL_VOICE = f"{TRIAL_FILE}voice"
_WIDTH, _HEIGHT = 240, 160
_WALL, _FLOOR, _CARTON, _TAPE, _HOLE = (
    bytes.fromhex(colour) for colour in ("dfe5ea", "b9c2c9", "c08a52", "e2c79a", "3d2a1a")
)


def fetch_trial_file(attachment: InboundAttachment) -> InboundAttachment | None:
    """The attachment with the bytes that a made-up customer sent, a picture or a recording; None for everybody else's."""
    if attachment.url == TRIAL_VOICE:
        return replace(attachment, content=trial_recording(), content_type="audio/wav", name="voice.wav")
    return replace(attachment, content=trial_picture()) if attachment.url.startswith(TRIAL_FILE) else None


def trial_picture() -> bytes:
    """A PNG of a carton with a broken corner."""
    rows = b"".join(b"\0" + b"".join(_colour(x, y) for x in range(_WIDTH)) for y in range(_HEIGHT))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    written = (struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(written)


def trial_recording() -> bytes:
    """A WAV with a second of silence."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 8000)
    return target.getvalue()


def _colour(x: int, y: int) -> bytes:
    is_carton = 55 <= x < 185 and 40 <= y < 130
    if not is_carton:
        return _FLOOR if y >= 115 else _WALL
    if (185 - x) + (y - 40) < 34 + (x * 7 + y * 3) % 9:  # the torn edge is uneven
        return _HOLE
    return _TAPE if 110 <= x < 130 else _CARTON
